"""A small X11 window of our own that has the keyboard for a moment, and tells which characters reach it."""

from __future__ import annotations

import os
import select
import socket
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from Xlib import X, Xatom, error
from Xlib.ext import res

from dictated.errors import NoDisplayError, SinkError
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect
from dictated.x11.focus import focused, refocus
from dictated.x11.keysym import char_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from Xlib.display import Display

SHOWN_S = 1.0
"""Seconds the window may take to appear."""

READ_S = 5.0
"""Seconds that what is typed is waited for at most."""

_SIZE = (420, 60)
_TEXT_AT = (20, 35)
_LABEL = b"dictated tries its typing here: one moment"
_GROUP_SHIFT, _GROUPS, _MODIFIERS = 13, 0b11, 0xFF
"""Where an event's state has the layout's number, and the modifiers (XKB specification, 2.2.2)."""


@contextmanager
def window() -> Iterator[Window]:
    """Have a window open and focused; afterwards the one that had the focus before has it again.

    Raises:
        NoDisplayError: there is no X server.
        SinkError: it did not get the keyboard; nothing must be typed.
    """
    display = connect()
    try:
        before = focused(display)
        try:
            with closing(Window(display)) as opened:
                opened.take_keyboard()
                yield opened
        finally:
            if before:
                refocus(before)
    except error.ConnectionClosedError as problem:
        raise NoDisplayError("the X server has just gone; try again") from problem
    finally:
        disconnect(display)


class Window:
    """The window, on the screen from the beginning."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._remapped = xkb.enable(display)
        xkb.tell_mapping(display)
        self._window = _open(display)
        self.name = _name(display, self._window)
        """As `x11.focus` names windows."""
        self._keymap = xkb.Keymap({}, {})
        self._told, self._tell = socket.socketpair()

    def take_keyboard(self) -> None:
        """Return when it has the focus.

        Raises:
            SinkError: it did not get it.
        """
        if not (self._await_shown() and refocus(self.name)):
            raise SinkError("a window of our own did not get the keyboard; try again with hands off it")

    def read(self) -> str:
        """Return the characters that came until `stop` is called, read as a program reads them. Blocks."""
        came, over, deadline = "", False, time.monotonic() + READ_S
        with suppress(error.ConnectionClosedError):  # whoever types tells it
            self._keymap = xkb.keymap(self._display)
            while not over and self._wait(deadline):
                over = self._is_stopped()
                if over:
                    self._display.sync()  # what was typed before is here then
                came += "".join(map(self._take, self._pending()))
        return came

    def stop(self) -> None:
        """Let `read` return when it has read all that was typed until now."""
        self._tell.close()

    def close(self) -> None:
        """Take it away."""
        self._told.close()
        self._tell.close()
        self._window.destroy()

    def _await_shown(self) -> bool:
        deadline = time.monotonic() + SHOWN_S
        while self._wait(deadline):
            for event in self._pending():
                if event.type == X.Expose:
                    self._draw()
                    return True
        return False

    def _is_stopped(self) -> bool:
        return bool(select.select([self._told], [], [], 0)[0])

    def _wait(self, deadline: float) -> bool:
        """Return when there is an event, or we are told to stop; False when it is too late."""
        left = deadline - time.monotonic()
        if left > 0 and not self._display.pending_events():
            select.select([self._display, self._told], [], [], left)
        return left > 0

    def _pending(self) -> list[Any]:
        return [self._display.next_event() for _ in range(self._display.pending_events())]

    def _take(self, event: Any) -> str:
        """Return the character an event brings, or nothing."""
        if event.type == X.KeyPress:
            return _char(self._keymap, event)
        if event.type == self._remapped:
            self._keymap = xkb.keymap(self._display)
        elif event.type == X.Expose:
            self._draw()
        return ""

    def _draw(self) -> None:
        ink = self._window.create_gc(foreground=self._display.screen().black_pixel)
        self._window.draw_text(ink, *_TEXT_AT, _LABEL)
        self._display.flush()


def _open(display: Display) -> Any:
    """Map the window; a dialog, which window managers neither tile nor leave in the background."""
    screen = display.screen()
    window = screen.root.create_window(
        100,
        100,
        *_SIZE,
        0,
        screen.root_depth,
        background_pixel=screen.white_pixel,
        event_mask=X.KeyPressMask | X.ExposureMask,
    )
    window.set_wm_name("dictated doctor")
    window.set_wm_class("dictated", "dictated")
    kind = [display.get_atom("_NET_WM_WINDOW_TYPE_DIALOG")]
    window.change_property(display.get_atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32, kind)
    window.map()
    display.sync()
    return window


def _name(display: Display, window: Any) -> str:
    """Return its name before it has the focus: its id, and our process where the server tells it."""
    own = f"{window.id:#x}"
    return f"{own}/{os.getpid()}" if display.has_extension(res.extname) else own


def _char(keymap: xkb.Keymap, event: Any) -> str:
    """Return what the key gives with these modifiers in this layout; nothing where that is no character."""
    key = keymap.keys.get(event.detail)
    if key is None:
        return ""
    return char_of(key.sym(event.state >> _GROUP_SHIFT & _GROUPS, event.state & _MODIFIERS)) or ""
