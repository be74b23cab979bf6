"""Which top-level window has the keyboard, by a name that no other window gets, and giving it back to one."""

from __future__ import annotations

import logging
import select
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from Xlib import X, Xatom, error
from Xlib.ext import res
from Xlib.protocol.event import ClientMessage

from dictated.errors import NoDisplayError
from dictated.profiles import Look
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable

    from Xlib.display import Display

Answer = TypeVar("Answer")

_LOG = logging.getLogger(__name__)

_DEEPEST = 32
"""Windows inside one another that are looked at, from the focused one upwards."""

_PATIENCE = 1.0
"""Seconds a window manager is given to focus the window that it was asked to."""

_PAGER = 2
"""Source indication of a request that the user made (Extended Window Manager Hints, _NET_ACTIVE_WINDOW)."""


_LONGEST = 1024
"""Bytes of a title or a class that are read."""

_BYTES = 8
"""The format of a property that is text."""

_GONE = (error.BadWindow, error.BadDrawable)
"""What the server says of a window that is no more."""


class Focus:
    """One connection to the X server, made when first needed and kept. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._display: Display | None = None

    def look(self) -> Look:
        """Return that window with the class of its program and its title; takes three questions more."""
        try:
            return self._asked(looked)
        except NoDisplayError as problem:
            _LOG.debug("which window has the focus is not known: %s", problem)
            return Look()

    def window(self) -> str:
        """Return the name of the window that has the focus, as `focused` does; "" where there is no display.

        Takes about a millisecond; connecting takes some more.
        """
        try:
            return self.ask()
        except NoDisplayError as problem:
            _LOG.debug("which window has the focus is not known: %s", problem)
            return ""

    def ask(self) -> str:
        """Return what `window` does.

        Raises:
            NoDisplayError: there is no X server, or it went away.
        """
        return self._asked(focused)

    def _asked(self, question: Callable[[Display], Answer]) -> Answer:
        with self._lock:
            if self._display is not None:
                try:
                    return question(self._display)
                except error.ConnectionClosedError:
                    self._drop()
            try:
                self._display = connect()
                return question(self._display)
            except error.ConnectionClosedError as problem:
                self._drop()
                raise NoDisplayError(
                    "the X server went away; words are typed again when it is back"
                ) from problem

    def close(self) -> None:
        """Disconnect; `window` connects again."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._display is not None:
            disconnect(self._display)
        self._display = None


def focused(display: Display) -> str:
    """Return the name of the top-level window that has the focus: "0x60000e/1234", its id and its process.

    The process is there where the server tells it: ids are used again when a program ends. Empty when no
    window has the focus: nobody, the root, whatever is under the pointer, or the unseen window that window
    managers give it to meanwhile.

    Raises:
        Xlib.error.ConnectionClosedError: the server has gone.
    """
    return _seen(display, lambda top: _name(display, top)) or ""


def looked(display: Display) -> Look:
    """Return the name of that window as `focused` does, and what it shows of itself.

    Raises:
        Xlib.error.ConnectionClosedError: the server has gone.
    """
    return _seen(display, lambda top: Look(_kind(top), _title(display, top), _name(display, top))) or Look()


def _seen(display: Display, question: Callable[[Any], Answer]) -> Answer | None:
    """Ask something of the top-level window that has the focus; None where no window has it."""
    _forget_events(display)
    try:
        top = _top_level(display, display.get_input_focus().focus)
        return None if top is None else question(top)
    except _GONE:  # it closed while we looked
        return None


def refocus(name: str) -> bool:
    """Give the window of that name the focus; say whether it has it. Takes a second at most.

    The window manager is asked, which may bring the window back from another desktop; without one the X
    server is told.

    Raises:
        NoDisplayError: there is no X server.
    """
    display = connect()
    try:
        return _refocus(display, name)
    except (error.ConnectionClosedError, *_GONE) as problem:
        _LOG.debug("the window could not be given the focus: %s", " ".join(str(problem).split()))
        return False
    finally:
        disconnect(display)


