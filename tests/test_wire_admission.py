"""Rules of the door: whoever is let in is not asked again for a while; one that does not open is told in time."""

from __future__ import annotations

import anyio
import pytest
from leaping import LEAPING

from dictated.errors import TranscriberError
from dictated.wire.admission import FRESH_S, WARM_S, Admission


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


class Porter:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.slow = 0.0
        self.door = Admission("openai", self.unlock, self.enter)

    async def unlock(self) -> None:
        self.story.append("unlock")

    async def enter(self) -> None:
        await anyio.sleep(self.slow)
        self.story.append("enter")


async def test_the_key_is_read_and_then_tried() -> None:
    porter = Porter()
    await porter.door.warm()
    assert porter.story == ["unlock", "enter"]


@pytest.mark.parametrize(("later", "asked"), [(0, 1), (FRESH_S - 0.1, 1), (FRESH_S + 0.1, 2)])
async def test_who_was_let_in_is_not_asked_again_for_a_while(later: float, asked: int) -> None:
    porter = Porter()
    await porter.door.warm()
    await anyio.sleep(later)
    await porter.door.warm()
    assert porter.story.count("enter") == asked


async def test_a_good_answer_is_as_good_as_asking() -> None:
    porter = Porter()
    porter.door.good()
    await porter.door.warm()
    assert porter.story == []


async def test_a_service_that_does_not_say_is_told_in_time_and_without_blaming_the_time_out() -> None:
    porter = Porter()
    porter.slow = 3600
    with pytest.raises(TranscriberError, match="whether the key is good") as told:
        await porter.door.warm()
    assert (anyio.current_time(), told.value.retryable, "timeout" in str(told.value)) == (WARM_S, True, False)


async def test_several_who_come_at_once_are_one_question() -> None:
    porter = Porter()
    porter.slow = 1.0
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(porter.door.warm)
    assert porter.story == ["unlock", "enter"]


async def test_several_who_come_at_once_and_are_not_let_in_are_told_all_at_the_same_time() -> None:
    porter = Porter()
    porter.slow = 3600
    told = []

    async def come() -> None:
        try:
            await porter.door.warm()
        except TranscriberError:
            told.append(anyio.current_time())

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(come)
    assert told == [WARM_S] * 3


async def test_who_waits_for_the_answer_to_another_asks_where_that_one_gives_up() -> None:
    porter = Porter()
    porter.slow = 1.0
    async with anyio.create_task_group() as tasks:
        first = tasks.start_soon(porter.door.warm)
        await anyio.sleep(0.5)
        tasks.start_soon(porter.door.warm)
        await anyio.sleep(0.1)
        first.cancel()
    assert porter.story == ["unlock", "unlock", "enter"]


async def test_the_key_is_read_once_where_it_is_only_needed() -> None:
    porter = Porter()
    for _ in range(2):
        await porter.door.be_unlocked()
    assert porter.story == ["unlock"]


async def test_the_key_is_read_again_where_it_may_have_changed() -> None:
    porter = Porter()
    for _ in range(2):
        await porter.door.unlock()
    assert porter.story == ["unlock", "unlock"]
