from __future__ import annotations

from typing import Any

import pytest
from statuses import OFF

from dictated.cues.cue import Cue, cue


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [
        ("off", "starting", None),
        ("starting", "listening", Cue.START),
        ("off", "listening", Cue.START),
        ("no microphone", "listening", Cue.START),
        ("listening", "listening", None),
        ("listening", "stopping", Cue.STOP),
        ("listening", "off", Cue.STOP),
        ("stopping", "off", None),
        ("starting", "off", None),
        ("no microphone", "off", Cue.STOP),
        ("listening", "no microphone", Cue.ERROR),
        ("starting", "no microphone", Cue.ERROR),
        ("no microphone", "no microphone", None),
    ],
)
def test_a_change_of_the_state_has_its_cue(before: str, now: str, due: Cue | None) -> None:
    assert cue(OFF | {"state": before}, OFF | {"state": now}) is due


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [
        ({}, {"held": 1}, Cue.ERROR),
        ({"held": 1}, {"held": 1}, None),
        ({"kept": 1}, {"kept": 2}, Cue.ERROR),
        ({}, {"error": "the key is wrong"}, Cue.ERROR),
        ({"error": "a"}, {"error": "a", "waiting": 1}, None),
        ({"error": "a"}, {"error": "b"}, Cue.ERROR),
        ({"error": "a"}, {}, None),
        ({}, {"heard": 1, "delivered": 1, "empty": 1, "cancelled": 1, "waiting": 1}, None),
    ],
)
def test_what_goes_wrong_is_heard_once(before: dict[str, Any], now: dict[str, Any], due: Cue | None) -> None:
    assert cue(OFF | before, OFF | now) is due


def test_trouble_goes_before_a_start_or_a_stop() -> None:
    assert cue(OFF | {"state": "listening"}, OFF | {"error": "the microphone is gone"}) is Cue.ERROR
