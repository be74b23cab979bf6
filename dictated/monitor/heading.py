"""The first lines of the page: the state, what it costs, the engines, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from dictated.monitor.panel import Panel
from dictated.monitor.report import ABSENT
from dictated.profiles import DEFAULT
from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.monitor.report import Engine, Report

_SIGNS = {
    "off": "○",
    "starting": "◌",
    "listening": "●",
    "stopping": "◐",
    "no microphone": "✕",
    "not running": "✕",
}
"""Each state has one of its own: no colour is needed to tell them apart."""


class Heading(Panel):
    """The state stands out; what is wrong has a line of its own, and there is none where nothing is."""

    KEYS = (
        *("state", "error", "profile", "profiles", "engines", "cost_today"),
        *("heard", "delivered", "waiting", "on_hold"),
    )
    DEFAULT_CSS = """
    Heading { height: auto; padding: 0 1; }
    """

    def draw(self) -> None:
        """Have it drawn anew; its height may be another."""
        self.refresh(layout=True)

    def render(self) -> Content:
        """Return two lines, or three."""
        report = self.report
        state = f"{_SIGNS.get(report.state, '?')} {report.state.upper()}"
        lines = [Content.styled(state, "bold").append("".join(f" · {told}" for told in counts(report)))]
        spent = [f"${report.cost_today:.4f} today"] if report.state != ABSENT else []
        lines.append(Content(" · ".join([*map(_engine, report.engines), *spent])))
        if report.error:
            lines.append(Content.styled(f"! {tidy(report.error)}", "bold $text-error"))
        return Content("\n").join(lines)


def counts(report: Report) -> list[str]:
    """Say how much there is of each, but for what there is none of."""
    told = [f"profile {tidy(report.profile)}"] if report.profiles else []
    told += [f"{report.delivered} of {report.heard} delivered"] if report.heard else []
    told += [f"{report.waiting} on the way"] if report.waiting else []
    return [*told, *([f"{report.on_hold} held"] if report.on_hold else [])]


def _engine(engine: Engine) -> str:
    reason = f" ({tidy(engine.reason)})" if engine.reason else ""
    where = f" for {', '.join(engine.profiles)}" if engine.profiles and DEFAULT not in engine.profiles else ""
    return f"{engine.name}{where} {engine.state}{reason}"
