"""Rules of a session that must not listen for a while, as when the screen is locked."""

from __future__ import annotations

import pytest
from test_session import Desk

from dictated.types import Command, State

START, STOP, TOGGLE, PAUSE, RESUME = (
    Command.START,
    Command.STOP,
    Command.TOGGLE,
    Command.PAUSE,
    Command.RESUME,
)


@pytest.mark.parametrize(
    ("commands", "state"),
    [
        ((START, PAUSE), State.OFF),
        ((START, PAUSE, RESUME), State.LISTENING),
        ((PAUSE, RESUME), State.OFF),
        ((RESUME,), State.OFF),
        ((START, RESUME), State.LISTENING),
        ((START, PAUSE, STOP, RESUME), State.OFF),
        ((START, PAUSE, START, STOP, RESUME), State.OFF),
        ((START, PAUSE, TOGGLE), State.LISTENING),
        ((START, PAUSE, RESUME, PAUSE, RESUME), State.LISTENING),
    ],
)
async def test_after_a_pause_it_listens_if_it_did_before_and_nobody_said_otherwise(
    commands: tuple[Command, ...], state: State
) -> None:
    desk = Desk()
    async with desk.at_work() as session:
        for command in commands:
            await desk.do(command)
        assert session.state is state


async def test_what_was_said_before_the_pause_is_delivered() -> None:
    desk = Desk()
    async with desk.at_work():
        await desk.do(START)
        await desk.recorder.say("..ss")
        await desk.do(PAUSE)
        assert await desk.sink.holds(1) == ["words 1"]
