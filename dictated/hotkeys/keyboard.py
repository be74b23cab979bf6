"""Keeps the hotkeys from the focused window: the X server gives their presses to us instead (XGrabKey).

Watching (`listener`) sees every key all the same. The grabs are synchronous: from a hotkey's press on, the
server holds further keys back until we have said of each whether the window gets it, so that none is lost,
a text being typed at that moment included.
"""

from __future__ import annotations

import logging
import select
import socket
from threading import Thread
from typing import TYPE_CHECKING, Any

from Xlib import X, error

from dictated.errors import NoDisplayError
from dictated.hotkeys.grab import Grab, Keys, presses_of
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from Xlib.display import Display

    from dictated.hotkeys.grab import Press
    from dictated.x11.ownkeys import OwnKeys

_LOG = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
"""How long the thread is waited for; it ends in milliseconds."""


class Keyboard(Thread):
    """Grabs these combinations from `begin` to `end`, wherever the layout puts them."""

    def __init__(self, combinations: Sequence[str], own: OwnKeys) -> None:
        super().__init__(name="hotkey-grabs", daemon=True)
        self._combinations = combinations
        self._own = own
        self._grab = Grab()
        self._texts = 0  # that were typed when a hotkey was pressed last
        self._display: Display
        self._remapped = 0
        self._told: socket.socket
        self._tell: socket.socket

    def begin(self) -> None:
        """Grab, and start the thread that answers the server.

        Raises:
            NoDisplayError: there is no X server that can be used.
        """
        self._display = connect()
        try:
            self._remapped = xkb.enable(self._display)
            xkb.tell_mapping(self._display)
            xkb.tell_repeats(self._display)
            self._map()
        except NoDisplayError:
            disconnect(self._display)
            raise
        except error.ConnectionClosedError as problem:
            raise NoDisplayError(f"the X server has just gone ({problem})") from problem
        self._told, self._tell = socket.socketpair()
        self.start()

    def end(self) -> None:
        """Give every key back; the thread has ended when this returns."""
        self._tell.close()
        self.join(_STOP_SECONDS)

    def run(self) -> None:
        """Answer the server until told to end, or until it goes, which the listener logs."""
        try:
            while self._wait():
                self._take([self._display.next_event() for _ in range(self._display.pending_events())])
        except (error.ConnectionClosedError, OSError) as problem:
            _LOG.debug("the X server has gone, and with it the grabbed keys (%s)", problem)
        finally:
            disconnect(self._display)  # the server takes back every grab with it
            self._told.close()

    def _wait(self) -> bool:
        """Return when there is an event; False when we are told to end."""
        self._display.flush()
        if self._display.pending_events():  # a request's reply may have brought it
            return True
        readable, _, _ = select.select([self._display, self._told], [], [])
        return self._told not in readable

    def _take(self, events: list[Any]) -> None:
        for event in events:
            if event.type == X.KeyPress:
                if not self._grab.active:
                    self._texts = self._own.texts
                answer = self._grab.press(event.detail, event.state, typing=self._typing())
                self._display.allow_events(answer, X.CurrentTime)
            elif event.type == X.KeyRelease:
                end = self._grab.release(event.detail, typing=self._typing())
                if end is not None:
                    self._display.allow_events(end, X.CurrentTime)
        self._display.flush()
        if any(event.type == self._remapped for event in events):
            self._map()

    def _typing(self) -> bool:
        """Say whether a key may be of our own typing; a text may be over before we are told of its keys."""
        return self._own.typing or self._own.texts > self._texts

    def _map(self) -> None:
        """Grab what is not grabbed yet on the keyboard as it is now, and let go of the rest."""
        keys = keys_of(self._display, self._own.lent)
        wanted = {name: presses_of(name, keys) for name in self._combinations}
        presses = frozenset().union(*wanted.values())
        root = self._display.screen().root
        for keycode, modifiers in self._grab.presses - presses:
            root.ungrab_key(keycode, modifiers)
        taken = _grab(self._display, presses - self._grab.presses)
        self._grab.presses = presses
        self._grab.modifiers = frozenset(keys.modifiers)
        for name in self._combinations:
            if wanted[name] & taken:
                _LOG.warning("%s is taken by another program as well: both will react", name)


def keys_of(display: Display, lent: frozenset[int] = frozenset()) -> Keys:
    """Read the keyboard, but for the keys that are lent for typing."""
    first = display.display.info.min_keycode
    rows = display.get_keyboard_mapping(first, display.display.info.max_keycode - first + 1)
    syms = {key: tuple(row) for key, row in enumerate(rows, start=first) if key not in lent}
    modifiers: dict[int, int] = {}
    for place, keycodes in enumerate(display.get_modifier_mapping()):
        for key in set(keycodes) - {0}:
            modifiers[key] = modifiers.get(key, 0) | 1 << place
    return Keys(syms, modifiers)


def _grab(display: Display, presses: frozenset[Press]) -> set[Press]:
    """Grab these; return those that another program has."""
    root = display.screen().root
    refusals = {press: error.CatchError(error.BadAccess) for press in presses}
    for (keycode, modifiers), refusal in refusals.items():
        root.grab_key(keycode, modifiers, False, X.GrabModeAsync, X.GrabModeSync, onerror=refusal)  # noqa: FBT003  (python-xlib's owner_events)
    display.sync()
    return {press for press, refusal in refusals.items() if refusal.get_error()}
