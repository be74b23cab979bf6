"""The utterances under way: how far each has come, who has it, and for how long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.content import Content

from dictated.monitor.panel import Panel

if TYPE_CHECKING:
    from textual.timer import Timer

    from dictated.details import Flight
    from dictated.monitor.report import Report

TICK_S = 0.5
"""How often the ages are shown anew while anything is under way."""


class Journey(Panel):
    """A line for each, the oldest first, and how many more there are, where they do not fit."""

    KEYS = ("flight",)
    BORDER_TITLE = "On the way"
    DEFAULT_CSS = """
    Journey { width: 1fr; border: round $primary; padding: 0 1; }
    """
    _told_at = 0.0
    _ticking: Timer

    def on_mount(self) -> None:
        """Have the ages go on."""
        self._ticking = self.set_interval(TICK_S, self.refresh, pause=True)

    def show(self, report: Report) -> None:
        """Show this from now on; the ages count from here."""
        self._told_at = time.monotonic()
        if report.flight:
            self._ticking.resume()
        else:
            self._ticking.pause()
        super().show(report)

    def render(self) -> Content:
        """Return the lines that fit."""
        flight, room = self.report.flight, self.content_size.height
        if len(flight) > room:
            flight = flight[: max(room - 1, 0)]
        since = time.monotonic() - self._told_at
        lines = [_line(one, since) for one in flight]
        if more := len(self.report.flight) - len(flight):
            lines.append(f"and {more} more")
        return Content("\n".join(lines) or "nothing")


def _line(one: Flight, since: float) -> str:
    return f"{one.number or '':>4} {one.stage:<12} {one.age_s + since:5.1f} s  {one.engine}"
