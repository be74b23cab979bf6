from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evdev import ecodes

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import keycodes_of, parse
from dictated.hotkeys.keyboard import keys_of
from dictated.hotkeys.usboard import KEYS, OFFSET, check
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from fixtures.screen import Screen


@pytest.mark.parametrize(
    ("combination", "codes"),
    [
        ("<ctrl>+<alt>+d", [{"LEFTCTRL", "RIGHTCTRL"}, {"LEFTALT", "RIGHTALT"}, {"D"}]),
        ("<cmd_r>+<space>", [{"RIGHTMETA"}, {"SPACE"}]),
        ("<alt_gr>+<shift_l>+;", [{"RIGHTALT"}, {"LEFTSHIFT"}, {"SEMICOLON"}]),
        ("<ctrl>++", [{"LEFTCTRL", "RIGHTCTRL"}, {"EQUAL"}]),
        ("\\", [{"BACKSLASH"}]),
        ("z", [{"Z"}]),
        *((f"<f{number}>", [{f"F{number}"}]) for number in range(1, 21)),
        ("<pause>", [{"PAUSE"}]),
        ("<scroll_lock>", [{"SCROLLLOCK"}]),
        ("<print_screen>", [{"SYSRQ"}]),
        ("<menu>", [{"COMPOSE"}]),
        ("<page_down>", [{"PAGEDOWN"}]),
        ("<insert>", [{"INSERT"}]),
        ("<media_play_pause>", [{"PLAYPAUSE"}]),
        ("<media_stop>", [{"STOPCD"}]),
        ("<media_previous>", [{"PREVIOUSSONG"}]),
        ("<media_next>", [{"NEXTSONG"}]),
        ("<media_volume_up>", [{"VOLUMEUP"}]),
        ("<media_volume_mute>", [{"MUTE"}]),
    ],
)
def test_a_combination_is_the_kernels_keys_by_the_kernels_names(
    combination: str, codes: list[set[str]]
) -> None:
    wanted = [{ecodes.ecodes[f"KEY_{name}"] + OFFSET for name in part} for part in codes]
    assert list(keycodes_of(parse(combination), KEYS)) == wanted


@pytest.mark.parametrize("combination", ["<ctrl>+é", "я", "<65450>"])
def test_a_key_that_a_us_keyboard_lacks_is_told(combination: str) -> None:
    with pytest.raises(HotkeyError, match="a key that a US keyboard does not have"):
        check(combination)


@pytest.mark.desktop
def test_the_keys_are_those_of_a_real_us_layout(screen: Screen) -> None:
    screen.layout("us")
    display = connect()
    real = keys_of(display).syms
    disconnect(display)
    told = {key: syms for key, syms in KEYS.items() if key not in range(191, 199) and key != 108}
    assert {key: real[key][: len(syms)] for key, syms in told.items()} == told
