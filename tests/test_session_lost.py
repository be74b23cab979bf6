"""Rules of the session for a microphone that is not there: when it is tried again, and what ends that."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SpokenRecorder
from leaping import LEAPING
from test_session import Desk

from dictated.errors import RecorderError, RecorderLostError
from dictated.mute import MUTED
from dictated.types import Command, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dictated.session import Session
    from dictated.types import Frame

START, STOP, TOGGLE, CANCEL, QUIT, RELOAD = (
    Command.START,
    Command.STOP,
    Command.TOGGLE,
    Command.CANCEL,
    Command.QUIT,
    Command.RELOAD,
)
ABSENT = RecorderError("no such microphone")
GONE = RecorderLostError("unplugged")


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


class Deaf:
    """Calls nothing speech: these tests are not about utterances, whose writing takes threads."""

    def is_speech(self, _frame: Frame) -> bool:
        return False

    def reset(self) -> None:
        """Nothing is remembered."""


class Timed(SpokenRecorder):
    """Notes when it was tried; a try takes `slow` seconds. One that is `dying` is lost by being closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tries: list[float] = []
        self.slow = 0.0
        self.dying = False

    async def open(self) -> AsyncIterator[Frame]:
        self.tries.append(anyio.current_time())
        await anyio.sleep(self.slow)
        return await super().open()

    async def close(self) -> None:
        if self.dying:
            await self.lose(GONE)
        await super().close()


class Bench(Desk):
    """A desk whose microphone notes when it was tried."""

    def __init__(self, *, keeps_trying: bool = False, ends_with_input: bool = False) -> None:
        super().__init__(ends_with_input=ends_with_input)
        self.recorder: Timed = Timed()
        self.parts = replace(self.parts, recorder=self.recorder, vad=Deaf(), keeps_trying=keeps_trying)

    @asynccontextmanager
    async def lost(self, ending: Command = QUIT) -> AsyncIterator[Session]:
        """Listening, until the microphone went away and stays away; ended by QUIT or RELOAD."""
        async with anyio.create_task_group() as tasks:
            handle = tasks.start_soon(self.session.run, self.parts)
            await self.do(START)
            await self.unplug()
            yield self.session
            self.session.submit(ending)
            self.ending = await handle

    async def unplug(self) -> None:
        """Lose the microphone now; what is noted of tries begins here, at zero."""
        self.recorder.broken = ABSENT
        self.recorder.tries.clear()
        self.since = anyio.current_time()
        await self.recorder.lose(GONE)
        await anyio.wait_all_tasks_blocked()  # in this time, a tenth of a second

    @property
    def tried(self) -> list[float]:
        return [moment - self.since for moment in self.recorder.tries]


async def test_a_lost_microphone_is_tried_after_a_quarter_second_then_half_as_often_each_time() -> None:
    bench = Bench()
    async with bench.lost():
        await anyio.sleep(40)
    assert bench.tried == [0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 23.75, 31.75, 39.75]


async def test_a_microphone_that_stays_away_for_days_is_tried_still() -> None:
    bench = Bench()
    async with bench.lost() as session:
        await anyio.sleep(3 * 86_400)
        bench.recorder.broken = None
        await anyio.sleep(8)
        assert session.state is State.LISTENING


async def test_a_lost_microphone_is_told_in_the_status_until_it_is_back() -> None:
    bench = Bench()
    told = []
    async with bench.lost() as session:
        told.append((session.status()["state"], session.status()["error"]))
        await anyio.sleep(1)
        told.append((session.status()["state"], session.status()["error"]))
        bench.recorder.broken = None
        await anyio.sleep(1)
        told.append((session.status()["state"], session.status()["error"]))
    assert told == [
        ("no microphone", "unplugged"),
        ("no microphone", "no such microphone"),
        ("listening", ""),
    ]


async def test_a_lost_microphone_is_told_in_one_line_however_often_it_is_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    with caplog.at_level(logging.WARNING):
        async with bench.lost():
            await anyio.sleep(100)
    assert caplog.messages == ["unplugged; listening goes on by itself once the microphone is back"]


async def test_a_microphone_that_was_back_for_long_is_tried_early_again() -> None:
    bench = Bench()
    async with bench.lost():
        await anyio.sleep(20)
        bench.recorder.broken = None
        await anyio.sleep(20)
        await bench.unplug()
        await anyio.sleep(1)
    assert bench.tried == [0.25, 0.75]


