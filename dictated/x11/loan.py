"""Borrows the clipboard and the selected text for the words to be pasted, and puts them back as they were.

A program takes what it pastes from one of the two, and which one is its own affair: terminals take the
selected text (PRIMARY), others the clipboard. What is put back is offered by us, as the server keeps
nothing itself, until somebody else offers something or the program ends.
"""

from __future__ import annotations

import logging
import math
import os
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

from Xlib import X, Xatom, error

from dictated.x11.connection import connect, disconnect
from dictated.x11.focus import processes
from dictated.x11.offers import Offers
from dictated.x11.selection import Content, Reader, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from Xlib.display import Display

_LOG = logging.getLogger(__name__)

SAVING_S = 1.0
"""Seconds the owners of both selections are given to say all that they hold."""

ASKING_S = 1.0
"""Seconds the window is given to ask for the words after the key that pastes."""

_QUIET_S = 0.1
"""Seconds that the words stay there after the window took them: some ask twice."""

_HANDOVER_S = 1.0
"""Seconds a clipboard manager is given, at the end, to take over what was put back."""

_TEXTS = ("UTF8_STRING", "text/plain;charset=utf-8", "TEXT", "text/plain")
"""What programs call a text in UTF-8."""

_HINT = "x-kde-passwordManagerHint"
"""Asks clipboard managers that know it (Klipper, CopyQ) not to keep what passes through."""


