"""A binding as a desktop knows it: a shortcut with an id, a description, and keys the user may change."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from Xlib.keysymdef import latin1, miscellany, xf86

from dictated.hotkeys.combination import is_modifier, parse
from dictated.types import Command, ToggleWith
from dictated.x11.keysym import char_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.hotkeys.chord import Binding
    from dictated.types import Wish

REPEAT_SECONDS = 1.0
"""A shortcut that is pressed again within this, and was not let go, only repeats, as held keys do."""

_KNOWN: dict[tuple[Wish, Command | None], tuple[str, str]] = {
    (Command.TOGGLE, None): ("toggle", "Start or stop dictation"),
    (Command.START, Command.STOP): ("hold", "Dictate while held"),
    (Command.TOGGLE, Command.STOP): ("tap-or-hold", "Tap to start or stop dictation, or hold to dictate"),
    (Command.CANCEL, None): ("cancel", "Stop dictation and throw away what is not typed yet"),
    (Command.UNDO, None): ("undo", "Take back what was dictated last"),
}
"""Id and description of what a binding does. Desktops keep the user's triggers by the id: none may change."""

_MODIFIERS = {"Control": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Super": "LOGO"}
"""The modifiers of the Shortcuts Specification (https://specifications.freedesktop.org/shortcuts-spec/)."""

_LETTERS = 0x01000000


def _names() -> dict[int, str]:
    """Return the names of keysyms as xkbcommon-keysyms.h has them."""
    found: dict[int, str] = {}
    for module in (miscellany, latin1, xf86):
        for name, keysym in vars(module).items():
            if name.startswith("XK_"):
                found.setdefault(keysym, name.removeprefix("XK_").replace("XF86_", "XF86"))
    return found


_NAMES = _names()


@dataclass(slots=True)
class _Line:
    """A shortcut at work: whether it is held, since when, and when it was last said to be pressed."""

    binding: Binding
    held: bool = False
    since: float = 0.0
    last: float = 0.0


class Shortcuts:
    """All of them: what each press and each release asks for. `clock` gives seconds and never goes back."""

    def __init__(self, bindings: Sequence[Binding], clock: Callable[[], float] = time.monotonic) -> None:
        self._lines = {name_of(binding): _Line(binding) for binding in bindings}
        self._clock = clock

    def wanted(self) -> list[tuple[str, dict[str, tuple[str, str]]]]:
        """Return what BindShortcuts takes (org.freedesktop.portal.GlobalShortcuts)."""
        return [(name, _properties(line.binding)) for name, line in self._lines.items()]

    def press(self, name: str) -> list[Wish]:
        """Take a press; return what is asked for. That of an unknown shortcut asks for nothing."""
        line, now = self._lines.get(name), self._clock()
        if line is None:
            return []
        repeats = line.held and now - line.last < REPEAT_SECONDS
        line.last = now
        if repeats:
            return []
        line.held, line.since = True, now
        return [line.binding.pressed]

    def release(self, name: str) -> list[Wish]:
        """Take a release; return what is asked for."""
        line = self._lines.get(name)
        if line is None or not line.held:
            return []
        line.held = False
        long_enough = self._clock() - line.since >= line.binding.least_hold
        return [line.binding.released] if line.binding.released is not None and long_enough else []

    def release_all(self) -> list[Wish]:
        """Take what is held for let go: nobody will say when it is."""
        return [wish for name in self._lines for wish in self.release(name)]


def name_of(binding: Binding) -> str:
    """Return the shortcut's id."""
    return _known(binding)[0]


def _known(binding: Binding) -> tuple[str, str]:
    if isinstance(binding.pressed, ToggleWith):
        profile = binding.pressed.profile
        return f"profile-{profile}", f"Start or stop dictation with the profile {profile}"
    return _KNOWN[binding.pressed, binding.released]


def trigger_of(combination: str) -> str:
    """Return the combination as the Shortcuts Specification writes it, "CTRL+ALT+d"; "" where it cannot.

    Raises:
        HotkeyError: the combination is not understood.
    """
    parts = parse(combination)
    keys = [part for part in parts if not is_modifier(part)]
    modifiers = [_modifier(part) for part in parts if is_modifier(part)]
    if len(keys) != 1 or not all(modifiers):
        return ""
    return "+".join([*modifiers, _key(min(keys[0]))])


def _modifier(part: frozenset[int]) -> str:
    names = {_NAMES.get(keysym, "").partition("_")[0] for keysym in part}
    return _MODIFIERS.get(names.pop(), "") if len(names) == 1 else ""


def _key(keysym: int) -> str:
    """Return the key's name; a letter beyond Latin-1 is its number (xkb_keysym_from_name)."""
    char = char_of(keysym)
    return f"U{ord(char):04X}" if keysym >= _LETTERS and char else _NAMES.get(keysym, f"0x{keysym:x}")


def _properties(binding: Binding) -> dict[str, tuple[str, str]]:
    _, description = _known(binding)
    known = {"description": ("s", description)}
    if trigger := trigger_of(binding.combination):
        known["preferred_trigger"] = ("s", trigger)
    return known


def triggers_of(results: Mapping[str, object]) -> dict[str, str]:
    """Return, from what BindShortcuts answers, how each shortcut is triggered, in the desktop's words."""
    match results.get("shortcuts"):
        case (_, list(bound)):
            return {name: known.get("trigger_description", ("s", ""))[1] for name, known in bound}
    return {}
