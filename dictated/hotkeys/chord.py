"""A key combination at work: how far it is pressed, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dictated.types import Command


@dataclass(slots=True)
class Chord:
    """A combination and how far it is pressed; knows nothing of X.

    Each part is the set of keys that can be it (left or right Ctrl). While one of `strangers` (modifiers
    that are no part of it) is down it is another combination.
    """

    parts: tuple[frozenset[int], ...]
    strangers: frozenset[int] = frozenset()
    down: set[int] = field(default_factory=set)
    complete: bool = False

    def press(self, key: int) -> bool:
        """Take a key press; say whether it completes the combination. Repeats and other keys never do."""
        if key not in self.strangers and not any(key in part for part in self.parts):
            return False
        fresh = key not in self.down
        self.down.add(key)
        if not fresh or self.complete or self.down & self.strangers:
            return False
        self.complete = bool(self.parts) and all(part & self.down for part in self.parts)
        return self.complete

    def release(self, key: int) -> bool:
        """Take a key release; say whether it breaks a complete combination."""
        self.down.discard(key)
        if not self.complete or all(part & self.down for part in self.parts):
            return False
        self.complete = False
        return True


@dataclass(frozen=True, slots=True)
class Binding:
    """A combination as it is written, what its completion asks for, and what its end does, if anything."""

    combination: str
    pressed: Command
    released: Command | None = None