def _refocus(display: Display, name: str) -> bool:
    window = display.create_resource_object("window", int(name.split("/", maxsplit=1)[0], 16))
    if _name(display, window) != name:
        return False
    root = display.screen().root
    root.change_attributes(event_mask=X.PropertyChangeMask)
    window.change_attributes(event_mask=X.FocusChangeMask)
    if _is_managed(display):
        message = ClientMessage(
            window=window,
            client_type=display.get_atom("_NET_ACTIVE_WINDOW"),
            data=(32, [_PAGER, X.CurrentTime, 0, 0, 0]),
        )
        root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    else:
        refusal = error.CatchError(error.BadMatch)  # a window that is not on the screen cannot have it
        window.set_input_focus(X.RevertToParent, X.CurrentTime, onerror=refusal)
    return _await_focus(display, name)


def _await_focus(display: Display, name: str) -> bool:
    """Look again at every event there is, until the window has the focus or patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while focused(display) != name:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        if not display.pending_events():
            select.select([display], [], [], left)
    return True


def _top_level(display: Display, window: Any) -> Any:
    """Return the program's window that this one is in, not the frame around it; None for none."""
    if isinstance(window, int):
        return None
    root, state = display.screen().root, display.get_atom("WM_STATE")
    for _ in range(_DEEPEST):
        if window == root:
            return None
        if window.get_full_property(state, X.AnyPropertyType) is not None:
            return window
        parent = window.query_tree().parent
        if parent == root:  # no window manager knows it: a menu, or there is no window manager
            return window if _can_be_seen(window) else None
        window = parent
    return None


def _can_be_seen(window: Any) -> bool:
    """Tell a menu from the window that a window manager gives the focus to while no other has it."""
    place = window.get_geometry()
    outside = place.x + place.width <= 0 or place.y + place.height <= 0
    return not outside and window.get_attributes().win_class != X.InputOnly


def _name(display: Display, window: Any) -> str:
    """Return the window's name.

    Raises:
        Xlib.error.BadWindow: it is no more.
    """
    window.get_attributes()
    return "/".join([f"{window.id:#x}", *map(str, processes(display, window.id))])


def _kind(window: Any) -> str:
    """Return the class of its program: the second string of WM_CLASS (ICCCM 4.1.2.5)."""
    _, _, kind = _text(window, Xatom.WM_CLASS).partition(b"\0")
    return kind.rstrip(b"\0").decode("latin-1")


def _title(display: Display, window: Any) -> str:
    """Return what stands in its title bar: UTF-8, or Latin-1 where an old program has only WM_NAME."""
    if title := _text(window, display.get_atom("_NET_WM_NAME")):
        return title.decode(errors="ignore")
    title = _text(window, Xatom.WM_NAME)
    try:
        return title.decode()
    except UnicodeDecodeError:
        return title.decode("latin-1")


def _text(window: Any, name: int) -> bytes:
    """Return the beginning of a property that is text; nothing where it has none."""
    found = window.get_property(name, X.AnyPropertyType, 0, _LONGEST // 4)
    return b"" if found is None or found.format != _BYTES else bytes(found.value)


def processes(display: Display, window: int) -> list[int]:
    """Return the process of the program that this window is of; none where the server does not tell."""
    if not display.has_extension(res.extname):
        return []
    wanted = [{"client": window, "mask": res.LocalClientPIDMask}]
    return [number for found in display.res_query_client_ids(wanted).ids for number in found.value]


def _is_managed(display: Display) -> bool:
    """Say whether a window manager runs that focuses windows when asked to (_NET_SUPPORTING_WM_CHECK)."""
    root, check = display.screen().root, display.get_atom("_NET_SUPPORTING_WM_CHECK")
    told = root.get_full_property(check, Xatom.WINDOW)
    able = root.get_full_property(display.get_atom("_NET_SUPPORTED"), Xatom.ATOM)
    if not (told and able and display.get_atom("_NET_ACTIVE_WINDOW") in able.value):
        return False
    window = display.create_resource_object("window", told.value[0])
    try:
        return window.get_full_property(check, Xatom.WINDOW) is not None
    except _GONE:  # what a window manager left that has ended
        return False


def _forget_events(display: Display) -> None:
    """Drop what was told: the server sends every program each change of the keyboard."""
    for _ in range(display.pending_events()):
        display.next_event()
