"""Keeps from asking an engine that is down, and lets one utterance at a time find out whether it is up again.

The circuit breaker of M. Nygard, "Release It!": closed while all is well, open while the engine is skipped,
then half-open: one utterance tries it. It has no clock of its own; every time is given, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dictated.errors import TranscriberError

PATIENCE_S = 2.0
"""Seconds that waiting for an engine is still better than asking the next one, perhaps a lesser one."""

MOST_PATIENCE_S = 8.0
"""Seconds of patience with a trial, at most: with that, an engine that is slow but not down gets in again."""

SOLE_S = 5.0
"""Seconds an engine is skipped, at most, while there is no other to ask: all words wait for it."""

MOST_SKIPS = 10
"""The longest skip, in multiples of the first."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Why an engine is not asked, until when, and whether only a person can mend it."""

    reason: str
    until: float
    lasting: bool


class Pass:
    """The right to ask an engine once; `succeed`, `fail` or `abandon` end it."""


class Breaker:
    """What is known of one engine: whether it may be asked, and why not."""

    def __init__(self, skip_after: int, skip_s: float) -> None:
        """`skip_after` failures in a row open it for `skip_s` seconds; longer as trials go on failing."""
        self._skip_after = skip_after
        self._first_skip = self._skip = skip_s
        self._failures = 0  # in a row, while closed
        self._trial: Pass | None = None  # of the utterance that tries the engine
        self.outage: Outage | None = None  # None while closed

    @property
    def tried(self) -> bool:
        """Whether an utterance is trying the engine just now."""
        return self._trial is not None

    @property
    def patience(self) -> float:
        """How long to wait for a trial before the next engine is asked too; longer after each that failed."""
        return min(PATIENCE_S * self._skip / self._first_skip, MOST_PATIENCE_S)

    def refuses(self, now: float) -> bool:
        """Say whether the engine must not be asked now."""
        return self.outage is not None and (self.tried or now < self.outage.until)

    def admit(self, now: float) -> Pass | None:
        """Give the right to ask, unless that is refused; while the engine is down, to one utterance only."""
        if self.refuses(now):
            return None
        permit = Pass()
        if self.outage is not None:
            self._trial = permit
        return permit

    def is_trial(self, permit: Pass | None) -> bool:
        """Say whether it is this attempt that finds out whether the engine is up again."""
        return permit is not None and permit is self._trial

    def succeed(self) -> None:
        """Note an answer: whenever it was asked for, the engine works."""
        self._skip = self._first_skip
        self._failures = 0
        self._trial = self.outage = None

    def abandon(self, permit: Pass | None) -> None:
        """Note that nothing was learnt: the attempt was cancelled."""
        if self.is_trial(permit):
            self._trial = None

    def fail(self, permit: Pass | None, error: TranscriberError, now: float, *, sole: bool) -> None:
        """Note a failure; one that is due to the utterance alone counts for nothing.

        Args:
            permit: what the engine was asked with; None where no utterance was tried.
            error: what went wrong.
            now: the time.
            sole: no other engine can be asked meanwhile.
        """
        was_trial = self.is_trial(permit)
        self.abandon(permit)
        if not (error.retryable or error.lasting):
            return
        if self.outage is None:
            self._failures += 1
            if error.lasting or _wanted(error) or self._failures >= self._skip_after:
                self._open(error, now, sole=sole)
        elif was_trial:
            if error.lasting or not sole:
                self._skip = min(2 * self._skip, MOST_SKIPS * self._first_skip)
            self._open(error, now, sole=sole)
        elif error.lasting:  # found out beside: by warming, or by an attempt from before the outage
            self.outage = replace(self.outage, reason=str(error), lasting=True)

    def _open(self, error: TranscriberError, now: float, *, sole: bool) -> None:
        skip = self._skip
        if wanted := _wanted(error):
            skip = min(wanted, MOST_SKIPS * self._first_skip)
        elif sole and not error.lasting:
            skip = min(skip, SOLE_S)
        self.outage = Outage(str(error), now + skip, error.lasting)


def _wanted(error: TranscriberError) -> float:
    """Seconds the service wants to be left alone, by anybody; 0 where it is better to wait for it."""
    wanted = error.retry_after or 0.0
    return wanted if wanted > PATIENCE_S else 0.0
