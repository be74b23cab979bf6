from __future__ import annotations

from typing import Any

import pytest
from statuses import LISTENING, LOST, OFF

from dictated.tray.look import LENGTH, PROFILES, Badge, look


@pytest.mark.parametrize(
    ("status", "listening", "badge"),
    [
        (OFF, False, Badge.NONE),
        (LISTENING, True, Badge.NONE),
        (OFF | {"state": "starting"}, False, Badge.NONE),
        (OFF | {"state": "stopping"}, False, Badge.NONE),
        (OFF | {"waiting": 1}, False, Badge.WORKING),
        (LISTENING | {"waiting": 1}, True, Badge.WORKING),
        (LOST, False, Badge.ATTENTION),
        (OFF | {"on_hold": 1}, False, Badge.ATTENTION),
        (LISTENING | {"on_hold": 1, "waiting": 1}, True, Badge.ATTENTION),
        (OFF | {"error": "the key is wrong"}, False, Badge.ATTENTION),
    ],
)
def test_a_status_has_its_icon(status: dict[str, Any], listening: bool, badge: Badge) -> None:  # noqa: FBT001 (a row of the table)
    shown = look(status)
    assert (shown.listening, shown.badge) == (listening, badge)


def test_what_the_user_knows_of_needs_no_attention() -> None:
    assert look(OFF | {"held": 3, "kept": 2}).badge is Badge.NONE


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (OFF, "Not listening"),
        (LISTENING | {"waiting": 1}, "Listening · 1 utterance to be written"),
        (OFF | {"on_hold": 2}, "Not listening · 2 utterances held back (dictated history)"),
        (LOST | {"error": "it is\nunplugged"}, "No microphone; it is tried again · it is unplugged"),
    ],
)
def test_a_status_is_said_in_one_line(status: dict[str, Any], line: str) -> None:
    assert look(status).line == line


def test_a_long_error_is_cut() -> None:
    assert len(look(OFF | {"error": "a" * 1000}).line) == LENGTH


@pytest.mark.parametrize(("status", "some"), [(OFF, False), (LISTENING, True), (OFF | {"waiting": 1}, True)])
def test_what_listens_or_works_can_be_cancelled(status: dict[str, Any], some: bool) -> None:  # noqa: FBT001 (a row of the table)
    assert look(status).cancellable is some


def test_a_profile_that_is_chosen_is_said() -> None:
    chosen = OFF | {"profile": "code", "profiles": ["code", "mail"]}
    assert look(chosen).line == "Not listening · profile code"


def test_no_more_profiles_are_offered_than_a_menu_has_room_for() -> None:
    many = [f"p{number}" for number in range(100)]
    assert look(OFF | {"profile": "default", "profiles": many}).profiles == tuple(many[:PROFILES])
