"""A key combination at work: how far it is pressed, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dictated.types import Command, ToggleWith

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.config import Hotkeys
    from dictated.profileconfig import Profile
    from dictated.types import Wish

COMBINATIONS = ("toggle", "hold", "tap_or_hold", "cancel", "undo")
"""The keys of the table `[hotkeys]` that are combinations."""


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
        if not self._concerns(key):
            return False
        fresh = key not in self.down
        self.down.add(key)
        if not fresh or self.complete or self.down & self.strangers:
            return False
        self.complete = bool(self.parts) and all(part & self.down for part in self.parts)
        return self.complete

    def hold(self, key: int) -> None:
        """Take a key that was down before anybody looked; it completes nothing by itself."""
        if self._concerns(key):
            self.down.add(key)

    def release(self, key: int) -> bool:
        """Take a key release; say whether it breaks a complete combination."""
        self.down.discard(key)
        if not self.complete or all(part & self.down for part in self.parts):
            return False
        self.complete = False
        return True

    def _concerns(self, key: int) -> bool:
        return key in self.strangers or any(key in part for part in self.parts)


@dataclass(frozen=True, slots=True)
class Binding:
    """A combination as it is written, what its completion asks for, and what its end does, if anything.

    `least_hold`: its end does that only where it was complete for at least so many seconds.
    """

    combination: str
    pressed: Wish
    released: Command | None = None
    least_hold: float = 0.0


NO_PROFILES: Mapping[str, Profile] = {}


def combinations(settings: Hotkeys, profiles: Mapping[str, Profile] = NO_PROFILES) -> dict[str, str]:
    """Return every combination by the key of the configuration that sets it; one that is empty is none."""
    every = {f"hotkeys.{name}": getattr(settings, name) for name in COMBINATIONS}
    every |= {f"profiles.{name}.hotkey": profile.hotkey for name, profile in profiles.items()}
    return {key: combination for key, combination in every.items() if combination}


def bindings(settings: Hotkeys, profiles: Mapping[str, Profile] = NO_PROFILES) -> tuple[Binding, ...]:
    """Return what the configured combinations do; one that is empty is none.

    A tap of `tap_or_hold` starts and the next one stops, as `toggle` does; held longer, its end stops.
    """
    every = (
        Binding(settings.toggle, Command.TOGGLE),
        Binding(settings.hold, Command.START, Command.STOP),
        Binding(settings.tap_or_hold, Command.TOGGLE, Command.STOP, settings.tap_ms / 1000),
        Binding(settings.cancel, Command.CANCEL),
        Binding(settings.undo, Command.UNDO),
        *(Binding(profile.hotkey, ToggleWith(name)) for name, profile in profiles.items()),
    )
    return tuple(binding for binding in every if binding.combination)
