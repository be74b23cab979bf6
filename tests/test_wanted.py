"""Rules of what is wanted, as a table: the commands so far, and what is to be so then."""

from __future__ import annotations

import pytest

from dictated.types import Command, State
from dictated.wanted import Wanted


@pytest.mark.parametrize(
    ("commands", "listening"),
    [
        ("", False),
        ("start", True),
        ("start start", True),
        ("toggle", True),
        ("toggle toggle", False),
        ("start stop", False),
        ("start cancel", False),
        ("start undo", False),
        ("start pause", False),
        ("start pause resume", True),
        ("pause resume", False),
        ("start pause stop resume", False),
        ("start pause toggle stop resume", False),
        ("start pause reload resume", True),
        ("start pause quit resume", True),
        ("pause reload resume", False),
        ("start pause reload stop resume", False),
        ("start reload", True),
        ("start quit", True),
    ],
)
def test_whether_to_listen_follows_from_the_commands(commands: str, listening: bool) -> None:  # noqa: FBT001
    wanted = Wanted()
    for command in commands.split():
        wanted.take(Command(command))
    assert wanted.listening == listening


@pytest.mark.parametrize(
    ("commands", "afresh"),
    [
        ("start", [True]),
        ("toggle toggle toggle", [True, False, True]),
        ("start start", [True, False]),
        ("start pause resume", [True, False, False]),
        ("start reload", [True, False]),
    ],
)
def test_who_resumes_begins_nothing_afresh(commands: str, afresh: list[bool]) -> None:
    wanted = Wanted()
    assert [wanted.take(Command(command)) for command in commands.split()] == afresh


@pytest.mark.parametrize(
    ("commands", "ending"),
    [("start", None), ("reload", "reload"), ("reload quit", "quit"), ("quit reload", "quit")],
)
def test_nothing_comes_after_the_end(commands: str, ending: str | None) -> None:
    wanted = Wanted()
    for command in commands.split():
        wanted.take(Command(command))
    assert wanted.ending == ending


@pytest.mark.parametrize("command", Command)
def test_only_cancel_discards(command: Command) -> None:
    wanted = Wanted()
    wanted.take(command)
    assert wanted.discard is (command is Command.CANCEL)


def test_what_is_thrown_away_is_told_once() -> None:
    wanted = Wanted()
    wanted.take(Command.CANCEL)
    assert [wanted.discards(), wanted.discards()] == [True, False]


def test_an_end_that_has_come_is_over() -> None:
    wanted = Wanted()
    wanted.take(Command.RELOAD)
    assert (wanted.ended(), wanted.ending) == (Command.RELOAD, None)


@pytest.mark.parametrize(
    ("commands", "state", "heading"),
    [
        ("start", None, State.STARTING),
        ("start", State.LISTENING, State.LISTENING),
        ("start", State.LOST, State.LOST),
        ("stop", State.LISTENING, State.STOPPING),
        ("stop", None, State.OFF),
    ],
)
def test_what_is_wanted_leads_to_a_state(commands: str, state: State | None, heading: State) -> None:
    wanted = Wanted()
    wanted.take(Command(commands))
    assert wanted.heading(state) is heading
