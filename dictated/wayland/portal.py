"""Types by the desktop's own portal (org.freedesktop.portal.RemoteDesktop): GNOME, KDE, and who else has it.

The desktop asks the user once whether it may be. What a keysym types is the desktop's to find in its layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from anyio import lowlevel

from dictated.errors import SinkError
from dictated.sessionbus import BusError
from dictated.wayland.desk import DeclinedError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.permission import Permission
from dictated.x11.keysym import keysym_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from dictated.wayland.desk import Desk

    Stroke = tuple[int, ...]

TOKEN = "portal-token"  # noqa: S105  (a file's name)
"""The file of the state directory that keeps the permission."""

_STROKE_SECONDS = 2.0
"""What a key may take to be pressed and let go; it takes some 1 ms."""

_BACKSPACE, _INSERT, _SHIFT = 0xFF08, 0xFF63, 0xFFE1
"""Keysyms (X11/keysymdef.h)."""

_RELEASED, _PRESSED = 0, 1


class Portal:
    """Each key is a call that is answered before the next is made.

    xdg-desktop-portal answers each call in a thread of its own: of those sent together, some change places
    (1.16: with two under way, one in twenty).
    """

    name = "portal"
    piece = 100

    def __init__(
        self, environ: Mapping[str, str], state_dir: Path, permission: Permission | None = None
    ) -> None:
        self._permission = permission or Permission(environ, state_dir / TOKEN)

    async def type(self, text: str) -> None:
        """Type the text; returns when the portal has taken the last key.

        Raises:
            UnsupportedError: there is no such portal, or the user does not want it; nothing was typed.
            HeldError: the user is being asked; nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        await self._press((keysym_of(character),) for character in text)

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: there is no such portal, or the user does not want it; nothing was pressed.
            HeldError: the user is being asked; nothing was pressed.
            SinkError: whether it was pressed is not known.
        """
        await self._press([(_SHIFT, _INSERT)])

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times; raises as `type` does."""
        await self._press([(_BACKSPACE,)] * count)

    async def close(self) -> None:
        """End the session; the next text opens another."""
        await self._permission.close()

    async def _press(self, strokes: Iterable[Stroke]) -> None:
        desk = await self._permission.desk()
        begun = False
        try:
            for stroke in strokes:
                await lowlevel.checkpoint()  # a stop comes between two keys, never while one is down
                with anyio.fail_after(_STROKE_SECONDS, shield=True):
                    await _key(desk, stroke[0], _PRESSED)
                    begun = True
                    await _finish(desk, stroke)
        except (BusError, TimeoutError) as fault:
            await self.close()  # the desktop lets go of what is down
            reason = str(fault) or f"no answer within {_STROKE_SECONDS:g} s"
            if isinstance(fault, DeclinedError) and not begun:
                raise UnsupportedError(reason) from fault
            raise SinkError(
                f"the desktop's portal broke off ({reason}); part of the text may be missing"
            ) from fault


async def _finish(desk: Desk, stroke: Stroke) -> None:
    """Press what is left to press, and let all go."""
    for keysym in stroke[1:]:
        await _key(desk, keysym, _PRESSED)
    for keysym in reversed(stroke):
        await _key(desk, keysym, _RELEASED)


async def _key(desk: Desk, keysym: int, state: int) -> None:
    await desk.call("NotifyKeyboardKeysym", "oa{sv}iu", desk.session, {}, keysym, state)
