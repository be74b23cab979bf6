"""Waits until the focused window has read the keys sent to it, where its program can be asked.

Most programs answer a ping (Extended Window Manager Hints, _NET_WM_PING) in turn with their keys, so the
answer says that the keys before it were read.
"""

from __future__ import annotations

import select
import time
from itertools import count
from typing import TYPE_CHECKING, Any

from Xlib import X, Xatom
from Xlib.protocol.event import ClientMessage

if TYPE_CHECKING:
    from Xlib.display import Display

_PATIENCE = 1.0
"""Seconds a window is waited for; one that hangs is typed into all the same."""

_PARENTS = 8
"""Windows looked at from the focused one upwards, to find the one that answers."""

_numbers = count(1)


def fence(display: Display) -> bool:
    """Return when the focused window has read what was sent to it; False if it cannot be asked.

    A window that does not answer within a second counts as asked.
    """
    window = _answering(display)
    if window is None:
        return False
    root = display.screen().root
    root.change_attributes(event_mask=X.SubstructureNotifyMask)
    ping = [display.get_atom("_NET_WM_PING"), next(_numbers), window.id, 0, 0]
    message = ClientMessage(window=window, client_type=display.get_atom("WM_PROTOCOLS"), data=(32, ping))
    window.send_event(message)
    display.flush()
    _await_answer(display, ping[:3])
    root.change_attributes(event_mask=X.NoEventMask)
    return True


def _answering(display: Display) -> Any:
    """Return the focused window, or the nearest above it, that answers pings; None if there is none."""
    window = display.get_input_focus().focus
    protocols, ping = display.get_atom("WM_PROTOCOLS"), display.get_atom("_NET_WM_PING")
    for _ in range(_PARENTS):
        if isinstance(window, int) or not window:
            return None
        found = window.get_full_property(protocols, Xatom.ATOM)
        if found is not None and ping in found.value:
            return window
        window = window.query_tree().parent
    return None


def _await_answer(display: Display, ping: list[int]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while (left := deadline - time.monotonic()) > 0:
        for _ in range(display.pending_events()):
            event = display.next_event()
            if event.type == X.ClientMessage and list(event.data[1])[:3] == ping:
                return
        select.select([display], [], [], left)
