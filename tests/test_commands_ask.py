"""Rules of what a status bar is told, and of `dictated status --follow` itself."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from fixtures.daemon import DICTATED

from dictated.cli import READ_ENOUGH
from dictated.commands.ask import for_a_bar, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.daemon import Dictated

OFF: dict[str, Any] = {"state": "off", "waiting": 0, "held": 0, "on_hold": 0, "error": "", "engines": []}


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, "off"),
        ({"state": "starting"}, "listening"),
        ({"state": "listening", "waiting": 2}, "listening"),
        ({"state": "stopping", "waiting": 1}, "working"),
        ({"waiting": 1, "on_hold": 1}, "working"),
        ({"held": 1, "on_hold": 1}, "held"),
        ({"held": 1}, "off"),
        ({"state": "no microphone", "on_hold": 1}, "lost"),
    ],
)
def test_a_bar_shows_one_thing(changed: dict[str, Any], shown: str) -> None:
    assert for_a_bar(OFF | changed)["alt"] == shown


def test_a_bar_shows_a_daemon_that_does_not_run() -> None:
    assert for_a_bar({"state": "not running"})["class"] == "not-running"


def test_that_words_wait_is_told_whatever_else_is_shown() -> None:
    assert "words wait" in for_a_bar(OFF | {"state": "listening", "on_hold": 1})["tooltip"]


def test_what_is_being_said_is_told_below_the_rest() -> None:
    assert for_a_bar(OFF | {"hypothesis": "But as"})["tooltip"] == "dictated: not listening\nBut as"


def test_what_is_told_in_words_counts_nothing_twice() -> None:
    assert in_words(OFF | {"held": 2, "on_hold": 2}) == "off; 2 held"


class Follower:
    """Reads what `dictated status --follow` prints."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.program = subprocess.Popen(
            [DICTATED, "status", "--follow"], env=environ, stdout=subprocess.PIPE, text=True
        )
        assert self.program.stdout is not None
        self.lines = self.program.stdout
        self._told = ""

    @property
    def state(self) -> str:
        """The next that it is told which is another: a daemon that starts may say twice that it is off."""
        while (state := json.loads(next(self.lines))["state"]) == self._told:
            pass
        self._told = state
        return state


@pytest.fixture
def follower(dictated: Dictated) -> Iterator[Follower]:
    made = Follower(dictated.environ)
    yield made
    made.program.kill()
    made.program.wait()
    made.lines.close()


def test_who_follows_before_there_is_a_daemon_is_told_when_it_comes_and_when_it_goes(
    dictated: Dictated, follower: Follower
) -> None:
    assert follower.state == "not running"
    daemon = dictated.start()
    assert follower.state == "off"
    daemon.ends(15)
    assert follower.state == "not running"


@pytest.mark.parametrize("running", [True, False])
def test_who_follows_ends_when_nobody_reads_any_more(
    dictated: Dictated, follower: Follower, *, running: bool
) -> None:
    assert follower.state == "not running"
    if running:
        dictated.start()
        assert follower.state == "off"
    follower.lines.close()
    assert follower.program.wait(5) == READ_ENOUGH
