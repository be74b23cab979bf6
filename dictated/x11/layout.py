"""Which key, with or without Shift, gives which character; and which keys are free to be given one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.x11.keysym import RETURN, char_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dictated.x11.xkb import Keymap

SHIFT = 1
"""The modifier bit of Shift."""

_FIRST_FREE = 9
"""Keycode 8 is never lent: on Linux it is the kernel's key 0, which some programs take for "no key"."""


@dataclass(frozen=True, slots=True, order=True)
class Stroke:
    """A key pressed and let go, with Shift held or not."""

    keycode: int
    shift: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What the keyboard can type as it stands; `free` are the keycodes that mean nothing."""

    strokes: dict[str, Stroke]
    free: tuple[int, ...]
    shift: int
    group: int = 0


def layout_of(keymap: Keymap, *, group: int, locked: int, lent: Collection[int] = ()) -> Layout:
    """Return what can be typed in this group while these modifiers are locked.

    Keycodes in `lent` are ours for the time being: neither free nor part of the layout.
    """
    strokes: dict[str, Stroke] = {}
    for shift in (False, True):
        for keycode, key in keymap.keys.items():
            sym = key.sym(group, locked | SHIFT if shift else locked)
            char = "\n" if sym == RETURN else char_of(sym)
            if char is not None and keycode not in lent:
                strokes.setdefault(char, Stroke(keycode, shift))
    free = tuple(
        keycode
        for keycode, key in keymap.keys.items()
        if keycode >= _FIRST_FREE
        and not any(key.syms)
        and keycode not in keymap.modifiers
        and keycode not in lent
    )
    return Layout(strokes, free, _shift_key(keymap), group)


def _shift_key(keymap: Keymap) -> int:
    """Return a key that is Shift and nothing else; 0 if there is none."""
    return next((keycode for keycode, bits in keymap.modifiers.items() if bits == SHIFT), 0)
