from __future__ import annotations

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from leaping import LEAPING

from dictated.turns import Turns


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


class Desk:
    """Where utterances take turns, each for as long as the test says; notes who came when."""

    def __init__(self, slots: int) -> None:
        self.turns = Turns(slots)
        self.came: list[int] = []
        self.there = 0
        self.most = 0

    async def visit(self, number: int, stays: float = 1.0) -> None:
        async with self.turns.turn(number):
            self.came.append(number)
            self.there += 1
            self.most = max(self.most, self.there)
            try:
                await anyio.sleep(stays)
            finally:
                self.there -= 1


async def test_among_those_who_wait_the_oldest_utterance_is_next() -> None:
    desk = Desk(1)
    async with anyio.create_task_group() as tasks:
        for number in (9, 5, 7, 2, 8):
            tasks.start_soon(desk.visit, number)
    assert desk.came == [9, 2, 5, 7, 8]


async def test_of_two_with_the_same_number_the_first_to_wait_is_next() -> None:
    turns = Turns(1)
    came: list[str] = []

    async def visit(number: int, who: str) -> None:
        async with turns.turn(number):
            came.append(who)
            await anyio.sleep(1)

    async with anyio.create_task_group() as tasks:
        for number, who in ((1, "now"), (5, "first"), (5, "second")):
            tasks.start_soon(visit, number, who)
    assert came == ["now", "first", "second"]


async def test_who_is_cancelled_while_waiting_is_passed_over() -> None:
    desk = Desk(1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.visit, 1)
        waiting = tasks.start_soon(desk.visit, 2)
        tasks.start_soon(desk.visit, 3)
        await anyio.sleep(0.5)
        waiting.cancel()
    assert desk.came == [1, 3]


async def test_a_turn_that_comes_together_with_the_cancellation_is_not_lost() -> None:
    desk = Desk(1)
    async with anyio.create_task_group() as tasks:
        async with desk.turns.turn(1):
            waiting = tasks.start_soon(desk.visit, 2)
            tasks.start_soon(desk.visit, 3)
            await anyio.sleep(0.5)
        waiting.cancel()  # called already, and has not moved yet
    assert desk.came[-1] == 3


async def test_who_fails_within_a_turn_gives_it_back() -> None:
    desk = Desk(1)
    with pytest.raises(ZeroDivisionError):
        async with desk.turns.turn(1):
            raise ZeroDivisionError
    await desk.visit(2)
    assert desk.came == [2]


Visit = st.tuples(st.integers(1, 9), st.floats(0, 3), st.floats(0, 3), st.floats(0.01, 6))


@given(slots=st.integers(1, 3), visits=st.lists(Visit, max_size=12))
async def test_no_more_are_there_at_once_than_may_and_every_turn_is_given_back(
    slots: int, visits: list[tuple[int, float, float, float]]
) -> None:
    desk = Desk(slots)

    async def visit(number: int, comes: float, stays: float, leaves: float) -> None:
        await anyio.sleep(comes)
        with anyio.move_on_after(leaves):
            await desk.visit(number, stays)

    async with anyio.create_task_group() as tasks:
        for one in visits:
            tasks.start_soon(visit, *one)
    with anyio.fail_after(1):  # all slots are free again: nobody waits
        async with anyio.create_task_group() as tasks:
            for number in range(slots):
                tasks.start_soon(desk.visit, number, 1.0)
            await anyio.sleep(0.5)
            free = desk.there
            tasks.cancel_scope.cancel()
    assert (free, desk.most <= slots) == (slots, True)
