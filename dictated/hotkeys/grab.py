"""Which key presses the X server is to keep from the focused window, and what becomes of the keys after one.

Nothing here speaks to the server: `keyboard` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from Xlib import XK, X

from dictated.hotkeys.combination import is_modifier, keycodes_of, parse
from dictated.x11.keysym import char_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Press = tuple[int, int]
"""A keycode, and the modifiers held or locked with it, a bit each."""

KEEP: int = X.SyncKeyboard
"""The answer that keeps a key, and has the server ask again after the next."""

GIVE: int = X.ReplayKeyboard
"""The answer that ends the grab and lets the window have the key."""

_LOCKS = frozenset(map(XK.string_to_keysym, ("Caps_Lock", "Num_Lock", "Scroll_Lock")))

_MODIFIERS = 0xFF
"""The bits of an event's state that are modifiers, not pointer buttons or a layout's number."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keyboard: the keysyms of each keycode, and the modifier bits of each that is one."""

    syms: Mapping[int, tuple[int, ...]]
    modifiers: Mapping[int, int]

    def locks(self) -> set[int]:
        """Return every union of the bits of Caps Lock, Num Lock and Scroll Lock, the empty one too."""
        bits = {bit for key, bit in self.modifiers.items() if _LOCKS & {*self.syms.get(key, ())}}
        return {sum(chosen) for chosen in product(*((0, bit) for bit in bits))}

    def writes(self, keycode: int) -> bool:
        """Say whether that key gives a character."""
        return any(char_of(sym) is not None for sym in self.syms.get(keycode, ()))


def presses_of(combination: str, keys: Keys) -> frozenset[Press]:
    """Return the presses that complete a combination, whichever locks are on.

    There are none where keeping them would keep more: a combination of several keys that are no modifiers,
    one that has none, and one that writes a character, which our own typing presses as well.
    """
    parts = parse(combination)
    found = dict(zip(parts, keycodes_of(parts, keys.syms), strict=True))
    plain = [found[part] for part in parts if not is_modifier(part)]
    if len(plain) != 1:
        return frozenset()
    modifiers = list(_bits((found[part] for part in parts if is_modifier(part)), keys))
    return frozenset(
        (keycode, wanted | locks)
        for keycode in plain[0]
        for wanted in modifiers
        for locks in keys.locks()
        if wanted & ~X.ShiftMask or not keys.writes(keycode)
    )


def _bits(parts: Iterable[frozenset[int]], keys: Keys) -> Iterator[int]:
    """Give each set of modifier bits that the parts can make; none if one of them makes no modifier."""
    for chosen in product(*({keys.modifiers.get(key, 0) for key in part} - {0} for part in parts)):
        bits = 0
        for bit in chosen:
            bits |= bit
        yield bits


@dataclass(slots=True)
class Grab:
    """The grab that a hotkey's press begins, of which we see every key until that one is let go.

    The server waits for an answer after each key: keep it, or end the grab and let the window have the key.
    A desktop's own grab keeps all keys; this one keeps what belongs to hotkeys and nothing else.
    """

    presses: frozenset[Press] = frozenset()
    modifiers: frozenset[int] = frozenset()
    active: int = 0
    own: set[int] = field(default_factory=set)

    def press(self, keycode: int, state: int, *, typing: bool) -> int:
        """Return the answer to a press: KEEP, or GIVE which ends the grab."""
        if not self.active:
            self.active = keycode
        if keycode == self.active or (keycode, state & _MODIFIERS) in self.presses:
            self.own.add(keycode)
            return KEEP
        return self._other(keycode, typing=typing)

    def release(self, keycode: int, *, typing: bool) -> int | None:
        """Return the answer to a release; None, as none is due, when it has ended the grab."""
        if keycode == self.active:
            self._end()
            return None
        if keycode in self.own:
            self.own.discard(keycode)
            return KEEP
        return self._other(keycode, typing=typing)

    def _other(self, keycode: int, *, typing: bool) -> int:
        """Keep modifiers, for with one less held the repeats of the hotkey would be another key's.

        Not while we type: a window that watches the modifiers must see them as they are.
        """
        if keycode in self.modifiers and not typing:
            return KEEP
        self._end()
        return GIVE

    def _end(self) -> None:
        self.active = 0
        self.own.clear()
