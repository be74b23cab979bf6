"""Rules of the daemon's rounds: one hands on to the next, and what is opened is closed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio.lowlevel import checkpoint
from doubles import SPOKEN_AT, ListSink, NumberingTranscriber, utterance
from test_session import Desk

from dictated.delivery import Delivery
from dictated.errors import TranscriberError
from dictated.history import Entry, History
from dictated.ledger import Ledger
from dictated.records import Fate
from dictated.recovery import Recovery
from dictated.refuge import MOST, Refuge
from dictated.resending import Resending
from dictated.rounds import Rounds
from dictated.spool import Spool
from dictated.types import Command, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from dictated.parts import Parts


class Story(list[str]):
    """What has happened so far, and can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._news = anyio.Event()

    def append(self, what: str) -> None:
        super().append(what)
        self._news.set()

    async def until(self, what: str) -> None:
        with anyio.fail_after(5):
            while what not in self:
                self._news = anyio.Event()
                await self._news.wait()


class Engine(NumberingTranscriber):
    """Says in `story` when it is opened and closed; opens when the test lets it, where it is slow."""

    def __init__(self, name: str, story: list[str], *, slow: bool = False) -> None:
        super().__init__()
        self._told = name
        self._story = story
        self._opens = False
        self.open = anyio.Event()
        if not slow:
            self.open.set()

    async def warm(self) -> None:
        if not self._opens:  # the round and the session both have it warmed, and may do so at once
            self._opens = True
            self._story.append(f"+{self._told}")
        await self.open.wait()
        await super().warm()

    async def close(self) -> None:
        await checkpoint()
        self._story.append(f"-{self._told}")


class Closed(ListSink):
    """Knows whether it is closed."""

    closed = False

    async def close(self) -> None:
        await checkpoint()
        self.closed = True


class House:
    """Rounds of a session, with parts that the test makes; what is opened and closed is the `story`."""

    def __init__(self, folder: Path) -> None:
        self.story = Story()
        self.desk = Desk()
        self._folder = folder
        self.rounds = Rounds(self.desk.session, self.parts("A"))

    def parts(self, engine: str, *, slow: bool = False) -> Parts:
        transcriber, sink = Engine(engine, self.story, slow=slow), Closed()
        history, spool = History(self._folder / "history.sqlite3"), Spool(self._folder)
        return replace(
            self.desk.parts,
            transcriber=transcriber,
            delivery=Delivery([sink], sink),
            refuge=Refuge(spool, history, Resending(60, 60)),
            history=history,
            ledger=Ledger(history, cost_per_day=0),
            spool=spool,
            recovery=Recovery(transcriber, [sink], spool, history, Resending(60, 60)),
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[anyio.abc.TaskGroup]:
        """Listening in the first round; told to quit at the end."""
        self.desk.session.submit(Command.START)
        async with anyio.create_task_group() as tasks:
            running = tasks.start_soon(self.rounds.run)
            with anyio.fail_after(5):
                await self.rounds.open()
                await self.desk.session.settled()
            yield tasks
            self.desk.session.submit(Command.QUIT)
            with anyio.fail_after(5):
                await running.wait()
            tasks.cancel_scope.cancel()
        await self.rounds.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def closed(parts: Parts) -> bool:
    return all(isinstance(sink, Closed) and sink.closed for sink in parts.delivery.made)


async def test_another_round_listens_on_with_other_engines_and_closes_those_before(house: House) -> None:
    async with house.at_work():
        await house.rounds.take(house.parts("B"))
        await house.desk.recorder.say(".")
        await house.rounds.begun()
        await house.desk.session.settled()
        assert (house.desk.session.state, house.story) == (State.LISTENING, ["+A", "+B", "-A"])
    assert house.story == ["+A", "+B", "-A", "-B"]


async def test_engines_that_serve_on_stay_open(house: House) -> None:
    async with house.at_work():
        await house.rounds.take(replace(house.rounds.parts, backlog=7))
        await house.desk.recorder.say(".")
        await house.rounds.begun()
    assert house.story == ["+A", "-A"]


async def test_two_reloads_within_one_sentence_leave_nothing_open(house: House) -> None:
    async with house.at_work() as tasks:
        await house.desk.recorder.say("..ss")
        await house.rounds.take(house.parts("B"))
        second = tasks.start_soon(house.rounds.take, house.parts("C"))
        await anyio.wait_all_tasks_blocked()
        first = list(house.story)
        house.desk.session.submit(Command.STOP)
        with anyio.fail_after(5):
            await second
            await house.rounds.begun()
    assert (first, house.story) == (["+A", "+B"], ["+A", "+B", "-A", "+C", "-B", "-C"])


async def test_an_engine_that_cannot_be_opened_is_closed_and_changes_nothing(house: House) -> None:
    async with house.at_work():
        parts = house.parts("B")
        parts.transcriber.cold = TranscriberError("the key is wrong")  # type: ignore[attr-defined]
        with pytest.raises(TranscriberError, match="the key is wrong"):
            await house.rounds.take(parts)
        assert (house.story, house.desk.session.state) == (["+A", "+B", "-B"], State.LISTENING)
    assert house.story == ["+A", "+B", "-B", "-A"]


async def test_told_to_quit_while_another_engine_opens_both_are_closed(house: House) -> None:
    async with house.at_work() as tasks:
        tasks.start_soon(house.rounds.take, house.parts("B", slow=True))
        await house.story.until("+B")
    assert house.story == ["+A", "+B", "-B", "-A"]


async def test_told_to_quit_before_the_next_round_both_are_closed(house: House) -> None:
    async with house.at_work():
        await house.desk.recorder.say("..ss")
        await house.rounds.take(house.parts("B"))
    assert sorted(house.story[2:]) == ["-A", "-B"]


async def test_left_at_once_before_the_next_round_both_are_closed(house: House) -> None:
    first = house.rounds.parts
    with anyio.CancelScope() as scope:
        async with house.at_work():
            await house.desk.recorder.say("..ss")
            await house.rounds.take(house.parts("B"))
            scope.cancel()
            await anyio.sleep_forever()
    await house.rounds.close()
    assert (sorted(house.story[2:]), closed(first)) == (["-A", "-B"], True)


async def test_what_no_disk_took_is_kept_by_the_next_round(house: House) -> None:
    async with house.at_work():
        before, after = house.rounds.parts, house.parts("B")
        for number in range(MOST):
            before.refuge.take(utterance(number), Entry(SPOKEN_AT, SPOKEN_AT, Fate.FAILED))
        house.desk.session.submit(Command.STOP)
        await house.rounds.take(after)
        await house.rounds.begun()
        assert (before.refuge.full, after.refuge.full, closed(before)) == (False, True, True)


async def test_when_a_round_has_begun_the_session_knows_its_parts(house: House) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(house.rounds.run)
        await house.rounds.begun()
        known = house.desk.session.parts
        house.desk.session.submit(Command.QUIT)
    await house.rounds.close()
    assert known is house.rounds.parts
