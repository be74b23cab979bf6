"""Types by a keyboard that the kernel makes, with ydotool(1) 1.0: any compositor, where the user allows it.

The user allows it by running ydotoold, whose socket is looked for.
"""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

from dictated.errors import SinkError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.program import run

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPING_SECONDS = 30.0
"""What a piece may take; ydotool rests some 40 ms at each character, so 100 take four seconds."""

_SHIFT, _INSERT, _BACKSPACE = 42, 110, 14
"""Key codes (linux/input-event-codes.h), which are the same in every layout."""


class Ydotool:
    """One run of the program for each piece.

    Its keys are those of a US keyboard: only ASCII is typed, and it is right only under such a layout.
    """

    name = "ydotool"
    piece = 100

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def type(self, text: str) -> None:
        """Type the text.

        Raises:
            UnsupportedError: there is no ydotoold, or the text has more than ASCII; nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        if not text.isascii():
            raise UnsupportedError("it types ASCII only")
        await self._run(["type", "--file", "/dev/stdin"], text.encode())

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: there is no ydotoold; nothing was pressed.
            SinkError: whether it was pressed is not known.
        """
        await self._run(["key", f"{_SHIFT}:1", f"{_INSERT}:1", f"{_INSERT}:0", f"{_SHIFT}:0"])

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times.

        Raises:
            UnsupportedError: there is no ydotoold; nothing was pressed.
            SinkError: it broke off; how often it was pressed is not known.
        """
        await self._run(["key", *[f"{_BACKSPACE}:1", f"{_BACKSPACE}:0"] * count])

    async def _run(self, arguments: list[str], words: bytes = b"") -> None:
        path = socket_of(self._environ)
        environ = {**self._environ, "YDOTOOL_SOCKET": path}
        _check(path)
        ended = await run(["ydotool", *arguments], environ, words, timeout=_TYPING_SECONDS)
        if ended.fault:
            raise SinkError(f"ydotool broke off ({ended.fault}); part of the text may be missing")
        try:
            _check(path)
        except UnsupportedError as gone:  # it does not notice
            raise SinkError("ydotoold went away while a text was typed; part of it may be missing") from gone


def socket_of(environ: Mapping[str, str]) -> str:
    """Return the path where ydotoold 1.0 listens."""
    if named := environ.get("YDOTOOL_SOCKET"):
        return named
    private = f"{environ.get('XDG_RUNTIME_DIR', '')}/.ydotool_socket"
    return private if os.path.lexists(private) else "/tmp/.ydotool_socket"  # noqa: S108  (its place; see _check)


def _check(path: str) -> None:
    """Raise UnsupportedError unless there is a ydotoold that may hear what the user says."""
    try:
        status = os.stat(path)  # noqa: PTH116  (of a path that a program names)
        if not stat.S_ISSOCK(status.st_mode) or status.st_uid not in {0, os.getuid()}:
            raise UnsupportedError(f"{path} is no socket of this user or of root")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            probe.connect(path)
    except OSError as error:
        raise UnsupportedError(
            f"ydotoold 1.0 or later does not listen on {path} ({error.strerror}); start it to type by it"
        ) from error
