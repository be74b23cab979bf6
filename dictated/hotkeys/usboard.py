"""A US keyboard: which keysyms stand on each key, for who sees keys and no layout.

Keys are numbered as X does it, which is the kernel's code and `OFFSET` (xkeyboard-config, keycodes/evdev).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from Xlib import XK

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import keycodes_of, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

OFFSET = 8
"""What X adds to the kernel's key codes."""

_ROWS = (
    (10, "1234567890-=", "!@#$%^&*()_+"),
    (24, "qwertyuiop[]", "QWERTYUIOP{}"),
    (38, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (51, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)

_NAMED = {
    9: "Escape",
    22: "BackSpace",
    23: "Tab",
    36: "Return",
    37: "Control_L",
    50: "Shift_L",
    62: "Shift_R",
    64: "Alt_L",
    65: "space",
    66: "Caps_Lock",
    77: "Num_Lock",
    78: "Scroll_Lock",
    105: "Control_R",
    107: "Print",
    108: "Alt_R",
    110: "Home",
    111: "Up",
    112: "Page_Up",
    113: "Left",
    114: "Right",
    115: "End",
    116: "Down",
    117: "Page_Down",
    118: "Insert",
    119: "Delete",
    127: "Pause",
    133: "Super_L",
    134: "Super_R",
    135: "Menu",
    **{66 + number: f"F{number}" for number in range(1, 11)},
    **{84 + number: f"F{number}" for number in (11, 12)},
    **{178 + number: f"F{number}" for number in range(13, 21)},
}

_MEDIA = {
    121: 0x1008FF12,  # mute
    122: 0x1008FF11,  # quieter
    123: 0x1008FF13,  # louder
    171: 0x1008FF17,  # next
    172: 0x1008FF14,  # play, pause
    173: 0x1008FF16,  # previous
    174: 0x1008FF15,  # stop
}
"""Keysyms of X11/XF86keysym.h."""

_ALT_GR = 0xFE03
"""ISO_Level3_Shift: the right Alt, on most of the keyboards that are not American."""


def _board() -> dict[int, tuple[int, ...]]:
    board: dict[int, tuple[int, ...]] = {
        first + place: (ord(char), ord(shifted))
        for first, plain, other in _ROWS
        for place, (char, shifted) in enumerate(zip(plain, other, strict=True))
    }
    board |= {key: (XK.string_to_keysym(name),) for key, name in _NAMED.items()}
    board |= {key: (sym,) for key, sym in _MEDIA.items()}
    return board | {108: (XK.string_to_keysym("Alt_R"), _ALT_GR)}


KEYS: Mapping[int, tuple[int, ...]] = _board()
"""The keysyms of each key: alone, and with Shift."""


def check(combination: str) -> None:
    """Raise unless the combination can be pressed on this keyboard.

    Raises:
        HotkeyError: it cannot, or is not understood; says what can.
    """
    if not all(keycodes_of(parse(combination), KEYS)):
        raise HotkeyError(
            f'"{combination}" names a key that a US keyboard does not have; without the layout a key is named'
            " by what a US keyboard has in its place"
        )
