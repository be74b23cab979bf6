"""One virtual keyboard on the wire: its keymap is loaded, its keys are tapped, it is unplugged.

Keys go no faster than the slowest window reads them (`backlog`).
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio

from dictated.wayland.backlog import Backlog
from dictated.wayland.method import UnsupportedError
from dictated.wayland.session import socket_of
from dictated.wayland.wire import BrokenError, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dictated.wayland.keymap import Key
    from dictated.wayland.wire import Wire

PROTOCOL = "zwp_virtual_keyboard_manager_v1"
"""The global of a compositor that has virtual keyboards."""

_SEAT = "wl_seat"
_HAS_KEYBOARD = 2
"""The bit of a seat's capabilities."""

_CREATE, _KEYMAP, _KEY, _MODIFIERS, _DESTROY = 0, 0, 1, 2, 3
"""Opcodes of the manager (the first), and of the keyboard."""

_XKB_V1, _UP, _DOWN = 1, 0, 1

_AT_ONCE = 40
"""Keys tapped in one write, which the compositor passes on in one too: many small ones take more room."""

_REST_SECONDS = 0.01
"""Between two writes: 4,000 characters a second at most."""

_BLIND_REST_SECONDS = 0.16
"""The same where the kernel does not tell how far the window is: 250 characters a second."""

_MOST_UNREAD = 24_576
"""Bytes that may pile up before a window, of 200,000 at which the compositor would close it."""

_LOOK_SECONDS = 0.005
"""Between two looks at what has piled up."""

_STUCK_SECONDS = 10.0
"""What a window may take until it reads on; then the rest is not typed."""

_DRAIN_SECONDS = 1.0
"""What windows may take to read all before the keymap changes; one that is stopped never does."""

_NEW_SECONDS = 0.2
"""What windows are given to hear that there is a keyboard now, where there was none (a tablet)."""

_X_SOCKETS = ("/tmp/.X11-unix/X", "\0/tmp/.X11-unix/X")  # noqa: S108  (where every X server puts its socket)


class Keyboard:
    """A keyboard of our own. Each method raises BrokenError where the compositor takes no more."""

    def __init__(self, wire: Wire, identity: int, backlog: Backlog, settle: float) -> None:
        self._wire = wire
        self._identity = identity
        self._backlog = backlog
        self._settle = settle
        self._taps = 0
        self._held = 0

    async def load(self, keymap: bytes) -> None:
        """Have the keys mean this from now on; windows hear of it in order with the keys.

        Those of X11 only hear that there is another keymap, and ask for it: `tap` gives them the time.
        """
        with _file(keymap) as file:
            await self._wire.send(self._request(_KEYMAP, _XKB_V1, len(keymap)), file)
            await self._wire.sync()

    async def tap(self, keys: Sequence[Key]) -> None:
        """Press and release these keys, one after the other; return when no window lags behind by much."""
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            await self._wire.send(b"".join(map(self._tap, part)) + self._hold(0))
            await self._wire.sync()
            await self._rest()
        await self._drain()
        await anyio.sleep(self._settle)

    async def unplug(self) -> None:
        """Take it away."""
        await self._wire.send(self._request(_DESTROY))
        await self._wire.sync()

    async def _rest(self) -> None:
        """Return when the windows can take more."""
        if self._backlog.worst() is None:
            await anyio.sleep(_BLIND_REST_SECONDS)
            return
        await anyio.sleep(_REST_SECONDS)
        try:
            with anyio.fail_after(_STUCK_SECONDS):
                await self._until_unread(_MOST_UNREAD)
        except TimeoutError as error:
            raise BrokenError("the window takes no more keys") from error

    async def _drain(self) -> None:
        with anyio.move_on_after(_DRAIN_SECONDS):
            await self._until_unread(0)

    async def _until_unread(self, most: int) -> None:
        while (self._backlog.worst() or 0) > most:  # noqa: ASYNC110  (the kernel tells, but does not call)
            await anyio.sleep(_LOOK_SECONDS)

    def _tap(self, key: Key) -> bytes:
        self._taps += 1
        return self._hold(key.modifiers) + b"".join(
            self._request(_KEY, self._taps, key.code, state) for state in (_DOWN, _UP)
        )

    def _hold(self, modifiers: int) -> bytes:
        """Return the request that holds these modifiers and no others; nothing where they are held."""
        if modifiers == self._held:
            return b""
        self._held = modifiers
        return self._request(_MODIFIERS, modifiers, 0, 0, 0)

    def _request(self, opcode: int, *arguments: int) -> bytes:
        return message(self._identity, opcode, *arguments)


async def plug_in(wire: Wire, environ: Mapping[str, str], settle: float) -> Keyboard:
    """Return a new keyboard of the first seat; nothing is pressed.

    Raises:
        UnsupportedError: the compositor has no virtual keyboards, or no seat.
        BrokenError: it refused, or went away.
    """
    await wire.greet()
    for needed in (PROTOCOL, _SEAT):
        if needed not in wire.heard.names:
            raise UnsupportedError(f"the compositor has no {needed}")
    seat, manager = await wire.bind(_SEAT), await wire.bind(PROTOCOL)
    await wire.sync()
    alone = not wire.heard.capabilities.get(seat, 0) & _HAS_KEYBOARD
    identity = wire.new()
    await wire.send(message(manager, _CREATE, seat, identity))
    await wire.sync()
    if alone:
        await anyio.sleep(_NEW_SECONDS)
    return Keyboard(wire, identity, Backlog(_sockets(environ)), settle)


def _sockets(environ: Mapping[str, str]) -> list[str]:
    """Return where windows are connected: to the compositor, and to Xwayland."""
    screen = re.fullmatch(r":(\d+)(\.\d+)?", environ.get("DISPLAY", ""))
    return [socket_of(environ), *(f"{path}{screen[1]}" for path in _X_SOCKETS if screen)]


@contextmanager
def _file(content: bytes) -> Iterator[int]:
    file = os.memfd_create("dictated-keymap", os.MFD_CLOEXEC)
    try:
        os.write(file, content)
        yield file
    finally:
        os.close(file)
