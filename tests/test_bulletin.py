"""Rules of who is told what goes on: how things stand at once, then each change, the newest for who is slow."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from dictated.bulletin import Bulletin

PATIENCE = 2.0


class Board:
    """Something that changes, and is told by a bulletin."""

    def __init__(self) -> None:
        self.number = 0
        self.bulletin = Bulletin(lambda: {"number": self.number})

    def becomes(self, number: int) -> None:
        self.number = number
        self.bulletin.post()


@pytest.fixture
def board() -> Board:
    return Board()


async def next_of(statuses: Any) -> int:
    with anyio.fail_after(PATIENCE):
        number: int = (await anext(statuses))["number"]
        return number


async def test_how_things_stand_is_told_at_once(board: Board) -> None:
    assert await next_of(board.bulletin.follow()) == 0


async def test_a_change_is_told_to_each_who_follows(board: Board) -> None:
    one, other = board.bulletin.follow(), board.bulletin.follow()
    await next_of(one)
    await next_of(other)
    board.becomes(1)
    assert (await next_of(one), await next_of(other)) == (1, 1)


async def test_who_is_slow_is_told_the_newest_only(board: Board) -> None:
    slow = board.bulletin.follow()
    await next_of(slow)
    for number in (1, 2, 3):
        board.becomes(number)
    assert await next_of(slow) == 3


async def test_what_did_not_change_is_not_told_again(board: Board) -> None:
    statuses, told = board.bulletin.follow(), []
    async with anyio.create_task_group() as tasks:

        async def listen() -> None:
            async for status in statuses:
                told.append(status["number"])
                if status["number"]:
                    tasks.cancel_scope.cancel()

        tasks.start_soon(listen)
        for _ in range(3):
            await anyio.wait_all_tasks_blocked()
            board.bulletin.post()
        board.becomes(1)
    assert told == [0, 1]


async def test_who_follows_closely_is_told_what_is_being_said_too(board: Board) -> None:
    with board.bulletin.follow_closely() as statuses:
        before = await anext(statuses)
        board.bulletin.say("But as")
        assert (before, await anext(statuses)) == (
            {"number": 0, "hypothesis": ""},
            {"number": 0, "hypothesis": "But as"},
        )


async def test_who_follows_is_not_told_what_is_being_said(board: Board) -> None:
    board.bulletin.say("But as")
    assert await anext(board.bulletin.follow()) == {"number": 0}


async def test_it_is_known_how_many_follow_closely(board: Board) -> None:
    counts = [board.bulletin.readers]
    with board.bulletin.follow_closely(), board.bulletin.follow_closely():
        counts.append(board.bulletin.readers)
    assert [*counts, board.bulletin.readers] == [0, 2, 0]
