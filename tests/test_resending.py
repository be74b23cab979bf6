"""Rules of sending again: later and later while nothing works, soon when something does, at once when told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import anyio
import pytest
from leaping import LEAPING

from dictated.resending import Resending

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


@pytest.fixture
async def resending() -> Resending:
    return Resending(5, 60)


async def passes(resending: Resending) -> float:
    """The seconds until it is due; for ever is an hour."""
    before = anyio.current_time()
    with anyio.move_on_after(3600) as scope:
        await resending.due()
    return math.inf if scope.cancelled_caught else anyio.current_time() - before


async def later(seconds: float, act: Callable[[], None]) -> None:
    await anyio.sleep(seconds)
    act()


async def test_where_nothing_has_failed_it_is_never_due(resending: Resending) -> None:
    resending.worked()
    assert await passes(resending) == math.inf


async def test_while_nothing_works_it_comes_later_and_later(resending: Resending) -> None:
    waited = []
    for _ in range(6):
        resending.failed()
        waited.append(await passes(resending))
    assert waited == [5, 10, 20, 40, 60, 60]


async def test_many_failures_at_once_are_one(resending: Resending) -> None:
    for _ in range(10):
        resending.failed()
    assert [await passes(resending), await passes(resending)] == [5, math.inf]


async def test_when_other_words_arrive_it_is_due_at_once(resending: Resending) -> None:
    resending.failed()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 2, resending.worked)
        assert await passes(resending) == 2


async def test_words_that_arrive_do_not_make_it_due_more_often_than_every_first_wait(
    resending: Resending,
) -> None:
    resending.now()
    await resending.due()
    resending.failed()
    resending.worked()
    assert await passes(resending) == 5


async def test_once_words_have_arrived_the_waiting_begins_anew(resending: Resending) -> None:
    for _ in range(4):
        resending.failed()
        await resending.due()
    resending.worked()
    resending.failed()
    assert await passes(resending) == 5


async def test_told_it_is_due_at_once_even_in_the_middle_of_waiting(resending: Resending) -> None:
    resending.failed()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later, 1, resending.now)
        assert await passes(resending) == 1


async def test_what_fails_while_it_works_makes_it_due_once_more(resending: Resending) -> None:
    resending.now()
    await resending.due()
    resending.failed()
    assert await passes(resending) == 5


async def test_a_first_wait_above_the_longest_is_the_longest() -> None:
    resending = Resending(10, 2)
    resending.failed()
    assert await passes(resending) == 2
