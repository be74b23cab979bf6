"""pynput's keyboard listener, giving keycodes as they come; importing this needs a display.

It differs from pynput's own in three ways: it hands on keycodes, not keys looked up in the layout of the
moment it started; it ends at once when told to; and it does not print when the X server goes away.
"""

from __future__ import annotations

import logging
from threading import Event
from typing import TYPE_CHECKING, Any

from pynput import keyboard
from Xlib import X, error

from dictated.errors import NoDisplayError
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from Xlib.display import Display

_LOG = logging.getLogger(__name__)


class Listener(keyboard.Listener):  # type: ignore[misc]  # pynput has no types
    """Calls `remapped` with the mapping, at first and when it changed, and the next two with keycodes.

    Calls `lost` when it ends without being told to.
    """

    def __init__(
        self,
        remapped: Callable[[Mapping[int, tuple[int, ...]]], None],
        pressed: Callable[[int], None],
        released: Callable[[int], None],
        lost: Callable[[], None],
    ) -> None:
        super().__init__()
        self._remapped = remapped
        self._pressed = pressed
        self._released = released
        self._lost = lost
        self._told_to_end = False
        self._ended_unbegun = False
        self._settled = Event()

    def run(self) -> None:
        """Listen until told to end, or until the server goes."""
        try:
            super().run()
        except (error.ConnectionClosedError, error.DisplayError, error.XError, OSError) as problem:
            _LOG.debug("the X server has gone (%s)", " ".join(str(problem).split()))
            self._leave()
        finally:
            if not self._told_to_end:
                self._lost()
            self._ended_unbegun = not self._settled.is_set()
            self._settled.set()  # whoever waits for us to begin must not wait for ever

    def _leave(self) -> None:
        """Do what pynput does at its end, and does not come to when the server has gone."""
        for connection in ("_display_stop", "_display_record"):
            if hasattr(self, connection):
                disconnect(getattr(self, connection))
        self._queue.put(None)  # what `join` waits for

    def begin(self) -> bool:
        """Start the thread; return when every further key is seen, False if that cannot be."""
        self.start()
        self._settled.wait()
        return not self._ended_unbegun

    def end(self) -> None:
        """Make the thread end now; pynput's own `stop` lets it wait for one more key."""
        self._told_to_end = True
        self._running = False
        if not self.is_alive():
            return
        try:
            display = connect()
        except NoDisplayError:
            return  # the server has gone, and the thread with it
        display.set_error_handler(_ended)
        try:
            display.record_disable_context(self._context)
        finally:
            disconnect(display)

    def _handler(self, events: Any) -> None:
        self._settled.set()  # the server's first word is that recording has begun
        super()._handler(events)

    def _initialize(self, display: Display) -> None:
        self._read_mapping(display)

    def _handle_message(self, display: Display, event: Any, _injected: bool) -> None:  # noqa: FBT001  (pynput's)
        if self._mapping_changed(display):
            self._read_mapping(display)
        if event.type == X.KeyPress:
            self._pressed(event.detail)
        elif event.type == X.KeyRelease:
            self._released(event.detail)

    def _mapping_changed(self, display: Display) -> bool:
        events = [display.next_event() for _ in range(display.pending_events())]
        return any(event.type == X.MappingNotify and event.request != X.MappingPointer for event in events)

    def _read_mapping(self, display: Display) -> None:
        first = display.display.info.min_keycode
        rows = display.get_keyboard_mapping(first, display.display.info.max_keycode - first + 1)
        self._remapped({first + number: tuple(row) for number, row in enumerate(rows)})


def _ended(problem: Any, _request: Any) -> None:
    """Take the server's word that there is nothing to end: a key that came at that moment had ended it."""
    _LOG.debug("the recording of keys had ended by itself: %s", problem)
