"""Plays a sound to VAD, segmenter and engine by a clock of its own, as a daemon would hear it in real time.

An answer comes so much later as the engine really took, and an engine at work ends its work first; so a
policy is judged by what it could know, in a fraction of the time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dictated.build import patience as build_patience
from dictated.build import rules as build_rules
from dictated.config import Config, SegmentSettings
from dictated.segmenter import Segmenter
from dictated.transcribers.moonshine import Moonshine, shipped
from dictated.types import FRAME_BYTES, FRAME_SECONDS, NO_HINTS
from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.types import Frame, Segment


@dataclass(frozen=True)
class Case:
    """A sound with noise around it, the answers of the VAD, and what is known of it, in seconds.

    `gap` is where the pause in it begins and ends, where one was made; a cut there is false unless `ends`.
    """

    name: str
    kind: str
    frames: list[Frame]
    speech: list[bool]
    end: float
    gap: tuple[float, float] | None = None

    @property
    def ends(self) -> bool:
        """Whether the pause in it ends a sentence."""
        return self.kind == "ends"


@dataclass(frozen=True)
class Policy:
    """A pause and its bounds, in milliseconds."""

    usual: int
    least: int = 0
    most: int = 0

    def __str__(self) -> str:
        return f"{self.least or self.usual}/{self.usual}/{self.most or self.usual}"

    @property
    def settings(self) -> SegmentSettings:
        """The configuration."""
        return SegmentSettings(pause_ms=self.usual, pause_least_ms=self.least, pause_most_ms=self.most)


class Engine:
    """The embedded engine; it remembers its answers and how long it took, so that each is asked for once."""

    def __init__(self) -> None:
        self._model = Moonshine(shipped())
        self._model.load()
        self._known: dict[bytes, tuple[str, float]] = {}

    def answer(self, pcm: bytes) -> tuple[str, float]:
        """Return the text and the seconds it took."""
        if pcm not in self._known:
            began = time.perf_counter()
            text, _ = self._model.decode(pcm, NO_HINTS)
            self._known[pcm] = tidy(text), time.perf_counter() - began
        return self._known[pcm]


@dataclass
class Run:
    """One case under one policy, by the clock of its frames: the utterances, and when their texts come."""

    case: Case
    policy: Policy
    engine: Engine
    said: list[tuple[Segment, float]] = field(default_factory=list)
    supposed: list[tuple[Segment, str]] = field(default_factory=list)
    _busy: float = 0.0
    _ahead: tuple[Segment, str, float] | None = None  # the current supposition, its answer, and when it comes
    _now: float = 0.0

    def go(self) -> Run:
        """Hear all of it."""
        rules = build_rules(self.policy.settings, ahead=True)
        patience = build_patience(Config(segment=self.policy.settings))("")
        segmenter = Segmenter(rules, may_end=self._suppose)
        for number, (frame, speech) in enumerate(zip(self.case.frames, self.case.speech, strict=True), 1):
            self._now = number * FRAME_SECONDS
            if self._ahead and self._ahead[2] <= self._now:
                segmenter.expect(self._ahead[0], patience.frames(self._ahead[1], rules.pause))
            if segment := segmenter.push(frame, speech=speech):
                self._emit(segment)
        if segment := segmenter.flush():
            self._emit(segment)
        return self

    def _suppose(self, segment: Segment) -> None:
        text, came = self._ask(segment)
        self.supposed.append((segment, text))
        self._ahead = segment, text, came

    def _emit(self, segment: Segment) -> None:
        if self._ahead and covers(self._ahead[0], segment):
            came = max(self._now, self._ahead[2])
        else:
            _, came = self._ask(segment)
        self.said.append((segment, came))
        self._ahead = None

    def _ask(self, segment: Segment) -> tuple[str, float]:
        """Return the text and when it comes: an engine at work ends its work first."""
        text, took = self.engine.answer(segment.pcm)
        self._busy = max(self._now, self._busy) + took
        return text, self._busy

    @property
    def cut(self) -> bool:
        """Whether it was cut in its pause."""
        if self.case.gap is None:
            return len(self.said) > 1
        begins, ends = (second - FRAME_SECONDS * 5 for second in self.case.gap)
        return any(begins < segment.end < ends for segment, _ in self.said[:-1])

    @property
    def delay(self) -> float:
        """Seconds from the end of the sound to the last text."""
        return self.said[-1][1] - self.case.end


def covers(supposed: Segment, said: Segment) -> bool:
    """See `Supposition.covers`, without its utterances."""
    end = (said.offset - said.first) * FRAME_BYTES
    same = (supposed.first, supposed.offset, supposed.voiced) == (said.first, said.offset, said.voiced)
    return same and supposed.pcm[:end] == said.pcm[:end]
