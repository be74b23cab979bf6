from __future__ import annotations

import shutil
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import finalize

import anyio
import pytest
from doubles import ListHistory, ListSink, ListSpool, LoudnessVad, NumberingTranscriber, SpokenRecorder

from dictated.delivery import Delivery
from dictated.errors import RecorderError, RecorderLostError, TranscriberError
from dictated.gaze import Glance
from dictated.insertion import Insertion
from dictated.ledger import Ledger
from dictated.parts import Parts
from dictated.recovery import Recovery
from dictated.refuge import Refuge
from dictated.resending import Resending
from dictated.segmenter import Rules
from dictated.session import Session
from dictated.tape import Tape
from dictated.types import Command, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio import TaskHandle

RULES = Rules(onset=1, pre_roll=1, pause=3, tail=1, least_speech=1, longest=100, dip_window=10)
START, STOP, TOGGLE, CANCEL = Command.START, Command.STOP, Command.TOGGLE, Command.CANCEL


class Desk:
    """A session with a microphone, an engine and a sink in the hands of the test."""

    def __init__(self, *, held: bool = False, drain_s: float = 5.0, ends_with_input: bool = False) -> None:
        self.recorder = SpokenRecorder()
        self.engine = NumberingTranscriber(held=held)
        self.sink = ListSink()
        self.spool = ListSpool()
        self.session = Session()
        self.ending: Command | None = None
        history = ListHistory()
        folder = Path(tempfile.mkdtemp())
        finalize(self, shutil.rmtree, folder)
        self.parts = Parts(
            recorder=self.recorder,
            vad=LoudnessVad(),
            rules=RULES,
            transcriber=self.engine,
            delivery=Delivery([self.sink], self.sink),
            spool=self.spool,
            history=history,
            ledger=Ledger(history, cost_per_day=0),
            recovery=Recovery(self.engine, [self.sink], self.spool, history, Resending(60, 60)),
            refuge=Refuge(self.spool, history, Resending(60, 60)),
            insertion=Insertion(Delivery([self.sink], self.sink), self.spool, history),
            tape=Tape(folder),
            backlog=20,
            drain_s=drain_s,
            ends_with_input=ends_with_input,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Session]:
        """At the end, quit unless it has ended by itself."""
        async with anyio.create_task_group() as tasks:
            handle = tasks.start_soon(self.session.run, self.parts)
            yield self.session
            self.session.submit(Command.QUIT)
            self.ending = await handle

    @asynccontextmanager
    async def in_a_round(self) -> AsyncIterator[TaskHandle[Command]]:
        """Listening, in a round that the test ends."""
        async with anyio.create_task_group() as tasks:
            handle = tasks.start_soon(self.session.run, self.parts)
            await anyio.wait_all_tasks_blocked()
            await self.do(START)
            yield handle

    async def do(self, command: Command) -> None:
        self.session.submit(command)
        with anyio.fail_after(5):
            await self.session.settled()


async def test_nothing_is_opened_before_it_is_wanted() -> None:
    desk = Desk()
    async with desk.at_work() as session:
        await anyio.wait_all_tasks_blocked()
        assert (session.state, desk.recorder.opened) == (State.OFF, 0)


async def test_what_is_said_between_start_and_stop_is_delivered() -> None:
    desk = Desk()
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss....ss..")
        await desk.do(STOP)
    assert desk.sink.texts == ["words 1", "words 2"]


async def test_an_utterance_is_delivered_while_listening_goes_on() -> None:
    desk = Desk()
    async with desk.at_work() as session:
        await desk.do(START)
        await desk.recorder.say("..ss....")
        texts = await desk.sink.holds(1)
        assert (texts, session.state) == (["words 1"], State.LISTENING)


@pytest.mark.parametrize("ending", [STOP, TOGGLE])
async def test_switching_off_in_mid_sentence_finishes_and_delivers_it(ending: Command) -> None:
    desk = Desk()
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss")
        await desk.do(ending)
        assert await desk.sink.holds(1) == ["words 1"]


async def test_being_told_to_quit_in_mid_sentence_finishes_and_delivers_it() -> None:
    desk = Desk()
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss")
    assert (desk.sink.texts, desk.recorder.closed) == (["words 1"], 1)


async def test_cancel_throws_away_the_open_utterance_and_what_waits() -> None:
    desk = Desk(held=True)
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss....ss")
        await desk.engine.is_asked(1)
        await desk.do(CANCEL)
        await desk.do(START)
        await desk.recorder.say("..ss....")
        desk.engine.release(2)
        assert await desk.sink.holds(1) == ["words 2"]


