from __future__ import annotations

import pytest

from dictated.config import Hotkeys
from dictated.hotkeys.chord import COMBINATIONS, Binding, Chord, bindings, combinations
from dictated.profileconfig import Profile
from dictated.types import Command, ToggleWith

CTRL_L, CTRL_R, ALT, SHIFT, D, E = 37, 105, 64, 50, 40, 26


@pytest.mark.parametrize(
    ("events", "answers"),
    [
        ([CTRL_L, ALT, D], [False, False, True]),
        ([D, ALT, CTRL_R], [False, False, True]),
        ([CTRL_L, ALT, D, D, D], [False, False, True, False, False]),
        ([CTRL_L, ALT, D, -D, D], [False, False, True, True, True]),
        ([CTRL_L, ALT, D, -ALT, -D], [False, False, True, True, False]),
        ([CTRL_L, CTRL_R, ALT, D, -CTRL_L, -CTRL_R], [False, False, False, True, False, True]),
        ([CTRL_L, ALT, E, -E, D], [False, False, False, False, True]),
        ([CTRL_L, SHIFT, ALT, D], [False, False, False, False]),
        ([CTRL_L, SHIFT, ALT, -SHIFT, D], [False, False, False, False, True]),
        ([CTRL_L, SHIFT, ALT, D, -SHIFT, D], [False, False, False, False, False, False]),
        ([CTRL_L, D], [False, False]),
        ([-D, CTRL_L, ALT, D], [False, False, False, True]),
    ],
)
def test_a_chord_answers_the_press_that_completes_it_and_the_release_that_breaks_it(
    events: list[int], answers: list[bool]
) -> None:
    chord = Chord((frozenset({CTRL_L, CTRL_R}), frozenset({ALT}), frozenset({D})), frozenset({SHIFT}))
    assert [chord.press(key) if key > 0 else chord.release(-key) for key in events] == answers


def test_each_combination_of_the_configuration_is_bound_to_what_it_says() -> None:
    keys = Hotkeys(toggle="a", hold="b", tap_or_hold="c", cancel="d", undo="e", tap_ms=250)
    assert bindings(keys) == (
        Binding("a", Command.TOGGLE),
        Binding("b", Command.START, Command.STOP),
        Binding("c", Command.TOGGLE, Command.STOP, 0.25),
        Binding("d", Command.CANCEL),
        Binding("e", Command.UNDO),
    )


def test_an_empty_combination_is_none() -> None:
    assert bindings(Hotkeys(**dict.fromkeys(COMBINATIONS, ""))) == ()


PROFILES = {"code": Profile(), "german": Profile(hotkey="g"), "mail": Profile(hotkey="m")}


def test_the_combination_of_a_profile_toggles_with_it() -> None:
    assert bindings(Hotkeys(toggle="a"), PROFILES) == (
        Binding("a", Command.TOGGLE),
        Binding("g", ToggleWith("german")),
        Binding("m", ToggleWith("mail")),
    )


def test_every_combination_is_known_by_the_key_that_sets_it() -> None:
    assert combinations(Hotkeys(toggle="a", undo="b"), PROFILES) == {
        "hotkeys.toggle": "a",
        "hotkeys.undo": "b",
        "profiles.german.hotkey": "g",
        "profiles.mail.hotkey": "m",
    }
