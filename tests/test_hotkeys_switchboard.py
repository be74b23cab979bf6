from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.config import Hotkeys
from dictated.hotkeys.chord import bindings
from dictated.hotkeys.switchboard import Switchboard
from dictated.profileconfig import Profile
from dictated.types import Command, ToggleWith

CTRL_L, CTRL_R, ALT, D, K, F8, F9, MOVED = 37, 105, 64, 40, 45, 74, 75, 44
MAPPING = {
    CTRL_L: (0xFFE3,),
    CTRL_R: (0xFFE4,),
    ALT: (0xFFE9,),
    D: (ord("d"),),
    K: (ord("k"),),
    F8: (0xFFC5,),
    F9: (0xFFC6,),
}
ALL = Hotkeys(toggle="<ctrl>+<alt>+d", hold="<f8>", tap_or_hold="<f9>", cancel="<ctrl>+<alt>+k")


class Board(Switchboard):
    """A switchboard whose time is told."""

    def __init__(self, settings: Hotkeys = ALL) -> None:
        self.now = 0.0
        super().__init__(bindings(settings), lambda: self.now)
        self.remap(MAPPING)

    def play(self, events: str) -> str:
        """Press (`+75`) and let go (`-75`) of keys, with pauses in ms (`300`); tell what was asked for."""
        asked: list[str] = []
        for event in events.split():
            if event[0] == "+":
                asked += self.press(int(event[1:]))
            elif event[0] == "-":
                asked += self.release(int(event[1:]))
            else:
                self.now += int(event) / 1000
        return " ".join(asked)


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        ("+75 100 -75", "toggle"),
        ("+75 299 -75", "toggle"),
        ("+75 300 -75", "toggle stop"),
        ("+75 100 -75 900 +75 100 -75", "toggle toggle"),
        ("+75 100 -75 900 +75 900 -75", "toggle toggle stop"),
        ("+75 200 +75 40 +75 40 +75 40 -75", "toggle stop"),
        ("+75 200 +75 40 +75 40 -75", "toggle"),
        ("+74 -74", "start stop"),
        ("+74 900 +74 40 +74 -74", "start stop"),
        ("+37 +64 +40 900 -40", "toggle"),
        ("+37 +64 +40 -40 +45 -45", "toggle cancel"),
        ("+75 +74 500 -75 -74", "toggle start stop stop"),
    ],
)
def test_a_key_asks_for_what_it_is_bound_to_by_how_long_it_is_held(events: str, asked: str) -> None:
    assert Board().play(events) == asked


def test_time_counts_from_the_key_that_completes_the_combination() -> None:
    board = Board(Hotkeys(toggle="", tap_or_hold="<ctrl>+d"))
    assert board.play("+37 900 +40 100 -40 900 -37") == "toggle"


def test_the_longest_tap_is_set_by_the_user() -> None:
    assert Board(Hotkeys(toggle="", tap_or_hold="<f9>", tap_ms=1000)).play("+75 999 -75 +75 1000 -75") == (
        "toggle toggle stop"
    )


def test_a_layout_that_changes_while_a_key_is_held_lets_nothing_go() -> None:
    board = Board()
    board.play("+75 100")
    board.remap(MAPPING | {MOVED: (ord("d"),), D: (ord("e"),)})
    assert (board.play("+75 400 -75"), board.play("+37 +64 +44")) == ("stop", "toggle")


def test_what_nobody_will_see_go_up_is_let_go_and_can_be_pressed_again() -> None:
    board = Board()
    board.play("+74 +75 100")
    assert (board.release_all(), board.play("+74")) == (["stop"], "start")


def test_a_key_that_was_down_before_completes_nothing_but_helps_the_next() -> None:
    board = Board()
    for key in (F8, CTRL_L, ALT):
        board.hold(key)
    assert (board.play("+74 -74"), board.play("+40")) == ("", "toggle")


def test_before_the_keyboard_is_known_no_key_asks_for_anything() -> None:
    board = Switchboard(bindings(ALL))
    assert [command for key in MAPPING for command in (*board.press(key), *board.release(key))] == []


@given(
    st.lists(st.sampled_from(["+37", "-37", "+105", "-105", "+64", "-64", "+40", "-40", "50"]), max_size=40)
)
def test_a_held_combination_starts_and_stops_in_turn(events: list[str]) -> None:
    asked = Board(Hotkeys(toggle="", hold="<ctrl>+<alt>+d")).play(" ".join(events)).split()
    assert asked[:1] in ([], ["start"])
    assert all(one != other for one, other in pairwise(asked))


def test_the_keys_of_two_profiles_are_told_apart_from_each_other_and_from_the_usual_one() -> None:
    profiles = {"german": Profile(hotkey="<ctrl>+<f9>"), "mail": Profile(hotkey="<ctrl>+<f8>")}
    board = Switchboard(bindings(Hotkeys(toggle="<f9>"), profiles))
    board.remap(MAPPING)
    asked = [*board.press(F9), *board.release(F9), *board.press(CTRL_L), *board.press(F9), *board.press(F8)]
    assert asked == [Command.TOGGLE, ToggleWith("german"), ToggleWith("mail")]
