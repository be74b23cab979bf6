"""A part of the page that shows a part of what is told."""

from __future__ import annotations

from typing import ClassVar

from textual.widget import Widget

from dictated.monitor.report import Report


class Panel(Widget):
    """Shows the `KEYS` of `report`; how, its `render` says, afresh for every size."""

    KEYS: ClassVar[tuple[str, ...]]
    report = Report()

    def show(self, report: Report) -> None:
        """Show this from now on; drawn it is only where anything of it has changed."""
        before, self.report = self.report, report
        if any(getattr(before, key) != getattr(report, key) for key in self.KEYS):
            self.draw()

    def draw(self) -> None:
        """Have it drawn anew."""
        self.refresh()