async def test_numbers_go_on_over_stops_and_starts() -> None:
    desk = Desk()
    async with desk.at_work():
        for _ in range(3):
            await desk.do(START)
            await desk.recorder.say("ss")
            await desk.do(STOP)
    assert desk.sink.texts == ["words 1", "words 2", "words 3"]


@pytest.mark.parametrize("commands", list(product([START, STOP, TOGGLE], repeat=3)))
async def test_a_burst_of_commands_ends_where_the_last_one_leads(commands: tuple[Command, ...]) -> None:
    desk = Desk()
    wanted = False
    async with desk.at_work() as session:
        for command in commands:
            session.submit(command)
            wanted = not wanted if command is TOGGLE else command is START
        with anyio.fail_after(5):
            await session.settled()
        assert session.state is (State.LISTENING if wanted else State.OFF)


async def test_a_command_is_answered_before_the_device_is_open() -> None:
    desk = Desk()
    async with desk.at_work() as session:
        await anyio.wait_all_tasks_blocked()
        assert (session.submit(TOGGLE), session.submit(TOGGLE)) == (State.STARTING, State.OFF)


async def test_a_microphone_that_cannot_be_opened_is_told_and_listening_stays_off() -> None:
    desk = Desk()
    desk.recorder.broken = RecorderError("no such microphone")
    async with desk.at_work() as session:
        await desk.do(START)
        assert (session.state, session.status()["error"]) == (State.OFF, "no such microphone")


async def test_starting_works_again_once_the_microphone_is_there() -> None:
    desk = Desk()
    desk.recorder.broken = RecorderError("no such microphone")
    async with desk.at_work() as session:
        await desk.do(START)
        desk.recorder.broken = None
        await desk.do(START)
        assert (session.state, session.status()["error"]) == (State.LISTENING, "")


async def test_a_lost_microphone_delivers_what_was_said_and_can_be_started_again() -> None:
    desk = Desk()
    async with desk.at_work() as session:
        await desk.do(START)
        await desk.recorder.say("..ss")
        await desk.recorder.lose(RecorderLostError("unplugged"))
        await desk.sink.holds(1)
        with anyio.fail_after(5):
            async for status in session.bulletin.follow():
                if lost := status["error"]:
                    break
        await desk.do(START)
        assert (lost, session.state, desk.recorder.opened) == ("unplugged", State.LISTENING, 2)


async def test_the_end_of_a_file_ends_the_session_when_all_is_delivered() -> None:
    desk = Desk(ends_with_input=True)
    async with anyio.create_task_group() as tasks:
        handle = tasks.start_soon(desk.session.run, desk.parts)
        await anyio.wait_all_tasks_blocked()
        await desk.do(START)
        await desk.recorder.say("..ss")
        await desk.recorder.close()
        with anyio.fail_after(5):
            await handle
    assert (desk.sink.texts, handle.return_value) == (["words 1"], Command.QUIT)


async def test_what_is_not_delivered_within_the_grace_is_kept() -> None:
    desk = Desk(held=True, drain_s=0.05)
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss....")
        await desk.engine.is_asked(1)
    assert (desk.sink.texts, desk.spool.kept) == ([], [1])


async def test_the_engine_is_warmed_each_time_listening_starts() -> None:
    desk = Desk()
    async with desk.at_work():
        for command in (START, STOP, START, STOP):
            await desk.do(command)
    assert desk.engine.warmed == 2


async def test_an_engine_that_cannot_be_warmed_is_told_and_listening_goes_on() -> None:
    desk = Desk()
    desk.engine.cold = TranscriberError("the key is wrong")
    async with desk.at_work() as session:
        await desk.do(START)
        await anyio.wait_all_tasks_blocked()
        status = session.status()
        await desk.recorder.say("..ss....")
        await desk.do(STOP)
    assert (status["state"], status["error"], desk.sink.texts) == (
        "listening",
        "the key is wrong",
        ["words 1"],
    )


async def test_words_are_for_the_window_that_had_the_focus_when_the_speaker_fell_silent() -> None:
    desk, focus, looked = Desk(), "first", anyio.Event()

    async def glance() -> Glance:
        looked.set()
        return Glance(focus)

    desk.parts = replace(desk.parts, glance=glance, rules=replace(RULES, pause=6))
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss...")
        with anyio.fail_after(5):
            await looked.wait()
        focus = "second"
        await desk.recorder.say("...")
        await desk.do(STOP)
    assert [utterance.window for utterance in desk.engine.utterances] == ["first"]


async def test_an_utterance_knows_which_window_had_the_focus_when_it_was_spoken() -> None:
    desk = Desk()

    async def glance() -> Glance:
        return Glance("0x42")

    desk.parts = replace(desk.parts, glance=glance)
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss....")
        await desk.do(STOP)
    assert [utterance.window for utterance in desk.engine.utterances] == ["0x42"]
