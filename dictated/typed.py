"""What was typed last, and where: what may be taken back."""

from __future__ import annotations

import unicodedata
from collections import deque
from dataclasses import dataclass, field

import regex

from dictated.errors import SinkError

MOST = 20
"""Texts that can be taken back, one after the other."""


REMEMBERED = 200
"""Characters of a text's end that tell how the next one goes on."""


@dataclass(frozen=True, slots=True)
class _Text:
    """How many graphemes it has, whether so many BackSpaces erase it, how it ends, and where it stands."""

    length: int
    is_sure: bool
    end: str = field(repr=False)
    window: str


class Typed:
    """The last texts that were typed, each with the window it stands in."""

    def __init__(self) -> None:
        self._texts: deque[_Text] = deque(maxlen=MOST)

    def note(self, text: str, window: str | None) -> None:
        """Note that this was typed, whole; `window` is nothing where the window is not known."""
        self._texts.append(_Text(graphemes(text), is_known(text), text[-REMEMBERED:], window or ""))

    def before(self, window: str | None) -> str:
        """Return the end of what was typed last into this window; "" where nothing was, or nobody knows.

        It is what the cursor stands behind, unless a hand has moved it or typed since.
        """
        ends = (text.end for text in reversed(self._texts) if window and text.window == window)
        return next(ends, "")

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
        last = self._texts[-1]
        if not last.window or not window:
            raise SinkError("which window has the focus is not known here; use the program's own undo")
        if last.window != window:
            raise SinkError("the words stand in another window; click into it and try again")
        if not last.is_sure:
            raise SinkError("they hold an emoji too new to tell how it is erased; use the program's own undo")
        return last.length

    def taken_back(self) -> None:
        """Note that the last text is gone."""
        self._texts.pop()


def graphemes(text: str) -> int:
    """Count what a reader takes for one character each (extended grapheme clusters, Unicode TR 29)."""
    return len(regex.findall(r"\X", text))


def is_known(text: str) -> bool:
    """Whether each code point is in the tables of Python, and so likely in those of the C library beside it.

    What wcwidth(3) does not know has no width for readline, whose BackSpace takes it along with what stands
    before it.
    """
    return all(unicodedata.category(char) != "Cn" for char in text)
