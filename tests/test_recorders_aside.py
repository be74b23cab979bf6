from __future__ import annotations

import threading

import anyio
import pytest

from dictated.errors import RecorderError
from dictated.recorders.aside import Aside


async def test_a_call_gives_back_what_it_returns() -> None:
    assert await Aside().run(lambda: 7) == 7


async def test_a_fault_of_the_recorder_is_raised_to_the_caller() -> None:
    def call() -> None:
        raise RecorderError("no")

    with pytest.raises(RecorderError, match="no"):
        await Aside().run(call)


async def test_a_call_that_was_left_behind_counts_until_it_returns() -> None:
    aside, release = Aside(), threading.Event()
    with anyio.move_on_after(0.01):
        await aside.run(release.wait)
    left = aside.under_way
    release.set()
    await aside.run(
        lambda: [
            t.join() for t in threading.enumerate() if t.name == "driver" and t != threading.current_thread()
        ]
    )
    assert (left, aside.under_way) == (1, 0)


async def test_the_program_can_end_without_a_call() -> None:
    assert await Aside().run(lambda: threading.current_thread().daemon)
