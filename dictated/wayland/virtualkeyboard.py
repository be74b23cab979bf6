"""Types by the virtual-keyboard protocol: sway, Hyprland, river and others; not GNOME or KDE.

The keyboard is one of our own beside the user's, is there for one piece of text, and brings its own keymaps:
neither the user's layout nor a key that the user holds changes what arrives, and both are theirs afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.errors import SinkError
from dictated.wayland import keymap
from dictated.wayland.keyboard import PROTOCOL, plug_in
from dictated.wayland.method import UnsupportedError
from dictated.wayland.wire import BrokenError, connected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dictated.wayland.keyboard import Keyboard

    _Work = tuple[bytes, Sequence[keymap.Key]]  # keys to tap, and the keymap they are of


class VirtualKeyboard:
    """A keyboard for each piece. `settle` is how many seconds a window is given to see another keymap."""

    name = "virtual-keyboard"
    piece = 500

    def __init__(self, environ: Mapping[str, str], settle: float = 0.03) -> None:
        self._environ = environ
        self._settle = settle
        self._keys = keymap.fresh()

    async def type(self, text: str) -> None:
        """Type the text; returns when the compositor has taken the last key, and mostly the window has too.

        Raises:
            UnsupportedError: there is no compositor, or it does not let us; nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        if not text:
            return
        parts = list(keymap.stretches(text, self._keys))
        self._keys = parts[-1][1]
        await self._press(
            [(keymap.of_characters(keys), [keys[char] for char in part]) for part, keys in parts]
        )

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: there is no compositor, or it does not let us; nothing was pressed.
            SinkError: whether it was pressed is not known.
        """
        await self._press([(keymap.of_functions(), [keymap.PASTE])])

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times.

        Raises:
            UnsupportedError: there is no compositor, or it does not let us; nothing was pressed.
            SinkError: it broke off; how often it was pressed is not known.
        """
        await self._press([(keymap.of_functions(), [keymap.BACKSPACE] * count)])

    async def _press(self, work: Sequence[_Work]) -> None:
        async with connected(self._environ) as wire:
            try:
                keyboard = await plug_in(wire, self._environ, self._settle)
                await keyboard.load(work[0][0])
            except BrokenError as error:
                raise UnsupportedError(str(error)) from error
            try:
                await _tap(keyboard, work)
            except BrokenError as error:
                raise SinkError(f"{error}; part of the text may be missing") from error


async def offered(environ: Mapping[str, str]) -> bool:
    """Say whether there is a compositor with virtual keyboards."""
    try:
        async with connected(environ) as wire:
            await wire.greet()
            return PROTOCOL in wire.heard.names
    except (UnsupportedError, BrokenError):
        return False


async def _tap(keyboard: Keyboard, work: Sequence[_Work]) -> None:
    """Tap all, the first keymap being there."""
    for done, (each, keys) in enumerate(work):
        if done:
            await keyboard.load(each)
        await keyboard.tap(keys)
    await keyboard.unplug()
