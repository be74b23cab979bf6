"""Brings a long text into the focused window by the clipboard, which afterwards holds what it held before."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from Xlib import error

from dictated.errors import NoDisplayError, SinkError
from dictated.x11.loan import Loan
from dictated.x11.selection import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.x11.typist import Typist

_LOG = logging.getLogger(__name__)

_INSERT = 0xFF63
"""The keysym of Insert. With Shift it pastes in terminals and elsewhere alike, where Ctrl+V does not."""


class Paste:
    """Pastes by Shift+Insert, which `typist` presses. Not safe for two threads at once."""

    def __init__(self, typist: Typist) -> None:
        self._typist = typist
        self._loan = Loan()

    def paste(self, text: str, ready: Callable[[], None]) -> bool:
        """Paste it into the window that has the keyboard; True when its program has fetched the words.

        False: nothing was inserted, for the clipboard cannot be saved whole, or the window did not ask.
        `ready` is called right before the key, when the clipboard is saved; what it raises is passed on.

        Raises:
            SinkError: another program took the clipboard meanwhile; what was inserted is not known.
            NoDisplayError: there is no X server, or no X11 window has the keyboard; nothing was inserted.
        """

        def lend() -> None:
            self._loan.save()
            ready()
            self._loan.lend(text)

        try:
            self._typist.press(_INSERT, shift=True, times=1, ready=lend)
            return self._was_taken()
        except UnreadableError as problem:
            _LOG.info("a long text is typed, as the clipboard cannot be borrowed: %s", problem)
            return False
        except error.ConnectionClosedError as problem:
            raise NoDisplayError("the X server went away before a text was pasted") from problem
        finally:
            self._give_back()

    def close(self) -> None:
        """Hand the clipboard over to a clipboard manager, if there is one, and disconnect."""
        self._loan.close()

    def _was_taken(self) -> bool:
        if self._loan.taken():
            return True
        if self._loan.disturbed:
            raise SinkError("another program took the clipboard while a text was pasted; look what is there")
        _LOG.info("a long text is typed, as the window does not paste it")
        return False

    def _give_back(self) -> None:
        try:
            self._loan.give_back()
        except error.ConnectionClosedError:
            _LOG.debug("the X server went, and the clipboard with it")
