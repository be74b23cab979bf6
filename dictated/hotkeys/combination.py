"""A key combination as it is written, "<ctrl>+<alt>+d", and the keys of a keyboard that make it up.

The writing and the names are pynput's (`HotKey.parse`, `Key`), read here so that no display is needed.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from Xlib import XK

from dictated.errors import HotkeyError
from dictated.x11.keysym import char_of, keysym_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Parts = tuple[frozenset[int], ...]
"""A combination: for each of its parts, the keysyms that can be it."""

_MODIFIERS = {
    "alt": ("Alt_L", "Alt_R"),
    "alt_l": ("Alt_L",),
    "alt_r": ("Alt_R",),
    "alt_gr": ("Mode_switch",),
    "cmd": ("Super_L", "Super_R"),
    "cmd_l": ("Super_L",),
    "cmd_r": ("Super_R",),
    "ctrl": ("Control_L", "Control_R"),
    "ctrl_l": ("Control_L",),
    "ctrl_r": ("Control_R",),
    "shift": ("Shift_L", "Shift_R"),
    "shift_l": ("Shift_L",),
    "shift_r": ("Shift_R",),
}

_OTHERS = {
    "backspace": "BackSpace",
    "caps_lock": "Caps_Lock",
    "delete": "Delete",
    "down": "Down",
    "end": "End",
    "enter": "Return",
    "esc": "Escape",
    "home": "Home",
    "insert": "Insert",
    "left": "Left",
    "menu": "Menu",
    "num_lock": "Num_Lock",
    "page_down": "Page_Down",
    "page_up": "Page_Up",
    "pause": "Pause",
    "print_screen": "Print",
    "right": "Right",
    "scroll_lock": "Scroll_Lock",
    "space": "space",
    "tab": "Tab",
    "up": "Up",
    **{f"f{number}": f"F{number}" for number in range(1, 21)},
}

_LEVEL_3_SHIFT = 0xFE03
"""ISO_Level3_Shift, what AltGr gives on today's keyboards."""

_MEDIA = {
    "media_play_pause": 0x1008FF14,
    "media_stop": 0x1008FF15,
    "media_previous": 0x1008FF16,
    "media_next": 0x1008FF17,
    "media_volume_down": 0x1008FF11,
    "media_volume_mute": 0x1008FF12,
    "media_volume_up": 0x1008FF13,
}
"""Keysyms of X11/XF86keysym.h."""


def _named() -> dict[str, frozenset[int]]:
    names = {name: frozenset(map(XK.string_to_keysym, syms)) for name, syms in _MODIFIERS.items()}
    names["alt_gr"] |= {_LEVEL_3_SHIFT}
    names |= {name: frozenset({XK.string_to_keysym(sym)}) for name, sym in _OTHERS.items()}
    return names | {name: frozenset({sym}) for name, sym in _MEDIA.items()}


_NAMES = _named()

_MODIFIER_SYMS = frozenset().union(*(_NAMES[name] for name in _MODIFIERS))

_US_PLACES = {
    char: first + place
    for first, row in ((10, "1234567890-="), (24, "qwertyuiop[]"), (38, "asdfghjkl;'`"), (52, "zxcvbnm,./"))
    for place, char in enumerate(row)
}
"""Keycodes of the US keyboard (xkeyboard-config, keycodes/evdev): where a letter is that a layout lacks."""


def parse(combination: str) -> Parts:
    """Return, for each part of the combination, the keysyms that can be it.

    Raises:
        HotkeyError: it is not understood; says what is wrong and how one is written.
    """
    parts = _split(combination)
    found = tuple(_syms(part, combination) for part in parts)
    if len(set(found)) < len(found):
        raise HotkeyError(f'"{combination}" is not a key combination: it names a key twice')
    if all(map(is_modifier, found)) and len(found) == 1:
        raise HotkeyError(
            f'"{combination}" is a modifier alone, which every shortcut presses; add a key: "<ctrl>+<alt>+d"'
        )
    return found


def are_pressed_alike(first: Parts, second: Parts) -> bool:
    """Say whether one press can complete both: they have the same keys, in whichever order."""
    return len(first) == len(second) and all(any(part & other for other in second) for part in first)


def keycodes_of(
    parts: tuple[frozenset[int], ...], mapping: Mapping[int, tuple[int, ...]]
) -> tuple[frozenset[int], ...]:
    """Return, for each part, the keycodes that can be it on a keyboard with this mapping."""
    return tuple(_keycodes(part, mapping) for part in parts)


def is_modifier(part: frozenset[int]) -> bool:
    """Say whether a part of a combination is Ctrl, Alt, AltGr, Shift or Super."""
    return part <= _MODIFIER_SYMS


def modifiers_in(mapping: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    """Return the keycodes that are Ctrl, Alt, AltGr, Shift or Super."""
    return frozenset(keycode for keycode, syms in mapping.items() if syms and syms[0] in _MODIFIER_SYMS)


def _split(combination: str) -> list[str]:
    """Split at "+", which may itself be the last key: "<ctrl>++"."""
    if combination.endswith("++"):
        return [*combination[:-2].split("+"), "+"]
    return ["+"] if combination == "+" else combination.split("+")


def _syms(part: str, combination: str) -> frozenset[int]:
    if len(part) == 1:
        return frozenset({keysym_of(part.lower())})
    if not (part.startswith("<") and part.endswith(">")):
        raise HotkeyError(f'"{combination}" is not a key combination: write it like "<ctrl>+<alt>+d"')
    name = part[1:-1].lower()
    if name.isascii() and name.isdigit():
        return frozenset({int(name)})
    if name not in _NAMES:
        near = difflib.get_close_matches(name, _NAMES, n=1)
        hint = f"did you mean <{near[0]}>?" if near else 'write it like "<ctrl>+<alt>+d"'
        raise HotkeyError(f'"{combination}" is not a key combination: there is no key <{name}>; {hint}')
    return _NAMES[name]


def _keycodes(syms: frozenset[int], mapping: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    """Return the keys that give one of these unshifted, else at all, else where a US keyboard has it."""
    chars = {char_of(sym) for sym in syms} - {None}
    for columns in (1, 4):
        found = frozenset(
            keycode
            for keycode, row in mapping.items()
            if any(sym in syms or (chars and char_of(sym) in chars) for sym in row[:columns])
        )
        if found:
            return found
    return frozenset(_US_PLACES[char] for char in chars if char in _US_PLACES)
