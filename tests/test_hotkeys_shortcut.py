from __future__ import annotations

import pytest

from dictated.hotkeys.chord import Binding
from dictated.hotkeys.shortcut import Shortcuts, trigger_of, triggers_of
from dictated.types import Command, ToggleWith

TOGGLE = Binding("<ctrl>+<alt>+d", Command.TOGGLE)
HOLD = Binding("<ctrl>+<alt>+e", Command.START, Command.STOP)
TAP_OR_HOLD = Binding("<f9>", Command.TOGGLE, Command.STOP, 0.3)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("combination", "trigger"),
    [
        ("<ctrl>+<alt>+d", "CTRL+ALT+d"),
        ("<alt>+<ctrl>+D", "ALT+CTRL+d"),
        ("<cmd>+<space>", "LOGO+space"),
        ("<ctrl_r>+<shift>+<f12>", "CTRL+SHIFT+F12"),
        ("<ctrl>++", "CTRL+plus"),
        ("<ctrl>+é", "CTRL+eacute"),
        ("<ctrl>+ж", "CTRL+U0436"),
        ("<pause>", "Pause"),
        ("<media_play_pause>", "XF86AudioPlay"),
    ],
)
def test_a_combination_is_written_as_desktops_write_it(combination: str, trigger: str) -> None:
    assert trigger_of(combination) == trigger


@pytest.mark.parametrize("combination", ["<alt_gr>+d", "a+b", "<ctrl>+<shift>"])
def test_what_a_desktop_cannot_write_is_left_to_its_user(combination: str) -> None:
    (_, properties), *_ = Shortcuts([Binding(combination, Command.UNDO)]).wanted()
    assert properties == {"description": ("s", "Take back what was dictated last")}


def test_every_binding_has_an_id_a_description_and_a_trigger() -> None:
    cancel, undo = Binding("<f7>", Command.CANCEL), Binding("<f8>", Command.UNDO)
    wanted = Shortcuts([TOGGLE, HOLD, TAP_OR_HOLD, cancel, undo]).wanted()
    assert [name for name, _ in wanted] == ["toggle", "hold", "tap-or-hold", "cancel", "undo"]
    assert [known["preferred_trigger"][1] for _, known in wanted] == [
        "CTRL+ALT+d",
        "CTRL+ALT+e",
        "F9",
        "F7",
        "F8",
    ]


def test_a_press_of_toggle_toggles_and_its_end_does_nothing(clock: Clock) -> None:
    shortcuts = Shortcuts([TOGGLE], clock)
    assert [shortcuts.press("toggle"), shortcuts.release("toggle")] == [[Command.TOGGLE], []]


def test_hold_starts_and_stops(clock: Clock) -> None:
    shortcuts = Shortcuts([HOLD], clock)
    assert [shortcuts.press("hold"), shortcuts.release("hold")] == [[Command.START], [Command.STOP]]


@pytest.mark.parametrize(("seconds", "end"), [(0.29, []), (0.31, [Command.STOP])])
def test_a_tap_toggles_and_held_longer_its_end_stops(
    clock: Clock, seconds: float, end: list[Command]
) -> None:
    shortcuts = Shortcuts([TAP_OR_HOLD], clock)
    assert shortcuts.press("tap-or-hold") == [Command.TOGGLE]
    clock.now += seconds
    assert shortcuts.release("tap-or-hold") == end


def test_a_held_key_that_repeats_is_pressed_once(clock: Clock) -> None:
    shortcuts = Shortcuts([TOGGLE], clock)
    pressed = []
    for _ in range(100):
        pressed += shortcuts.press("toggle")
        clock.now += 0.05
    assert pressed == [Command.TOGGLE]


def test_a_desktop_that_never_says_let_go_still_toggles(clock: Clock) -> None:
    shortcuts = Shortcuts([TOGGLE], clock)
    shortcuts.press("toggle")
    clock.now += 5
    assert shortcuts.press("toggle") == [Command.TOGGLE]


def test_what_is_unknown_asks_for_nothing(clock: Clock) -> None:
    shortcuts = Shortcuts([HOLD], clock)
    assert [shortcuts.press("toggle"), shortcuts.release("toggle"), shortcuts.release("hold")] == [[], [], []]


def test_what_is_held_when_the_desktop_goes_counts_as_let_go(clock: Clock) -> None:
    shortcuts = Shortcuts([TOGGLE, HOLD], clock)
    shortcuts.press("hold")
    assert [shortcuts.release_all(), shortcuts.release_all()] == [[Command.STOP], []]


@pytest.mark.parametrize(
    ("results", "triggers"),
    [
        (
            {"shortcuts": ("a(sa{sv})", [("toggle", {"trigger_description": ("s", "Ctrl+Alt+D")})])},
            {"toggle": "Ctrl+Alt+D"},
        ),
        ({"shortcuts": ("a(sa{sv})", [("toggle", {})])}, {"toggle": ""}),
        ({}, {}),
    ],
)
def test_the_desktop_says_which_keys_they_are(results: dict[str, object], triggers: dict[str, str]) -> None:
    assert triggers_of(results) == triggers


def test_each_profile_has_a_shortcut_of_its_own(clock: Clock) -> None:
    german, mail = Binding("<f6>", ToggleWith("german")), Binding("<f7>", ToggleWith("mail"))
    shortcuts = Shortcuts([TOGGLE, german, mail], clock)
    wanted = dict(shortcuts.wanted())
    assert list(wanted) == ["toggle", "profile-german", "profile-mail"]
    assert wanted["profile-german"] == {
        "description": ("s", "Start or stop dictation with the profile german"),
        "preferred_trigger": ("s", "F6"),
    }
    assert shortcuts.press("profile-mail") == [ToggleWith("mail")]
