"""How to type a text: which characters to put on free keys first, and which strokes follow.

A character that no key has is put on a free key, plain or with Shift: a slot. It stays there afterwards, so
that the next text finds it; the one used longest ago makes room. A text that needs more characters than
there are slots goes in several batches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dictated.errors import SinkError
from dictated.x11.keysym import keysym_of
from dictated.x11.layout import Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class NoKeyError(SinkError):
    """The keyboard has no key for it, and none that is free; nothing was pressed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Keys to give new meaning at once (plain and shifted keysym), then strokes to send.

    `takes` says that one of those meanings replaces an older one, which a window may not have read yet.
    """

    bind: dict[int, tuple[int, int]]
    strokes: tuple[Stroke, ...]
    takes: bool = False


@dataclass(slots=True)
class Slots:
    """The keys that are ours: what stands on them, the least recently used first, and what is empty."""

    placed: dict[str, Stroke] = field(default_factory=dict)
    empty: list[Stroke] = field(default_factory=list)

    def keycodes(self) -> set[int]:
        """Return the keys that have something of ours."""
        return {stroke.keycode for stroke in self.placed.values()}

    def meaning(self, keycode: int) -> tuple[int, int]:
        """Return the keysyms that key has to give, plain and shifted; a single one on both."""
        found = {at.shift: keysym_of(char) for char, at in self.placed.items() if at.keycode == keycode}
        return found.get(False, found.get(True, 0)), found.get(True, found.get(False, 0))

    def forget(self, keycode: int) -> None:
        """Drop a key that is ours no more."""
        self.placed = {char: at for char, at in self.placed.items() if at.keycode != keycode}

    def offer(self, free: Iterable[int]) -> None:
        """Set which further keys may be taken: two characters a key, so that few keys change."""
        taken = set(self.placed.values())
        keys = sorted({*self.keycodes(), *free})
        slots = [Stroke(keycode, shift) for keycode in keys for shift in (False, True)]
        self.empty = [slot for slot in slots if slot not in taken]

    def touch(self, char: str) -> Stroke:
        """Return where that character stands, which makes it the most recently used."""
        stroke = self.placed.pop(char)
        self.placed[char] = stroke
        return stroke

    def place(self, char: str, keep: set[str]) -> Stroke | None:
        """Put a character on an empty slot, else on that of the oldest not in `keep`; None if all are."""
        if self.empty:
            slot = self.empty.pop(0)
        else:
            oldest = next((other for other in self.placed if other not in keep), None)
            if oldest is None:
                return None
            slot = self.placed.pop(oldest)
        self.placed[char] = slot
        return slot


def plan(text: str, keys: Mapping[str, Stroke], slots: Slots) -> list[Batch]:
    """Return the batches that type the text exactly, in order; `slots` ends as after the last of them.

    Raises:
        NoKeyError: the text needs a free key and there is none at all.
    """
    batches: list[Batch] = []
    start = 0
    while start < len(text):
        batch, start = _batch(text, start, keys, slots)
        batches.append(batch)
    return batches


def _batch(text: str, start: int, keys: Mapping[str, Stroke], slots: Slots) -> tuple[Batch, int]:
    """Return the longest batch from there on, and where it ends."""
    used: set[str] = set()
    strokes: list[Stroke] = []
    changed: set[int] = set()
    before = len(slots.empty)
    added = 0
    place = start
    while place < len(text):
        char = text[place]
        stroke = keys.get(char) or (slots.touch(char) if char in slots.placed else None)
        if stroke is None:
            stroke = slots.place(char, used)
            if stroke is None:
                break
            changed.add(stroke.keycode)
            added += 1
        used.add(char)
        strokes.append(stroke)
        place += 1
    if place == start:
        raise NoKeyError(
            "this keyboard layout lacks a character and has no free key to put it on; use the log sink"
        )
    bind = {keycode: slots.meaning(keycode) for keycode in changed}
    return Batch(bind, tuple(strokes), takes=added > before), place
