"""What was typed last, and where: what may be taken back."""

from __future__ import annotations

from collections import deque

import regex

from dictated.errors import SinkError

MOST = 20
"""Texts that can be taken back, one after the other."""


class Typed:
    """The last texts that were typed, each with the window it stands in."""

    def __init__(self) -> None:
        self._texts: deque[tuple[int, str]] = deque(maxlen=MOST)  # how long, and where

    def note(self, text: str, window: str | None) -> None:
        """Note that this was typed, whole; `window` is nothing where the window is not known."""
        self._texts.append((graphemes(text), window or ""))

    def forget(self) -> None:
        """Nothing may be taken back: how much of the last text was typed is not known."""
        self._texts.clear()

    def last(self, window: str | None) -> int:
        """Return how many graphemes of the last text are to be taken back from the window that has the focus.

        Raises:
            SinkError: nothing may be taken back from it.
        """
        if not self._texts:
            raise SinkError("nothing that was typed can be taken back any more")
        length, typed_into = self._texts[-1]
        if not typed_into or not window:
            raise SinkError("which window has the focus is not known here; use the program's own undo")
        if typed_into != window:
            raise SinkError("the words stand in another window; click into it and try again")
        return length

    def taken_back(self) -> None:
        """Note that the last text is gone."""
        self._texts.pop()


def graphemes(text: str) -> int:
    """Count what a reader takes for one character each (extended grapheme clusters, Unicode TR 29)."""
    return len(regex.findall(r"\X", text))
