"""The last texts, the newest first; one of them is the one that keys are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import OptionList

from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.details import Past
    from dictated.monitor.report import Report

_SIGNS = {"delivered": "✓", "held": "‖", "failed": "✕", "empty": "○", "cancelled": "○"}
"""What became of it; the chosen one has it in words."""


class Texts(OptionList):
    """Keeps the chosen one chosen when another comes, but for the newest, which gives way to a newer one."""

    BORDER_TITLE = "Last texts"
    DEFAULT_CSS = """
    Texts, Texts:focus {
        height: 1fr; min-height: 4; border: round $primary; background: transparent; padding: 0 1;
        scrollbar-size-vertical: 1;
        & > .option-list--option-highlighted {
            color: $background; background: $foreground; text-style: none;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[Past, ...] = ()

    @property
    def chosen(self) -> Past | None:
        """The one that keys are about; None where there is none."""
        return None if self.highlighted is None else self._last[self.highlighted]

    def show(self, report: Report) -> None:
        """Show these from now on."""
        last = report.last[::-1]
        if last == self._last:
            return
        number = self.chosen.number if self.chosen and self.highlighted else 0
        self._last = last
        self.set_options(map(_line, last))
        at = next((place for place, one in enumerate(last) if one.number == number), 0)
        self.highlighted = at if last else None
        self._tell()

    def on_option_list_option_highlighted(self) -> None:
        """Tell of the one that is chosen now."""
        self._tell()

    def _tell(self) -> None:
        one = self.chosen
        took = f" · {one.latency_ms} ms" if one and one.latency_ms is not None else ""
        told = [str(one.number), one.fate, one.engine] if one else []
        self.border_subtitle = Content(" · ".join(filter(None, told)) + took)


def _line(one: Past) -> Content:
    sign = _SIGNS.get(one.fate, "…")
    words = tidy(one.text) or f"({one.fate})"
    return Content(f"{one.time.astimezone():%H:%M:%S} {sign} {words}")
