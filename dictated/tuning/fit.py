"""How well a way of telling speech from the rest fits a recording, by a stricter judge of the same sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.tuning.trace import runs
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from dictated.tuning.trace import Span, Trace

    Way = TypeVar("Way")

TOLD = 0.05
"""Seconds that are worth telling."""

ALIKE = 0.3
"""Badness (about: seconds) by which one must be better than another to be proposed for it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What goes wrong: seconds of speech in no utterance, utterances without speech, mean seconds too late.

    `late`: from where the judge hears the end of speech to where the utterance's speech is taken to end.
    """

    lost: float
    ghosts: int
    late: float

    @property
    def badness(self) -> float:
        """All in one figure; an utterance of noise is as bad as a second of words that are lost."""
        return self.lost + self.ghosts + self.late

    def __str__(self) -> str:
        """Say it, without what is well."""
        wrong = [
            f"{self.lost:.1f} s of speech lost" if self.lost >= TOLD else "",
            f"{self.ghosts} utterance{'' if self.ghosts == 1 else 's'} of noise" if self.ghosts else "",
            f"ends {self.late:.1f} s late" if self.late >= TOLD else "",
        ]
        return ", ".join(filter(None, wrong)) or "all well"


def fit(heard: Trace, judge: Sequence[bool]) -> Fit:
    """Hold the cuts against what the judge calls speech, a frame each."""
    inside = [False] * len(judge)
    for first, end in heard.cuts:
        inside[first:end] = [True] * (end - first)
    lost = sum(speech and not kept for speech, kept in zip(judge, inside, strict=True))
    spoken = [_last(judge, cut) for cut in heard.cuts]
    ends = [_last(heard.speech, cut) for cut in heard.cuts]
    late = [
        max(0, end - said)
        for end, said in zip(ends, spoken, strict=True)
        if said is not None and end is not None
    ]
    return Fit(
        lost=lost * FRAME_SECONDS,
        ghosts=spoken.count(None),
        late=sum(late) / len(late) * FRAME_SECONDS if late else 0.0,
    )


def best(fits: Mapping[Way, Fit]) -> Way:
    """Return the first that none is much better than; the first of all is the one in use."""
    least = min(one.badness for one in fits.values())
    return next(way for way, one in fits.items() if one.badness <= least + ALIKE)


def _last(speech: Sequence[bool], cut: Span) -> int | None:
    """Return where the last speech in a cut ends; None where there is none."""
    spans = runs(speech[cut[0] : cut[1]])
    return cut[0] + spans[-1][1] if spans else None
