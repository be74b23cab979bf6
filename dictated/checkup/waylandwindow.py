"""A small Wayland window of our own that has the keyboard for a moment, and tells which text reaches it."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import anyio

from dictated.checkup.waylandoffers import Offers
from dictated.checkup.xkbcommon import Keys
from dictated.wayland.method import UnsupportedError
from dictated.wayland.wire import ANSWER_SECONDS, BrokenError, connected, message, word_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from dictated.wayland.wire import Event, Wire

    _Act = Callable[[bytes], Awaitable[None]]

TITLE, APP_ID = "dictated doctor", "dictated-doctor"

_MOMENT_S = 0.05
"""How long the keyboard may be gone; a compositor takes it away and gives it back with each new keyboard."""

_WIDTH, _HEIGHT = 420, 60
_COLOUR = (0x33, 0x66, 0x99)
_NEEDED = ("wl_compositor", "wl_shm", "xdg_wm_base", "wl_seat")
_HAS_KEYBOARD = 2
"""The bit of a seat's capabilities."""

_XRGB, _XKB_V1, _DOWN, _ACTIVATED = 1, 1, 1, 4

_CREATE_SURFACE, _CREATE_POOL, _CREATE_BUFFER = 0, 0, 0
_ATTACH, _DAMAGE, _COMMIT = 1, 2, 6
_GET_XDG_SURFACE, _PONG, _GET_TOPLEVEL, _ACK = 2, 3, 1, 4
_SET_TITLE, _SET_APP_ID, _SET_MAX_SIZE, _SET_MIN_SIZE = 2, 3, 7, 8
_GET_KEYBOARD = 1
"""Opcodes of our requests (wayland.xml, xdg-shell.xml)."""

_PING, _CONFIGURE, _PROPOSE, _CLOSE, _CAPABILITIES = 0, 0, 0, 1, 0
_KEYMAP, _ENTER, _LEAVE, _KEY, _MODIFIERS = 0, 1, 2, 3, 4
"""Opcodes of the compositor's events."""


@asynccontextmanager
async def opened(environ: Mapping[str, str]) -> AsyncIterator[WaylandWindow]:
    """Have a window open, for whose events the caller runs `listen`.

    Raises:
        UnsupportedError: there is no compositor, or none that shows windows.
        OSError: there is no libxkbcommon.
    """
    async with connected(environ) as wire:
        with closing(Keys()) as keys:
            own = WaylandWindow(wire, keys)
            try:
                await own.open()
            except BrokenError as error:
                raise UnsupportedError(str(error)) from error
            yield own


