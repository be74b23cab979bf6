"""The page of `dictated monitor`: shows what the daemon tells, and has it do what keys ask for."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Footer

from dictated.errors import DictatedError
from dictated.monitor.copying import copy
from dictated.monitor.countdown import STOP, Countdown
from dictated.monitor.heading import Heading
from dictated.monitor.journey import Journey
from dictated.monitor.latency import Latency
from dictated.monitor.level import Level
from dictated.monitor.panel import Panel
from dictated.monitor.report import ABSENT, Report
from dictated.monitor.saying import Saying
from dictated.monitor.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from dictated.monitor.link import Link

LIGHT, DARK = "textual-light", "textual-dark"

_LIGHT_GROUNDS = {"7", "15"}
"""What COLORFGBG ends in on a light ground: the terminal's white and bright white (rxvt, Konsole)."""

_WAITING = frozenset({"held", "failed"})
"""Fates of words that are not where they belong."""


class Page(App[None]):
    """No letter is a key of it: what is dictated may be typed at this very page, and must not do anything."""

    TITLE = "dictated"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "Texts"
    CSS = """
    Panel, Texts { border-title-color: $foreground; border-subtitle-color: $foreground; }
    #beside { height: 20%; min-height: 5; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "have('start')", "Start"),
        Binding("f3", "have('stop')", "Stop"),
        Binding("f4", "have('cancel')", "Cancel"),
        Binding("f5", "retry", "Retry"),
        Binding("f6", "insert", "Insert"),
        Binding("f7", "copy", "Copy"),
        Binding("f8", "turn", "Light"),
        Binding("ctrl+q", "quit", "Quit", priority=True),
        STOP,
    ]

    def __init__(self, link: Link, environ: Mapping[str, str], second_s: float = 1.0) -> None:
        """`second_s` is how long a second of waiting for another window is taken to be."""
        super().__init__()
        self.theme = LIGHT if environ.get("COLORFGBG", "").split(";")[-1] in _LIGHT_GROUNDS else DARK
        self._link = link
        self._environ = environ
        self._second_s = second_s
        self._report = Report()
        self._knows_focus = False  # the terminal tells whether it has it

    def compose(self) -> ComposeResult:
        """Lay the page out for 24 lines of 80 columns; more go to the texts."""
        yield Heading()
        yield Level()
        yield Saying()
        with Horizontal(id="beside"):
            yield Journey()
            yield Latency()
        yield Texts()
        yield Countdown(self._second_s)
        yield Footer()

    def on_mount(self) -> None:
        """Begin to follow."""
        self.run_worker(self._follow())

    async def _follow(self) -> None:
        async with aclosing(self._link.reports()) as reports:
            async for report in reports:
                self.show(report)

    def show(self, report: Report) -> None:
        """Show how things stand; the texts stay when the daemon goes, so that they can be copied."""
        if report.state == ABSENT:
            report = msgspec.structs.replace(report, last=self._report.last)
        self._report = report
        for part in (*self.query(Panel), *self.query(Texts)):  # none, where the page is just closing
            part.show(report)

    async def action_have(self, command: str) -> None:
        """Have the daemon do that."""
        self._ask(command)

    def action_retry(self) -> None:
        """Have the chosen words transcribed again where they wait, or else all that failed."""
        self._ask("retry", self._chosen_that_waits())

    def action_insert(self) -> None:
        """Put the chosen words where they wait, or those held last, into the window of a moment later."""
        self.query_one(Countdown).start(self._chosen_that_waits())

    def action_stay(self) -> None:
        """Put no words anywhere."""
        self.query_one(Countdown).stop()

    def on_countdown_over(self, over: Countdown.Over) -> None:
        """Put them there, unless this page would have them."""
        if self.app_focus and self._knows_focus:
            self.notify("not inserted: you are still on this page", severity="warning")
        else:
            self._ask("insert", over.number)

    def on_app_blur(self) -> None:
        """Note that the terminal tells."""
        self._knows_focus = True

    on_app_focus = on_app_blur

    def action_copy(self) -> None:
        """Put the chosen text, which is the newest unless another was chosen, on the clipboard."""
        chosen = self.query_one(Texts).chosen
        if chosen is None or not chosen.text:
            self.notify("there is no text to copy", severity="warning")
        else:
            self.copy_to_clipboard(chosen.text)
            self.run_worker(self._copy(chosen.text))

    def action_turn(self) -> None:
        """Change between light and dark."""
        self.theme = DARK if self.theme == LIGHT else LIGHT

    async def _copy(self, words: str) -> None:
        taken = await copy(words, self._environ)
        self.notify("copied" if taken else "given to the terminal, which may put it on the clipboard")

    def _chosen_that_waits(self) -> int | None:
        chosen = self.query_one(Texts).chosen
        return chosen.number if chosen and chosen.fate in _WAITING else None

    def _ask(self, command: str, number: int | None = None) -> None:
        self.run_worker(self._carry(command, number))

    async def _carry(self, command: str, number: int | None) -> None:
        """Have the daemon do it, and say what came of it where the page does not show it."""
        try:
            answer = await self._link.ask(command, number)
        except DictatedError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        if "tried" in answer:
            self.notify(f"{answer['tried']} tried again")
        elif "inserted" in answer:
            self.notify(f"number {answer['inserted']} is inserted")
