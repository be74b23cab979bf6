"""What is being said, as far as it is understood."""

from __future__ import annotations

from textual.content import Content

from dictated.monitor.panel import Panel
from dictated.wording import tidy


class Saying(Panel):
    """The end of it, where there is more than fits."""

    KEYS = ("hypothesis",)
    BORDER_TITLE = "Being said"
    DEFAULT_CSS = """
    Saying { height: 4; border: round $primary; padding: 0 1; align-vertical: bottom; }
    """

    def render(self) -> Content:
        """Return its last lines."""
        width, height = self.content_size
        lines = Content(tidy(self.report.hypothesis)).wrap(max(width, 1))
        return Content("\n").join(lines[-height:])
