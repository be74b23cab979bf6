"""One utterance on its way through the engines: each is asked when the one before keeps it waiting too long.

A staggered race, as clients open connections to many addresses ("Happy Eyeballs", RFC 8305): the first answer
wins, and whoever still runs is cancelled.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope, current_time

from dictated.breaker import MOST_PATIENCE_S, PATIENCE_S
from dictated.errors import TranscriberError
from dictated.types import Transcript

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from dictated.breaker import Pass
    from dictated.lane import Lane
    from dictated.types import Hints, Utterance

BACKOFF_S = 0.5
"""Seconds waited at most before the second try; twice that before the third, and so on."""

MOST_BACKOFF_S = 8.0
"""Seconds waited at most before any try, unless the service asks for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How hard the engines are tried; the meanings stand at the keys of [stt] and [limits]."""

    in_flight: int
    tries: int
    deadline_s: float
    hedge_after: float
    skip_after: int
    skip_s: float
    context_words: int
    hold_doubtful: bool


class Race:
    """Asks the engines in their order, until one answers."""

    def __init__(
        self,
        utterance: Utterance,
        terms: Terms,
        find_hints: Callable[[Utterance], Hints],
        accept: Callable[[Transcript, Hints], Transcript],
        said: Callable[[], Awaitable[Utterance]] | None = None,
    ) -> None:
        """Prepare for an utterance.

        Args:
            utterance: what was said.
            terms: how hard engines are tried.
            find_hints: called once, when the first engine is asked: what they are told.
            accept: called once, with the winner's answer before the next utterance has its turn.
            said: where the utterance may not be over, returns it when it is. Until then only the first
                engine is asked.
        """
        self.utterance = utterance
        self.terms = terms
        self.hints: Hints  # once the first engine is asked
        self.answer: Transcript | None = None
        self.faults: dict[str, TranscriberError] = {}  # the last of each engine
        self.time = CancelScope()  # is over `deadline_s` after the first engine was asked
        self._find_hints = find_hints
        self._accept = accept
        self._said = said
        self._runners: CancelScope

    async def run(self, lanes: Sequence[Lane]) -> Transcript:
        """Return the first answer.

        Raises:
            TranscriberError: there is none, and why, engine by engine.
        """
        with self.time:
            async with anyio.create_task_group() as tasks:
                self._runners = tasks.cancel_scope
                for place, lane in enumerate(lanes):
                    if place == 1 and self._said is not None:
                        self.utterance = await self._said()
                    with CancelScope() as patience:
                        tasks.start_soon(Runner(self, lane, patience).run)
                        await anyio.sleep_forever()
        if self.answer is None:
            raise together([self.faults.get(lane.name) or _not_asked(lane) for lane in lanes])
        return self.answer

    def begin(self) -> None:
        """Let the time run, unless it does already; waiting behind older utterances does not count."""
        if self.time.deadline == math.inf:
            self.time.deadline = current_time() + self.terms.deadline_s
            self.hints = self._find_hints(self.utterance)

    def win(self, answer: Transcript) -> None:
        """Take the answer, unless there is one already, and let nobody run on."""
        self.answer = self.answer or self._accept(answer, self.hints)
        self._runners.cancel()


class Runner:
    """The part of a race that one engine runs; `patience` ends when the next one is to start."""

    def __init__(self, race: Race, lane: Lane, patience: CancelScope) -> None:
        self._race = race
        self._lane = lane
        self._patience = patience
        self._began = math.inf  # when the engine was first asked
        self._give_up = math.inf  # when to wait no longer for an engine that is down

    async def run(self) -> None:
        """Ask until there is an answer, asking again cannot help, or the time is over."""
        self._lane.patiences.append(self._patience)
        try:
            await self._ask()
        finally:
            self._lane.patiences.remove(self._patience)
            self._patience.cancel()

    async def _ask(self) -> None:
        failures = 0
        while await self._let_in():
            outcome = await self._attempt()
            if isinstance(outcome, Transcript):
                return
            if outcome is None:  # it went down while this utterance waited for its turn
                continue
            failures += 1
            self._race.faults[self._lane.name] = outcome
            if not outcome.retryable or failures == self._race.terms.tries:
                return
            if not await self._back_off(failures, outcome.retry_after or 0.0):
                return

    async def _let_in(self) -> bool:
        """Wait until the engine may be asked, the next one starting meanwhile; False: that is too late."""
        while (outage := self._lane.refusal()) is not None:
            self._lane.announce()
            self._patience.cancel()
            now = current_time()
            self._give_up = min(self._give_up, now + self._race.terms.deadline_s)
            end = min(self._give_up, self._race.time.deadline)
            tried = self._lane.breaker.tried  # by another utterance, which may find that it was mended
            if (outage.lasting and not tried) or now >= end or outage.until > end:
                return False
            with CancelScope(deadline=end if tried else outage.until):
                await self._lane.changed.wait()
        return True

    async def _attempt(self) -> Transcript | TranscriberError | None:
        """Ask once, when it is our turn; None where the engine may no longer be asked then."""
        race, lane = self._race, self._lane
        async with lane.turns.turn(race.utterance.number):
            permit = lane.admit()
            if permit is None:
                return None
            race.begin()
            asked = self._set_patience(permit)
            outcome: Transcript | TranscriberError | None = None
            try:
                outcome = await lane.engine.transcribe(race.utterance, race.hints)
            except TranscriberError as error:
                outcome = error
            finally:
                await lane.settle(permit, outcome or self._verdict(permit, current_time() - asked))
            if isinstance(outcome, Transcript):
                race.win(outcome)
        return outcome

    def _set_patience(self, permit: Pass) -> float:
        """Say until when the next engine waits; return the time."""
        now = current_time()
        self._began = min(self._began, now)
        self._ask_next(self._began + (self._race.terms.hedge_after or math.inf))
        if self._lane.breaker.is_trial(permit):
            self._ask_next(now + self._lane.breaker.patience)
        return now

    def _ask_next(self, moment: float) -> None:
        self._patience.deadline = min(self._patience.deadline, moment)

    def _verdict(self, permit: Pass, waited: float) -> TranscriberError | None:
        """Say what it means for the engine that an attempt was cut off; None: nothing.

        A lost hedge and what the user cancels mean nothing. An answer that did not come in time does, and so
        does a lost trial: the engine would be on trial, and be waited for, time and again.
        """
        breaker, race = self._lane.breaker, self._race
        late = race.time.cancel_called and waited >= MOST_PATIENCE_S
        lost = race.answer is not None and breaker.is_trial(permit) and waited >= breaker.patience
        fault = TranscriberError(f"{self._lane.name} gave no answer within {waited:.3g} s", retryable=True)
        race.faults[self._lane.name] = fault
        return fault if late or lost else None

    async def _back_off(self, failures: int, retry_after: float) -> bool:
        """Wait before the next try; False where the time would be over.

        "Full jitter" of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        most = min(MOST_BACKOFF_S, BACKOFF_S * 2 ** (failures - 1))
        wait = max(random.uniform(0, most), retry_after)  # noqa: S311 (spreads the tries; guards no secret)
        if current_time() + wait >= self._race.time.deadline:
            return False
        self._ask_next(self._began + PATIENCE_S)
        await anyio.sleep(wait)
        return True


def together(faults: Sequence[TranscriberError]) -> TranscriberError:
    """One error for the faults of all engines, in their order."""
    return TranscriberError(
        "; then ".join(map(str, faults)),
        retryable=any(fault.retryable for fault in faults),
        lasting=all(fault.lasting for fault in faults),
    )


def _not_asked(lane: Lane) -> TranscriberError:
    """Why an engine was not asked: it is down, or there was no time left for it."""
    outage = lane.outage
    if outage is None:
        return TranscriberError(f"{lane.name} was not asked in time", retryable=True)
    return TranscriberError(outage.reason, retryable=not outage.lasting, lasting=outage.lasting)
