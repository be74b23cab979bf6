"""The clock is set back, or forward, while somebody dictates: nothing is lost, held or out of order."""

from __future__ import annotations

import json
import signal
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fixtures.clock import clock
from moonshine_voice import get_assets_path
from recordings import errors, words
from test_dictation import SAID, SPEECH

if TYPE_CHECKING:
    from fixtures.clock import Clock
    from fixtures.daemon import Daemon, Dictated
    from fixtures.screen import Screen

__all__ = ["clock"]

pytestmark = pytest.mark.alone  # the clock is set between two sentences that are played in real time

HOUR = 3600
OPEN_S = 2.5
"""Seconds after which its third sentence has begun: "It was the epoch of belief."."""

LONG = get_assets_path() / "two_cities.wav"


def dictate(dictated: Dictated, clock: Clock, sinks: str = '["log"]') -> Daemon:
    """Dictate the recording; its third and fourth sentence are spoken an hour ago, the last ones in an hour."""
    dictated.configure("[feedback]\nlog_level = 'debug'", sinks=sinks)
    daemon = dictated.start("--input", SPEECH, environ=clock.env)
    for sentence, offset in ((2, -HOUR), (4, HOUR)):
        daemon.says(f"utterance {sentence} delivered")
        clock.set(offset)
    assert daemon.ends() == 0
    return daemon


def test_a_clock_set_back_and_forth_by_an_hour_changes_no_order_and_costs_no_word(
    clock: Clock, dictated: Dictated
) -> None:
    dictate(dictated, clock)
    noted = [json.loads(line) for line in dictated("history", "--json").stdout.splitlines()]
    assert errors(SAID, words(" ".join(dictated.written))) <= 1
    assert [entry["text"] for entry in noted] == dictated.written
    assert hours(dictated) == [0, 0, -1, -1, 1, 1]  # or the clock did nothing


def hours(dictated: Dictated) -> list[int]:
    """When each sentence was spoken, by the program's clock, counted from the first."""
    lines = [json.loads(line) for line in dictated.notes.read_text().splitlines()]
    began = [datetime.fromisoformat(line["start"]) for line in lines]
    return [round((later - began[0]) / timedelta(hours=1)) for later in began]


@pytest.mark.desktop
def test_a_clock_set_back_or_forward_keeps_no_sentence_from_the_window(
    clock: Clock, dictated: Dictated, screen: Screen
) -> None:
    window = screen.window()
    dictated.environ["DISPLAY"] = screen.display
    dictate(dictated, clock, sinks='["type", "log"]')
    assert window.rest() == "".join(f"{text} " for text in dictated.written)


def test_what_a_crash_leaves_under_a_clock_set_back_is_said_once(clock: Clock, dictated: Dictated) -> None:
    dictated.configure("[feedback]\nlog_level = 'debug'")
    daemon = dictated.start("--input", LONG, environ=clock.env)
    daemon.says("utterance 1 delivered")
    clock.set(-HOUR)
    daemon.says("utterance 2 delivered")
    time.sleep(OPEN_S)  # the recording plays on
    assert daemon.ends(signal.SIGKILL) < 0
    following = dictated.start()
    following.says("delivered")
    following.ends(signal.SIGTERM)
    heard = words(" ".join(dictated.written))
    assert [heard.count(word) for word in ("worst", "wisdom", "belief")] == [1, 1, 1], heard
