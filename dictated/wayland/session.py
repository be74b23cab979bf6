"""What the environment says of the session: whether it is a Wayland one, and where its compositor listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANSWER_SECONDS = 2.0
"""What a compositor may take to accept a connection."""


def is_wayland(environ: Mapping[str, str]) -> bool:
    """Say whether windows of this session are reached through Wayland.

    DISPLAY is no sign: Xwayland has one too, and keys sent to that reach no native window. A session that
    was started from a console calls itself "tty".
    """
    return bool(environ.get("WAYLAND_DISPLAY")) and environ.get("XDG_SESSION_TYPE") != "x11"


def socket_of(environ: Mapping[str, str]) -> str:
    """Return the path of the compositor's socket, as wl_display_connect(3) finds it."""
    name = environ.get("WAYLAND_DISPLAY") or "wayland-0"
    return name if name.startswith("/") else f"{environ.get('XDG_RUNTIME_DIR', '')}/{name}"


async def answers(environ: Mapping[str, str]) -> bool:
    """Say whether the compositor is there."""
    return await listens(socket_of(environ), _ANSWER_SECONDS)


async def listens(path: str, seconds: float) -> bool:
    """Say whether a connection to this socket is accepted within that time; mostly under a millisecond."""
    with anyio.move_on_after(seconds):
        try:
            connection = await anyio.connect_unix(path)
        except OSError:
            return False
        await connection.aclose()
        return True
    return False
