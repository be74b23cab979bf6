"""How long a delivered utterance took from step to step: the pause, the wait for its words, the delivery."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from dictated.types import Utterance

LONGEST_PAUSE_S = 60.0
"""A longer one is no pause: the clock was set between the end of speech and the utterance."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds of one utterance that was delivered as soon as it was said.

    `pause` is from the end of speech, as the VAD found it, until the utterance was handed on; `wait` from
    there until its words were about to go to the first sink, so the disk and the words before it are in it;
    `delivery` from there until the last sink had them. `sound` is how long its sound is.
    """

    pause: float
    wait: float
    delivery: float
    sound: float

    @property
    def whole(self) -> float:
        """From the end of speech until the last sink had the words."""
        return self.pause + self.wait + self.delivery


@dataclass(frozen=True, slots=True)
class Latency:
    """The stages of one utterance, with its day here, its engine, and how many seconds that worked on it."""

    day: date
    engine: str
    took: float
    stages: Stages


class Moments:
    """Takes down when an utterance that is handed on right now comes how far.

    The end of speech is dated by the wall clock, back from the moment its last frame came: what a clock that
    is set could spoil is the little time between that and this. From here on a monotonic clock counts.
    """

    def __init__(self, utterance: Utterance, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sound = utterance.seconds
        self._pause = (datetime.now(UTC) - utterance.ended).total_seconds()
        self._heard = clock()
        self._begun: float | None = None
        self._arrived: float | None = None

    def begin(self) -> None:
        """Its words are about to go to a sink; the first one counts."""
        if self._begun is None:
            self._begun = self._clock()

    def arrive(self) -> None:
        """A sink has its words; the last one counts."""
        self._arrived = self._clock()

    def stages(self) -> Stages | None:
        """Return how long each stage took; None where the words went nowhere, or a clock was set."""
        if self._begun is None or self._arrived is None or not 0 <= self._pause <= LONGEST_PAUSE_S:
            return None
        return Stages(self._pause, self._begun - self._heard, self._arrived - self._begun, self._sound)
