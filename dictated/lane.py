"""One engine as the chain sees it: whether it may be asked, who waits for it, and what the log says of it."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import anyio

from dictated.breaker import Outage
from dictated.errors import TranscriberError
from dictated.notice import Subject, about, over
from dictated.types import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio import CancelScope

    from dictated.breaker import Breaker, Pass
    from dictated.ledger import Ledger
    from dictated.ports import Transcriber
    from dictated.turns import Turns

log = logging.getLogger(__name__)


class Condition(StrEnum):
    """What an engine is good for, as `dictated status` shows it."""

    OK = "ok"
    SKIPPED = "skipped"
    BROKEN = "broken"
    OVER_BUDGET = "over budget"


class Lane:
    """An engine with its breaker, its turns and its budget."""

    def __init__(
        self,
        engine: Transcriber,
        breaker: Breaker,
        turns: Turns,
        ledger: Ledger,
        stand_in: Callable[[Lane], str | None],
    ) -> None:
        """`stand_in` names the engine that is asked while this one is not."""
        self.name = engine.name
        self.engine = engine
        self.breaker = breaker
        self.turns = turns
        self.changed = anyio.Event()  # set, and a new one made, when another may be let in
        self.patiences: list[CancelScope] = []  # of the utterances that are with this engine
        self._ledger = ledger
        self._stand_in = stand_in
        self._told = Condition.OK  # what the log says of it
        self._cold = ""  # what the log says of its last warming

    @property
    def condition(self) -> Condition:
        """What it is good for now."""
        if not self._ledger.may_ask(self.name):
            return Condition.OVER_BUDGET
        if self.breaker.outage is None:
            return Condition.OK
        return Condition.BROKEN if self.breaker.outage.lasting else Condition.SKIPPED

    @property
    def outage(self) -> Outage | None:
        """Why that is not all it should be."""
        if self.condition is not Condition.OVER_BUDGET:
            return self.breaker.outage
        reason = f"{self.name} has cost what limits.cost_per_day allows"
        return Outage(reason, until=math.inf, lasting=True)

    def refusal(self) -> Outage | None:
        """Say why it must not be asked now; None where it may be, if only by one utterance."""
        over_budget = self.condition is Condition.OVER_BUDGET
        return self.outage if over_budget or self.breaker.refuses(anyio.current_time()) else None

    def admit(self) -> Pass | None:
        """Give the right to ask it once, which `settle` ends; None where it must not be asked now."""
        over_budget = self.condition is Condition.OVER_BUDGET
        return None if over_budget else self.breaker.admit(anyio.current_time())

    async def settle(self, permit: Pass, outcome: Transcript | TranscriberError | None) -> None:
        """Note what asking has come to, without waiting for anything; None where nothing was learnt."""
        if isinstance(outcome, Transcript):
            self.breaker.succeed()
            seconds = outcome.usage.seconds or outcome.utterance.seconds
            await self._ledger.spend(self.name, replace(outcome.usage, seconds=seconds))
        elif outcome is None:
            self.breaker.abandon(permit)
        else:
            sole = self._stand_in(self) is None
            self.breaker.fail(permit, outcome, anyio.current_time(), sole=sole)
        self.review()

    async def warm(self) -> TranscriberError | None:
        """Warm the engine; return what is wrong where only a person can mend it.

        A fault that may pass is told, and the engine is asked all the same.
        """
        try:
            await self.engine.warm()
        except TranscriberError as error:
            if error.retryable:
                self._tell_cold(str(error))
                return None
            lasting = TranscriberError(str(error), lasting=True)  # there was no utterance to blame
            self.breaker.fail(None, lasting, anyio.current_time(), sole=False)
            return lasting
        self._cold = ""
        if self.breaker.outage is not None and self.breaker.outage.lasting:
            self.breaker.succeed()
        return None

    def review(self) -> None:
        """After a change: let those go on who wait for it, and tell it."""
        self.changed.set()
        self.changed = anyio.Event()
        if self.condition is not Condition.OK:
            for patience in self.patiences:  # who is with this engine need not wait to ask the next
                patience.cancel()
        self.announce()

    def announce(self) -> None:
        """Tell what the engine is good for, if that is not what was told last."""
        condition, outage = self.condition, self.outage
        if condition is self._told:
            return
        self._told, told = condition, about(Subject.ENGINE)
        if outage is None:
            log.info("%s works again", self.name, extra=over(Subject.ENGINE))
        elif stand_in := self._stand_in(self):
            log.warning("%s; %s is asked instead", outage.reason, stand_in, extra=told)
        elif condition is Condition.OVER_BUDGET:
            log.warning("%s; until tomorrow, what is said is kept as sound", outage.reason, extra=told)
        else:
            wait = max(outage.until - anyio.current_time(), 0.0)
            log.warning("%s; asked again in %.0f s", outage.reason, wait, extra=told)

    def _tell_cold(self, reason: str) -> None:
        if reason != self._cold:
            log.warning("%s; the first utterance tries again", reason)
        self._cold = reason
