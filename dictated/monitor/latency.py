"""How long the last words took, as a row of bars and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from dictated.figures import figures
from dictated.monitor.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS = " ▁▂▃▄▅▆▇█"
"""Eighths of a line (Unicode block elements)."""


class Latency(Panel):
    """From the end of speech until the words are there; the bars begin at 0, the newest is on the right."""

    KEYS = ("last",)
    BORDER_TITLE = "Latency"
    DEFAULT_CSS = """
    Latency { width: 1fr; border: round $primary; padding: 0 1; }
    """

    def render(self) -> Content:
        """Return the bars, as high as there is room, and a line in words below."""
        took = [one.latency_ms for one in self.report.last if one.latency_ms is not None]
        if not took:
            return Content("nothing yet")
        width, height = self.content_size
        drawn = bars(took, width, height - 1)
        return Content("\n".join([*drawn, _in_words(took)]))


def bars(numbers: Sequence[float], width: int, height: int) -> list[str]:
    """Draw a bar for each of the last numbers, and a gap where there is room, in so many lines."""
    wide = min(max(width // len(numbers), 1), 3)
    shown = numbers[-max(width // wide, 1) :]
    highest = max(*shown, 1)
    eighths = [max(round(number / highest * height * 8), 1) for number in shown]
    return [
        "".join((_PARTS[min(max(high - line * 8, 0), 8)] * max(wide - 1, 1)).ljust(wide) for high in eighths)
        for line in reversed(range(height))
    ]


def _in_words(took: Sequence[int]) -> str:
    known = figures(took)
    return f"last {took[-1]} · half in {known.p50:.0f} · most {known.max:.0f} ms"