async def test_that_a_microphone_is_no_longer_waited_for_is_told(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    with caplog.at_level(logging.INFO):
        async with bench.lost():
            await bench.do(STOP)
    assert caplog.messages[-1] == "no longer waiting for the microphone"


async def test_a_microphone_that_comes_and_goes_is_not_opened_over_and_over() -> None:
    bench = Bench()
    async with bench.lost():
        for _ in range(4):
            bench.recorder.broken = None
            await anyio.sleep(8)
            tries = bench.recorder.tries[:]
            await bench.unplug()
            bench.recorder.tries[:] = tries
    gaps = [
        later - early for early, later in zip(bench.recorder.tries, bench.recorder.tries[1:], strict=False)
    ]
    assert gaps == sorted(gaps)


@pytest.mark.parametrize("command", [STOP, TOGGLE, CANCEL])
@pytest.mark.parametrize("slow", [0.0, 5.0])
async def test_nothing_is_tried_any_more_once_listening_is_no_longer_wanted(
    command: Command, slow: float
) -> None:
    bench = Bench()
    async with bench.lost() as session:
        bench.recorder.slow = slow
        await anyio.sleep(1)
        before = (anyio.current_time(), len(bench.tried))
        answer = session.submit(command)
        await session.settled()
        after = (anyio.current_time(), len(bench.tried))
        await anyio.sleep(60)
        assert (after, len(bench.tried), answer, session.state) == (before, before[1], State.OFF, State.OFF)


@pytest.mark.parametrize("slow", [0.0, 5.0])
async def test_being_told_to_quit_waits_for_no_microphone(slow: float) -> None:
    bench = Bench()
    async with bench.lost():
        bench.recorder.slow = slow
        await anyio.sleep(1)
        told = anyio.current_time()
    assert (anyio.current_time(), bench.ending) == (told, QUIT)


async def test_start_tries_at_once() -> None:
    bench = Bench()
    async with bench.lost() as session:
        await anyio.sleep(20)
        bench.recorder.broken = None
        now = anyio.current_time()
        answer = session.submit(START)
        await session.settled()
        assert (answer, session.state, anyio.current_time()) == (State.STARTING, State.LISTENING, now)


async def test_start_while_there_is_no_microphone_answers_so_and_waits_on() -> None:
    bench = Bench()
    async with bench.lost() as session:
        await anyio.sleep(20)
        now = anyio.current_time() - bench.since
        await bench.do(START)
        state = session.state
        await anyio.sleep(8)
        assert (state, bench.tried[-3:]) == (State.LOST, [15.75, now, now + 8])


async def test_switching_off_and_on_begins_anew_and_tells_what_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    async with bench.lost() as session:
        await bench.do(STOP)
        caplog.clear()
        await bench.do(START)
        await anyio.sleep(60)
        assert (session.state, len(bench.tried), caplog.messages) == (State.OFF, 1, ["no such microphone"])


async def test_a_microphone_that_was_never_there_is_refused_and_not_tried_again() -> None:
    bench = Bench()
    bench.recorder.broken = ABSENT
    async with bench.at_work() as session:
        await bench.do(START)
        await anyio.sleep(60)
        assert (session.state, len(bench.recorder.tries)) == (State.OFF, 1)


async def test_who_listens_from_the_start_waits_for_a_microphone_that_was_never_there() -> None:
    bench = Bench(keeps_trying=True)
    bench.recorder.broken = ABSENT
    async with bench.at_work() as session:
        await bench.do(START)
        state = session.state
        bench.recorder.broken = None
        await anyio.sleep(0.25)
        await anyio.wait_all_tasks_blocked()
        assert (state, session.state) == (State.LOST, State.LISTENING)


@pytest.mark.parametrize("keeps_trying", [False, True])
async def test_a_file_is_never_opened_again(*, keeps_trying: bool) -> None:
    bench = Bench(ends_with_input=True, keeps_trying=keeps_trying)
    async with anyio.create_task_group() as tasks:
        handle = tasks.start_soon(bench.session.run, bench.parts)
        await bench.do(START)
        await bench.recorder.lose(GONE)
        await handle
    assert (len(bench.recorder.tries), bench.session.error) == (1, "unplugged")


async def test_a_reload_while_there_is_no_microphone_tries_the_new_one_at_once_and_waits_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, after = Bench(), Bench()
    after.recorder.broken = ABSENT
    async with before.lost(RELOAD) as session:
        await anyio.sleep(20)
    now = anyio.current_time()
    caplog.clear()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(session.run, after.parts)
        await anyio.sleep(10)
        state = session.state
        session.submit(QUIT)
    assert (state, after.recorder.tries[0], len(caplog.messages)) == (State.LOST, now, 1)


async def test_a_microphone_that_is_lost_while_it_is_switched_off_is_told_and_not_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    async with bench.at_work() as session:
        await bench.do(START)
        bench.recorder.dying = True
        await bench.do(STOP)
        await anyio.sleep(60)
        assert (session.state, len(bench.recorder.tries), caplog.messages) == (State.OFF, 1, ["unplugged"])


async def test_a_muted_microphone_is_told_once_and_so_is_its_sound(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    told = []
    with caplog.at_level(logging.INFO):
        async with bench.at_work() as session:
            await bench.do(START)
            caplog.clear()
            for picture in ("." * 249, ".", "." * 500, "s"):
                await bench.recorder.say(picture)
                await anyio.wait_all_tasks_blocked()
                told.append((len(caplog.messages), session.status()["error"]))
            assert (told, caplog.messages) == (
                [(0, ""), (1, MUTED), (1, MUTED), (2, "")],
                [MUTED, "the microphone gives sound again"],
            )


async def test_a_silent_file_is_not_called_a_muted_microphone(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(ends_with_input=True)
    async with bench.at_work():
        await bench.do(START)
        await bench.recorder.say("." * 1000)
        await anyio.wait_all_tasks_blocked()
        assert MUTED not in caplog.messages
