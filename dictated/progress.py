"""A line on a terminal that shows how far long work has come; elsewhere nothing is written."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TextIO

BAR = 24
"""Columns of the bar itself."""

OFTEN_S = 0.1
"""Seconds between two drawings, at least."""

_CLEAR = "\r\x1b[K"


class Progress:
    """Shows parts done of a whole; use it as a context manager, which wipes the line at the end."""

    def __init__(
        self,
        whole: float,
        out: TextIO,
        clock: Callable[[], float] = time.monotonic,
        *,
        estimates: bool = True,
    ) -> None:
        """Begin at nothing; `clock` is in seconds. `estimates`: say how long it will still take."""
        self._whole = whole
        self._out = out if out.isatty() else None
        self._clock = clock
        self._estimates = estimates
        self._began = clock()
        self._drawn: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, done: float, what: str) -> None:
        """Draw the line, unless it was drawn a moment ago."""
        now = self._clock()
        if self._out is None or (self._drawn is not None and now - self._drawn < OFTEN_S):
            return
        self._drawn = now
        columns = shutil.get_terminal_size().columns - 1
        said = line(done, self._whole, now - self._began if self._estimates else 0.0, what)
        print(f"{_CLEAR}{said[:columns]}", end="", file=self._out, flush=True)

    def clear(self) -> None:
        """Wipe the line, so that something else can be written there."""
        if self._out is not None and self._drawn is not None:
            print(_CLEAR, end="", file=self._out, flush=True)
            self._drawn = None


def line(done: float, whole: float, seconds: float, what: str) -> str:
    """Write the bar, the share done, the time it will still take as things go, and what is under way."""
    share = min(max(done / whole, 0.0), 1.0) if whole > 0 else 1.0
    filled = int(share * BAR)
    left = f", {_span(seconds / share - seconds)} left" if 0 < share < 1 and seconds >= 1 else ""
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%}{left}  {what}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
