"""Rules of a reload: the round ends when nobody speaks, and the next one listens on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import ListSink, NumberingTranscriber
from test_session import RULES, Desk

from dictated.delivery import Delivery
from dictated.errors import RecorderLostError
from dictated.listening import WORDS
from dictated.types import Command, State

if TYPE_CHECKING:
    from dictated.types import Transcript

START = Command.START


async def all_written(desk: Desk) -> None:
    """Wait until something was said, and nothing is on its way."""
    with anyio.fail_after(5):
        async for status in desk.session.bulletin.follow():
            if status["heard"] and not status["waiting"]:
                return


async def test_a_reload_ends_the_round_and_the_next_one_listens_on() -> None:
    desk, after = Desk(), Desk()
    async with anyio.create_task_group() as tasks:
        first = tasks.start_soon(desk.session.run, desk.parts)
        await anyio.wait_all_tasks_blocked()
        await desk.do(START)
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say(".")
        assert await first is Command.RELOAD
        second = tasks.start_soon(desk.session.run, after.parts)
        await anyio.wait_all_tasks_blocked()
        await after.recorder.say("ss")
        desk.session.submit(Command.QUIT)
        await second
    assert after.sink.texts == ["words 1"]


async def test_a_reload_in_the_midst_of_a_sentence_waits_for_its_end() -> None:
    desk = Desk()
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say("ss......")
        await all_written(desk)
        await desk.recorder.say(".")
        with anyio.fail_after(5):
            assert await round_ is Command.RELOAD
    assert [utterance.segment.voiced for utterance in desk.engine.utterances] == [4]


async def test_a_reload_does_not_wait_for_ever_for_a_speaker_who_does_not_pause() -> None:
    desk = Desk()
    async with desk.in_a_round() as round_:
        await desk.recorder.say("ss")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say("s" * ((WORDS + 1) * RULES.longest + 2))
        with anyio.fail_after(5):
            assert await round_ is Command.RELOAD


class ColdEngine(NumberingTranscriber):
    """Is never warm."""

    async def warm(self) -> None:
        await anyio.sleep_forever()


async def test_a_microphone_that_is_lost_in_the_midst_of_a_sentence_ends_the_wait_of_a_reload() -> None:
    desk = Desk()
    desk.parts = replace(desk.parts, transcriber=ColdEngine())
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.lose(RecorderLostError("unplugged"))
        with anyio.fail_after(5):
            assert await round_ is Command.RELOAD


@pytest.mark.parametrize("command", [Command.QUIT, Command.STOP, Command.CANCEL])
async def test_told_to_end_or_to_stop_a_reload_no_longer_waits_for_the_end_of_a_sentence(
    command: Command,
) -> None:
    desk = Desk()
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        desk.session.submit(command)
        with anyio.fail_after(5):
            await round_


async def test_quitting_is_not_forgotten_for_a_reload() -> None:
    desk = Desk()
    async with desk.at_work() as session:
        session.submit(Command.QUIT)
        session.submit(Command.RELOAD)
    assert desk.ending is Command.QUIT


@pytest.mark.parametrize("ending", [Command.QUIT, Command.RELOAD])
@pytest.mark.parametrize("late", [True, False])
async def test_cancel_after_an_end_was_asked_for_throws_away_the_open_utterance_and_what_waits(
    ending: Command,
    late: bool,  # noqa: FBT001 (a parameter of the table)
) -> None:
    desk = Desk(held=True)
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....ss")
        await desk.engine.is_asked(1)
        desk.session.submit(ending)
        if late:
            await anyio.wait_all_tasks_blocked()
        await desk.do(Command.CANCEL)
        for number in (1, 2):
            desk.engine.release(number)
        with anyio.fail_after(5):
            await round_
    assert (desk.sink.texts, desk.spool.kept) == ([], [])


async def test_cancel_while_the_last_words_are_waited_for_throws_them_away() -> None:
    desk = Desk(held=True)
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....")
        await desk.do(Command.STOP)
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.do(Command.CANCEL)
        with anyio.fail_after(5):
            await round_
    assert (desk.sink.texts, desk.session.status()["cancelled"]) == ([], 1)


class StuckSink(ListSink):
    """Takes words, and never comes to an end with them."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = anyio.Event()

    async def deliver(self, _: Transcript) -> None:
        self.stuck.set()
        await anyio.sleep_forever()


async def test_what_was_cancelled_is_not_left_to_the_next_start_where_the_grace_is_over() -> None:
    desk, sink = Desk(drain_s=2), StuckSink()
    desk.parts = replace(desk.parts, delivery=Delivery([sink], sink))
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....ss....")
        await sink.stuck.wait()
        await desk.engine.is_asked(2)
        desk.session.submit(Command.QUIT)
        desk.session.submit(Command.CANCEL)
        with anyio.fail_after(5):
            await round_
    assert (desk.spool.kept, desk.session.status()["kept"]) == ([], 0)


async def test_a_reload_takes_no_breath_while_words_are_on_their_way() -> None:
    desk = Desk(held=True)
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say("..ss....")
        await desk.engine.is_asked(2)
        assert (desk.recorder.closed, desk.session.state) == (0, State.LISTENING)
        desk.session.submit(Command.QUIT)
        desk.session.submit(Command.CANCEL)
        await round_


async def test_a_reload_while_an_engine_is_slow_listens_on() -> None:
    desk = Desk(held=True)
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say("..sss....")
        await desk.engine.is_asked(2)
        for number in (1, 2):
            desk.engine.release(number)
        await all_written(desk)
        await desk.recorder.say(".")
        await round_
    assert desk.sink.texts == ["words 1", "words 2"]


@pytest.mark.parametrize(
    ("said", "voiced"),
    [
        ("." * RULES.longest + "..", 0),
        ("." * (RULES.longest - 12) + "s" * 20 + "....", 20),
        ("ss....." * RULES.longest, None),
    ],
    ids=["who is silent", "who speaks just then", "who speaks on"],
)
async def test_a_reload_does_not_wait_for_ever_for_an_engine_that_does_not_answer(
    said: str, voiced: int | None
) -> None:
    """After the time of the longest utterance, the end of a sentence will do."""
    desk = Desk(held=True, drain_s=0.05)
    async with desk.in_a_round() as round_:
        await desk.recorder.say("..ss....")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say(said)
        with anyio.fail_after(5):
            assert await round_ is Command.RELOAD
    whole = [utterance.segment.voiced for utterance in desk.engine.utterances[1:]]
    assert voiced is None or sum(whole) == voiced