class WaylandWindow:
    """The window. It reads keys by the keymap that the compositor tells, and pastes by Shift and Insert."""

    def __init__(self, wire: Wire, keys: Keys) -> None:
        self._wire = wire
        self._keys = keys
        self._offers = Offers(wire)
        self._acts: dict[tuple[int, int], _Act] = {}
        self._seat = self._keyboard = self._base = self._surface = self._shell = self._buffer = 0
        self._came = ""
        self._active = self._entered = self._gone = False
        self._changed = anyio.Event()

    async def open(self) -> None:
        """Ask for it; it is on the screen some time after `listen` has begun.

        Raises:
            UnsupportedError: the compositor shows no windows.
            BrokenError: it refused, or went away.
        """
        await self._wire.greet()
        for needed in _NEEDED:
            if needed not in self._wire.heard.names:
                raise UnsupportedError(f"the compositor has no {needed}")
        await self._take_seat()
        await self._paint()
        await self._show()

    async def listen(self) -> None:
        """Take what comes until the compositor goes away or the user closes the window."""
        try:
            while not self._gone:
                for event in await self._wire.read():
                    await self._take(event)
                self._change()
        except BrokenError:
            self._gone = True
        self._change()

    @property
    def focused(self) -> bool:
        """Whether it has the keyboard, or would have the first there is (on a tablet)."""
        return not self._gone and (self._entered if self._keyboard else self._active)

    async def focus(self, seconds: float) -> bool:
        """Wait so long at most until it has the keyboard; say whether it has.

        What the compositor has said of that by now counts, heard or not.
        """
        await self._fence()
        with anyio.move_on_after(seconds):
            await self._until(lambda: self.focused)
        return self.focused

    async def left(self) -> None:
        """Return when the keyboard has gone, and not only for the moment in which another is plugged in."""
        while self.focused or await self.focus(_MOMENT_S):
            await self._until(lambda: not self.focused)

    def forget(self) -> None:
        """Forget what came."""
        self._came = ""

    async def read(self, characters: int, seconds: float) -> str:
        """Return what came since it was forgotten, once it is so much or none has come for that time."""
        before = -1
        while before < len(self._came) < characters:
            before = len(self._came)
            with anyio.move_on_after(seconds):
                await self._until(lambda: len(self._came) != before)  # noqa: B023  (called within the turn)
        await self._fence()
        return self._came

    async def _fence(self) -> None:
        """Return when all is here that the compositor sent until now."""
        try:
            mark = await self._wire.mark()
        except BrokenError:
            return
        with anyio.move_on_after(ANSWER_SECONDS):
            await self._until(lambda: mark in self._wire.heard.done)

    async def _until(self, there: Callable[[], bool]) -> None:
        """Return when it is so, or never will be."""
        while not (there() or self._gone):
            await self._changed.wait()

    def _change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def _take_seat(self) -> None:
        self._seat = await self._wire.bind("wl_seat")
        self._acts[self._seat, _CAPABILITIES] = self._equip
        await self._offers.follow(self._seat)

    async def _paint(self) -> None:
        """Make the picture: one colour."""
        shm, pool, self._buffer = await self._wire.bind("wl_shm"), self._wire.new(), self._wire.new()
        red, green, blue = _COLOUR
        picture = bytes((blue, green, red, 0xFF)) * (_WIDTH * _HEIGHT)
        file = os.memfd_create("dictated-window", os.MFD_CLOEXEC)
        try:
            os.write(file, picture)
            await self._wire.send(message(shm, _CREATE_POOL, pool, len(picture)), file)
        finally:
            os.close(file)
        shape = (0, _WIDTH, _HEIGHT, 4 * _WIDTH, _XRGB)
        await self._wire.send(message(pool, _CREATE_BUFFER, self._buffer, *shape))

    async def _show(self) -> None:
        """Make a window; its size is fixed, for such are put above the others and not among them (sway)."""
        compositor, self._base = await self._wire.bind("wl_compositor"), await self._wire.bind("xdg_wm_base")
        self._surface, self._shell, toplevel = self._wire.new(), self._wire.new(), self._wire.new()
        self._acts[self._base, _PING] = self._pong
        self._acts[self._shell, _CONFIGURE] = self._configure
        self._acts[toplevel, _PROPOSE] = self._propose
        self._acts[toplevel, _CLOSE] = self._close
        await self._wire.send(
            message(compositor, _CREATE_SURFACE, self._surface)
            + message(self._base, _GET_XDG_SURFACE, self._shell, self._surface)
            + message(self._shell, _GET_TOPLEVEL, toplevel)
            + message(toplevel, _SET_TITLE, TITLE)
            + message(toplevel, _SET_APP_ID, APP_ID)
            + message(toplevel, _SET_MIN_SIZE, _WIDTH, _HEIGHT)
            + message(toplevel, _SET_MAX_SIZE, _WIDTH, _HEIGHT)
            + message(self._surface, _COMMIT)
        )

    async def _take(self, event: Event) -> None:
        target, opcode, arguments = event
        self._offers.hear(event)
        if act := self._acts.get((target, opcode)):
            await act(arguments)

    async def _pong(self, arguments: bytes) -> None:
        await self._wire.send(message(self._base, _PONG, word_at(arguments, 0)))

    async def _configure(self, arguments: bytes) -> None:
        """Agree, and show the picture, which is the same whatever was proposed."""
        await self._wire.send(
            message(self._shell, _ACK, word_at(arguments, 0))
            + message(self._surface, _ATTACH, self._buffer, 0, 0)
            + message(self._surface, _DAMAGE, 0, 0, _WIDTH, _HEIGHT)
            + message(self._surface, _COMMIT)
        )

    async def _propose(self, arguments: bytes) -> None:
        """Take note whether it is the active window; the size stays."""
        states = [word_at(arguments, start) for start in range(12, len(arguments), 4)]
        self._active = _ACTIVATED in states

    async def _close(self, _: bytes) -> None:
        self._gone = True

    async def _equip(self, arguments: bytes) -> None:
        """Listen to the seat's keyboard as long as there is one (a tablet has none until one types)."""
        there = word_at(arguments, 0) & _HAS_KEYBOARD
        if not there:
            self._keyboard = 0
        elif not self._keyboard:
            await self._take_keyboard()

    async def _take_keyboard(self) -> None:
        self._keyboard = self._wire.new()
        acts = {
            _KEYMAP: self._load,
            _ENTER: self._enter,
            _LEAVE: self._leave,
            _KEY: self._press,
            _MODIFIERS: self._hold,
        }
        self._acts |= {(self._keyboard, opcode): act for opcode, act in acts.items()}
        await self._wire.send(message(self._seat, _GET_KEYBOARD, self._keyboard))

    async def _load(self, arguments: bytes) -> None:
        file = self._wire.fds.popleft()
        try:
            if word_at(arguments, 0) == _XKB_V1:
                self._keys.load(os.pread(file, word_at(arguments, 4), 0))
        finally:
            os.close(file)

    async def _enter(self, _: bytes) -> None:
        self._entered = True

    async def _leave(self, _: bytes) -> None:
        self._entered = False

    async def _hold(self, arguments: bytes) -> None:
        self._keys.hold([word_at(arguments, 4 * place) for place in range(1, 5)])

    async def _press(self, arguments: bytes) -> None:
        code, state = word_at(arguments, 8), word_at(arguments, 12)
        if state != _DOWN:
            return
        self._came += await self._offers.text() if self._keys.pastes(code) else self._keys.text(code)
