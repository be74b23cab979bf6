"""Rules of a reload: the round ends when nobody speaks, and the next one listens on."""

from __future__ import annotations

import anyio
import pytest
from test_session import RULES, Desk

from dictated.types import Command

START = Command.START


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
        assert await round_ is Command.RELOAD
    assert [utterance.segment.voiced for utterance in desk.engine.utterances] == [4]


async def test_a_reload_does_not_wait_for_ever_for_a_speaker_who_does_not_pause() -> None:
    desk = Desk()
    async with desk.in_a_round() as round_:
        await desk.recorder.say("ss")
        desk.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await desk.recorder.say("s" * (RULES.longest + 2))
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
