"""Rules of the refuge: what the disk does not take waits in memory until it does, so many and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SPOKEN_AT, ListHistory, ListSpool, utterance

from dictated.errors import HistoryError
from dictated.history import Entry
from dictated.records import Fate
from dictated.refuge import MOST, Refuge
from dictated.resending import Resending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dictated.types import Utterance

LOST = Entry(SPOKEN_AT, SPOKEN_AT + timedelta(seconds=1), Fate.FAILED, "hello", "no network")


class Desk:
    """A full disk."""

    def __init__(self) -> None:
        self.history = ListHistory()
        self.spool = ListSpool(full=True)
        self.seen: list[Fate] = []
        self.resending = Resending(0.01, 0.01)
        self.refuge = self.another()

    def another(self) -> Refuge:
        return Refuge(self.spool, self.history, self.resending, self.seen.append)


class FullForAWhile(ListSpool):
    """A disk that refuses so many times."""

    def __init__(self, *, times: int) -> None:
        super().__init__()
        self._times = times

    def keep(self, utterance: Utterance) -> Path:
        self._times -= 1
        self.full = self._times >= 0
        return super().keep(utterance)


async def test_what_the_disk_takes_at_last_waits_there_as_what_failed_does() -> None:
    desk = Desk()
    desk.refuge.take(utterance(1), LOST)
    desk.spool.full = False
    await desk.refuge.close()
    assert (desk.spool.kept, [entry.id for entry in desk.history.entries], desk.seen) == (
        [1],
        [1],
        [Fate.FAILED],
    )


async def test_the_disk_is_tried_again_by_itself() -> None:
    desk, saved = Desk(), anyio.Event()
    spool = FullForAWhile(times=3)
    refuge = Refuge(spool, desk.history, desk.resending, lambda _: saved.set())
    refuge.take(utterance(1), LOST)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(refuge.run)
        with anyio.fail_after(5):
            await saved.wait()
        tasks.cancel_scope.cancel()
    assert spool.kept == [1]


async def test_there_is_room_for_so_many_and_no_more() -> None:
    desk = Desk()
    for number in range(MOST):
        assert not desk.refuge.full
        desk.refuge.take(utterance(number), LOST)
    assert desk.refuge.full
    desk.refuge.take(utterance(MOST), LOST)
    desk.spool.full = False
    await desk.refuge.close()
    assert desk.spool.kept == list(range(MOST))


def broken_history(desk: Desk) -> None:
    desk.spool.full = False
    desk.history.broken = HistoryError("it is damaged")


@pytest.mark.parametrize("spoil", [lambda _: None, broken_history])
async def test_what_is_lost_at_the_end_is_told(
    spoil: Callable[[Desk], None], caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    spoil(desk)
    desk.refuge.take(utterance(1), LOST)
    await desk.refuge.close()
    assert (caplog.messages, desk.spool.kept) == (["lost, for no disk took them: 1 utterances"], [])


async def test_where_nothing_was_lost_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    await Desk().refuge.close()
    assert caplog.messages == []


async def test_another_one_goes_on_with_what_one_has() -> None:
    desk = Desk()
    after = desk.another()
    desk.refuge.take(utterance(1), LOST)
    desk.refuge.hand_over(after)
    desk.spool.full = False
    for refuge in (desk.refuge, after):
        await refuge.close()
    assert desk.spool.kept == [1]
