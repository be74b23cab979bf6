"""The service with moods: what it says, and how it goes away."""

from __future__ import annotations

import anyio
import pytest
from moods import Moody, places_of, text_of


@pytest.mark.parametrize("places", [range(1), range(10, 1000), range(1_440_000, 1_440_625)])
def test_what_it_says_of_frames_can_be_read_again(places: range) -> None:
    assert places_of(text_of(places)) == places


async def test_while_it_is_away_nobody_listens_and_then_it_is_back_at_the_same_port() -> None:
    service = Moody(0)
    async with anyio.create_task_group() as tasks:
        await tasks.start(service.serve)
        port = service.port
        async with service.away():
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(OSError, match="connection attempts failed"):
                await anyio.connect_tcp("127.0.0.1", port)
        async with await anyio.connect_tcp("127.0.0.1", port):
            tasks.cancel_scope.cancel()
    assert service.port == port
