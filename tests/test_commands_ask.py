"""Rules of what a status bar is told, and of `dictated status --follow` itself."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from fixtures.daemon import DICTATED

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


def test_what_is_told_in_words_counts_nothing_twice() -> None:
    assert in_words(OFF | {"held": 2, "on_hold": 2}) == "off; 2 held"


@pytest.fixture
def followed(dictated: Dictated) -> Iterator[Iterator[dict[str, Any]]]:
    """What `dictated status --follow` prints."""
    program = subprocess.Popen(
        [DICTATED, "status", "--follow"], env=dictated.environ, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    yield map(json.loads, program.stdout)
    program.kill()
    program.communicate()


def test_who_follows_before_there_is_a_daemon_is_told_when_it_comes_and_when_it_goes(
    dictated: Dictated, followed: Iterator[dict[str, Any]]
) -> None:
    assert next(followed)["state"] == "not running"
    daemon = dictated.start()
    assert next(followed)["state"] == "off"
    daemon.ends(15)
    assert next(followed)["state"] == "not running"