class Loan:
    """The selections of the screen: `save`, `lend`, `taken`, `give_back`, in that order, in any thread.

    Between two loans a thread of ours answers for what was put back. Not safe for two threads at once.
    """

    def __init__(self) -> None:
        self._display: Display | None = None
        self._offers: Offers | None = None
        self._thread: Thread | None = None
        self._pipe: tuple[int, int] | None = None
        self._saved: dict[int, Mapping[int, Content]] = {}
        self._lent: set[int] = set()
        self._window = 0

    def save(self) -> None:
        """Read both selections, in all their formats.

        Raises:
            UnreadableError: one cannot be read whole, or the focused window holds the selected text itself,
                which the words are to replace and which it would let go.
            NoDisplayError: there is no X server.
        """
        self._rest()
        display, offers = self._connected()
        focus = display.get_input_focus().focus
        self._window = focus if isinstance(focus, int) else focus.id
        owner = display.get_selection_owner(Xatom.PRIMARY)
        if owner and self._is_of_window(owner.id):
            raise UnreadableError("the selected text is the window's own")
        reader = Reader(display, offers, time.monotonic() + SAVING_S)
        self._saved = {}
        for selection in (display.get_atom("CLIPBOARD"), Xatom.PRIMARY):
            ours = offers.contents(selection)
            self._saved[selection] = reader.contents(selection) if ours is None else ours

    def lend(self, words: str) -> None:
        """Offer the words as both selections.

        Raises:
            UnreadableError: the server does not let us.
        """
        display, offers = self._connected()
        contents = _as_contents(display, words)
        for selection in self._saved:
            if not offers.own(selection, contents):
                raise UnreadableError("another program took it")
            self._lent.add(selection)

    def taken(self) -> bool:
        """Wait until the focused window's program has asked for the words; False if it does not in time.

        Others who ask, such as a clipboard manager, get them too, and count for nothing.
        """
        offers = self._offers
        if offers is None:
            return False
        told = offers.pump(time.monotonic() + ASKING_S, lambda _: self._is_taken(offers), wakes=False)
        if told:
            offers.pump(time.monotonic() + _QUIET_S, lambda _: False, wakes=False)
        return told

    @property
    def disturbed(self) -> bool:
        """Whether another program took a selection while it was lent: the window may have got that."""
        return self._offers is not None and any(self._offers.contents(one) is None for one in self._lent)

    def give_back(self) -> None:
        """Offer what was there before, where nobody else has taken the selection meanwhile."""
        offers, lent, self._lent = self._offers, self._lent, set()
        if offers is None:
            return
        for selection in lent:
            if offers.contents(selection) is None:
                continue
            if self._saved[selection]:
                offers.own(selection, self._saved[selection])
            else:
                offers.release(selection)
        self._saved = {}
        self._answer_meanwhile()

    def close(self) -> None:
        """Hand the clipboard over to a clipboard manager, if there is one; else it goes with us."""
        self._rest()
        try:
            self._hand_over()
        except error.ConnectionClosedError:
            _LOG.debug("the X server went before the clipboard was handed over")
        self._drop()

    def _is_taken(self, offers: Offers) -> bool:
        return any(self._is_of_window(taker) for taker in set(offers.takers))

    def _is_of_window(self, other: int) -> bool:
        """Say whether that window and the focused one are of one program."""
        if self._display is None:
            return False
        client = ~self._display.display.info.resource_id_mask
        if other & client == self._window & client:
            return True
        try:
            return bool({*processes(self._display, other)} & {*processes(self._display, self._window)})
        except error.XError:  # it closed while we looked
            return False

    def _connected(self) -> tuple[Display, Offers]:
        """Return a connection that works at this moment, a new one if need be."""
        if self._display is not None and self._offers is not None:
            try:
                self._display.sync()
            except error.ConnectionClosedError:
                self._drop()
            else:
                return self._display, self._offers
        display = connect()
        display.set_error_handler(_log_error)
        self._pipe = os.pipe()
        self._display, self._offers = display, Offers(display, self._pipe[0])
        return display, self._offers

    def _drop(self) -> None:
        if self._display is not None:
            disconnect(self._display)
        for end in self._pipe or ():
            os.close(end)
        self._display = self._offers = self._pipe = None
        self._lent = set()

    def _answer_meanwhile(self) -> None:
        """Have a thread answer for what is ours, until it is no more or `_rest` is called."""
        offers = self._offers
        if offers is None or not offers.owns:
            return

        def answer() -> None:
            try:
                offers.pump(math.inf, lambda _: not offers.owns)
            except error.ConnectionClosedError:
                _LOG.debug("the X server went, and the clipboard with it")

        self._thread = Thread(target=answer, name="clipboard", daemon=True)
        self._thread.start()

    def _rest(self) -> None:
        """Return when the thread has ended: the connection is the caller's alone."""
        if self._thread is None or self._pipe is None:
            return
        reading, writing = self._pipe
        os.write(writing, b"\0")
        self._thread.join()
        self._thread = None
        os.read(reading, 1)

    def _hand_over(self) -> None:
        """Ask the clipboard manager to keep it (freedesktop.org, Clipboard Manager Specification)."""
        if self._display is None or self._offers is None:
            return
        manager = self._display.get_atom("CLIPBOARD_MANAGER")
        ours = self._offers.contents(self._display.get_atom("CLIPBOARD"))
        if ours is None or not self._display.get_selection_owner(manager):
            return
        place, save = self._display.get_atom("DICTATED_SELECTION"), self._display.get_atom("SAVE_TARGETS")
        window = self._offers.window
        window.change_property(place, Xatom.ATOM, 32, list(ours))
        window.convert_selection(manager, save, place, self._offers.time())

        def told(event: Any) -> bool:
            return bool(event.type == X.SelectionNotify and event.selection == manager)

        if not self._offers.pump(time.monotonic() + _HANDOVER_S, told, wakes=False):
            _LOG.info("the clipboard manager did not take the clipboard over")


def _as_contents(display: Display, words: str) -> dict[int, Content]:
    """Return the words in every format that a program may ask a text for."""
    utf8 = display.get_atom("UTF8_STRING")
    found = {
        display.get_atom(name): Content(utf8 if name == "TEXT" else display.get_atom(name), 8, words.encode())
        for name in _TEXTS
    }
    found[Xatom.STRING] = Content(Xatom.STRING, 8, words.encode("latin-1", "replace"))
    found[display.get_atom(_HINT)] = Content(Xatom.STRING, 8, b"secret")
    return found


def _log_error(problem: Any, _request: Any) -> None:
    """A window that asked has closed since: no fault of anybody's."""
    _LOG.debug("the X server refused a request about the clipboard: %s", " ".join(str(problem).split()))
