"""Types by the virtual-keyboard protocol, with wtype(1): sway, Hyprland, river and others; not GNOME or KDE.

It brings a keymap of its own with it, so the user's layout does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.errors import SinkError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.program import Ended, run
from dictated.wayland.session import answers

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPING_SECONDS = 10.0
"""What a piece may take; 100 characters take half a second, wtype rests 4 ms at each."""

_BEFORE_THE_FIRST_KEY = (
    "Compositor does not support the virtual keyboard protocol",
    "Wayland connection failed",
    "No seat found",
)
"""What wtype 0.4 complains of before it types anything (main.c). After that a part may have been typed."""


class Wtype:
    """One run of the program for each piece."""

    name = "wtype"
    piece = 100

    def __init__(self, environ: Mapping[str, str]) -> None:
        # In any other encoding it stops at the first é, and calls that a success.
        self._environ = {**environ, "LC_ALL": "C.UTF-8"}

    async def type(self, text: str) -> None:
        """Type the text; returns when the compositor has taken the last key.

        Raises:
            UnsupportedError: there is no wtype, no compositor, or it does not let us; nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        await self._run(["-"], text.encode())

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: there is no wtype, no compositor, or it does not let us; nothing was pressed.
            SinkError: whether it was pressed is not known.
        """
        await self._run(["-M", "shift", "-k", "Insert", "-m", "shift"])

    async def _run(self, arguments: list[str], words: bytes = b"") -> None:
        ended = await run(["wtype", *arguments], self._environ, words, timeout=_TYPING_SECONDS)
        if ended.fault:
            raise _error(ended)
        if not await answers(self._environ):  # it does not notice (0.4 ends with status 0)
            raise SinkError("the compositor went away while a text was typed; part of it may be missing")


def _error(ended: Ended) -> SinkError:
    if ended.fault in _BEFORE_THE_FIRST_KEY:
        return UnsupportedError(ended.fault)
    return SinkError(f"wtype broke off ({ended.fault}); part of the text may be missing")
