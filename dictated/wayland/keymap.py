"""Keymaps of our own, which have the characters of a text on their keys, plain and with Shift.

Only keys that write on every keyboard carry characters. A compositor may know other keys by their number,
whatever stands on them (sway's `bindsym --to-code`, Hyprland's `bind`): a text would turn the sound off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHIFT = 1
"""The bit of the modifier Shift, the first of X's eight."""


class Key(NamedTuple):
    """A key by its number (linux/input-event-codes.h), and the modifiers held with it."""

    code: int
    modifiers: int = 0


BACKSPACE, PASTE = Key(14), Key(110, SHIFT)
"""Keys that do something, where they are on every keyboard."""

_DIGITS, _TOP, _HOME, _LOW = range(2, 14), range(16, 28), range(30, 42), range(43, 54)
_102ND, _RO, _YEN = 86, 89, 124
_OWN = {" ": Key(57), "\n": Key(28)}
"""Characters that have the same key on every keyboard: the space bar and Enter."""

SLOTS = tuple(
    Key(code, modifiers)
    for modifiers in (0, SHIFT)
    for code in (*_HOME, *_TOP, *_LOW, *_DIGITS, _102ND, _RO, _YEN)
)
"""Where the others go, in this order."""

_XKB = 8
"""Added to the kernel's number of a key (X Keyboard Extension)."""

_TEXT = """\
xkb_keymap {{
xkb_keycodes "dictated" {{ minimum = 8; maximum = 255; {names} }};
xkb_types "dictated" {{ include "complete" }};
xkb_compatibility "dictated" {{ interpret Any+AnyOf(all) {{ action = NoAction(); }}; }};
xkb_symbols "dictated" {{ {symbols} }};
}};
"""
"""Two types of key would do, but Xwayland takes no keymap without the usual ones, and does not say so."""


def fresh() -> dict[str, Key]:
    """Return the keys of a keyboard that has nothing but a space and Enter."""
    return dict(_OWN)


def stretches(text: str, keys: Mapping[str, Key]) -> Iterator[tuple[str, dict[str, Key]]]:
    """Cut the text where its characters no longer fit on one keyboard; give each part with its keys.

    The first keyboard has all that `keys` has, where that was: a window that lags behind may still look up
    there what was typed before. A new one is begun only where there is no room.
    """
    start, held = 0, dict(keys)
    for place, char in enumerate(text):
        if char in held:
            continue
        if len(held) >= len(SLOTS) + len(_OWN):
            if place > start:
                yield text[start:place], held
            start, held = place, fresh()
        held[char] = SLOTS[len(held) - len(_OWN)]
    yield text[start:], held


def of_characters(keys: Mapping[str, Key]) -> bytes:
    """Return the keymap that has these characters on these keys."""
    symbols: dict[int, list[str]] = {}
    for char, key in keys.items():  # those with Shift come after all the others
        symbols.setdefault(key.code, []).append("Return" if char == "\n" else f"U{ord(char):04X}")
    return _keymap(symbols.items())


def of_functions() -> bytes:
    """Return the keymap that has BACKSPACE and PASTE."""
    return _keymap([(BACKSPACE.code, ["BackSpace"]), (PASTE.code, ["Insert"])])


def _keymap(keys: Iterable[tuple[int, list[str]]]) -> bytes:
    """Return it as the compositor reads it (format xkb_v1), with the NUL at its end."""
    held = sorted(keys)
    names = " ".join(f"<K{code}> = {code + _XKB};" for code, _ in held)
    symbols = " ".join(f"key <K{code}> {{ {_levels(symbols)} }};" for code, symbols in held)
    return _TEXT.format(names=names, symbols=symbols).encode() + b"\0"


def _levels(symbols: list[str]) -> str:
    """Return what stands on one key; its type is said, or letters would get another by themselves."""
    kind = "ONE_LEVEL" if len(symbols) == 1 else "TWO_LEVEL"
    return f'type = "{kind}", [ {", ".join(symbols)} ]'
