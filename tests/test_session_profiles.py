"""Rules of which profile holds for an utterance: a hotkey's, else the chosen one, else that of the window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from test_session import START, STOP, TOGGLE, Desk

from dictated.gaze import Glance
from dictated.types import Command, State

if TYPE_CHECKING:
    from dictated.session import Session

SENTENCE = "..ss...."
NAMES = ("code", "mail", "german")


def desk(window: str = "") -> Desk:
    """A desk with some profiles; in the window with the focus holds this one."""

    async def glance() -> Glance:
        return Glance("0x42", window)

    made = Desk()
    made.parts = replace(made.parts, glance=glance, profiles=NAMES, looks_early=bool(window))
    return made


async def begun(session: Session) -> None:
    await anyio.wait_all_tasks_blocked()
    assert session.chosen.names == NAMES


async def toggle(desk: Desk, profile: str) -> None:
    desk.session.toggle_with(profile)
    with anyio.fail_after(5):
        await desk.session.settled()


def profiles(desk: Desk) -> list[str]:
    return [utterance.profile for utterance in desk.engine.utterances]


@pytest.mark.parametrize(
    ("window", "chosen", "holds"),
    [
        ("", "default", ""),
        ("code", "default", "code"),
        ("code", "mail", "mail"),
        ("", "mail", "mail"),
    ],
)
async def test_what_is_chosen_goes_before_the_profile_of_the_window(
    window: str, chosen: str, holds: str
) -> None:
    made = desk(window)
    async with made.at_work() as session:
        await begun(session)
        session.chosen.choose(chosen)
        await made.do(START)
        await made.recorder.say(SENTENCE)
        await made.do(STOP)
    assert profiles(made) == [holds]


async def test_the_hotkey_of_a_profile_listens_with_it_and_stops_when_it_is_pressed_again() -> None:
    made = desk("code")
    async with made.at_work() as session:
        await begun(session)
        await toggle(made, "german")
        listens = session.state
        await made.recorder.say(SENTENCE)
        await toggle(made, "german")
        assert (listens, session.state, profiles(made)) == (State.LISTENING, State.OFF, ["german"])


async def test_what_is_still_being_said_when_it_stops_has_the_profile_of_the_hotkey() -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        await toggle(made, "german")
        await made.recorder.say("..ss")
        await toggle(made, "german")
    assert profiles(made) == ["german"]


@pytest.mark.parametrize("ending", [STOP, TOGGLE, Command.CANCEL])
async def test_when_listening_ends_what_was_chosen_before_the_hotkey_holds_again(ending: Command) -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        session.chosen.choose("mail")
        await toggle(made, "german")
        during = session.status()["profile"]
        await made.do(ending)
        assert (during, session.status()["profile"]) == ("german", "mail")


async def test_the_hotkey_of_another_profile_changes_it_and_goes_on_listening() -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        await made.do(START)
        for count, profile in enumerate(("german", "code"), start=1):
            await toggle(made, profile)
            await made.recorder.say(SENTENCE)
            await made.sink.holds(count)
        await made.do(STOP)
    assert (profiles(made), made.recorder.opened) == (["german", "code"], 1)


async def test_the_usual_hotkey_begins_without_what_another_left() -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        session.toggle_with("german")
        session.submit(STOP)
        await made.do(START)
        await made.recorder.say(SENTENCE)
        await made.do(STOP)
    assert profiles(made) == [""]


async def test_a_locked_screen_takes_no_profile_away() -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        await toggle(made, "german")
        await made.do(Command.PAUSE)
        await made.do(Command.RESUME)
        assert session.chosen.name == "german"


async def test_a_reload_takes_no_profile_away_that_is_still_there() -> None:
    made = desk()
    async with anyio.create_task_group() as tasks:
        first = tasks.start_soon(made.session.run, made.parts)
        await begun(made.session)
        made.session.chosen.choose("mail")
        await toggle(made, "german")
        made.session.submit(Command.RELOAD)
        await anyio.wait_all_tasks_blocked()
        await made.recorder.say(".")
        await first
        second = tasks.start_soon(made.session.run, replace(made.parts, profiles=("german",)))
        await anyio.wait_all_tasks_blocked()
        during = made.session.chosen.name
        await made.do(STOP)
        made.session.submit(Command.QUIT)
        await second
    assert (during, made.session.status()["profile"]) == ("german", "default")


async def test_who_follows_is_told_of_another_profile() -> None:
    made = desk()
    async with made.at_work() as session:
        await begun(session)
        statuses = session.bulletin.follow()
        before = await anext(statuses)
        session.chosen.choose("mail")
        assert [before["profile"], (await anext(statuses))["profile"]] == ["default", "mail"]
