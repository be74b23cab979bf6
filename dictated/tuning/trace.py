"""What was heard, frame by frame: how loud it was, what the VAD took for speech, and where it was cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dictated.segmenter import Segmenter
from dictated.types import FRAME_SAMPLES, FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dictated.ports import Vad
    from dictated.segmenter import Rules
    from dictated.types import Frame

FULL = 32768
"""Full scale of a sample."""

LEAST_DB = -96.0
"""Level of digital silence, in dBFS: below the least step of 16 bits."""

CLIPPED = 32700
"""A sample as large as this stands at the end of the scale, whatever the sound card makes of it."""

CLIPPED_SAMPLES = 3
"""As many of them in 20 ms are no chance."""

NEAR = 10
"""Frames (200 ms) on either side of speech that are no measure of the room: breath, echo, a late onset."""

HALF = 0.5
"""Counts of frames are whole, but for rounding."""

Span = tuple[int, int]
"""From a frame, up to before another."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A recording; levels in dBFS, one of each frame, and `cuts` the sound of each utterance."""

    levels: Sequence[float]
    speech: Sequence[bool]
    clipped: Sequence[bool]
    cuts: Sequence[Span]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.levels) * FRAME_SECONDS

    @property
    def silent(self) -> bool:
        """Whether it is digital silence from end to end."""
        return all(level <= LEAST_DB for level in self.levels)

    @property
    def speech_db(self) -> float | None:
        """Mean level of speech (its energy, as ITU-T P.56 has it); None where there is no utterance."""
        if not self.cuts:
            return None
        return _mean_db([level for level, speech in zip(self.levels, self.speech, strict=True) if speech])

    @property
    def noise_db(self) -> float | None:
        """Level of the room: the median of what is not near speech; None where there is nothing else."""
        if not self.speech:
            return None
        beside = np.convolve(self.speech, np.ones(2 * NEAR + 1))[NEAR:-NEAR]
        quiet = [level for level, near in zip(self.levels, beside, strict=True) if near < HALF]
        return float(np.median(quiet)) if quiet else None

    @property
    def clipping(self) -> float:
        """The share of the frames of speech that are too loud for the scale."""
        spoken = sum(self.speech)
        both = sum(clipped and speech for clipped, speech in zip(self.clipped, self.speech, strict=True))
        return both / spoken if spoken else 0.0


def trace(frames: Sequence[Frame], vad: Vad, rules: Rules) -> Trace:
    """Hear a recording from its beginning, as the daemon would."""
    speech = [vad.is_speech(frame) for frame in frames]
    segmenter = Segmenter(rules)
    ended = [segmenter.push(frame, speech=said) for frame, said in zip(frames, speech, strict=True)]
    cuts = [
        (segment.first, segment.first + segment.frames)
        for segment in (*ended, segmenter.flush())
        if segment is not None
    ]
    samples = np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2").reshape(-1, FRAME_SAMPLES)
    clipped = (np.abs(samples.astype(np.int32)) >= CLIPPED).sum(axis=1) >= CLIPPED_SAMPLES
    return Trace(_levels(samples), speech, [bool(one) for one in clipped], cuts)


def runs(speech: Sequence[bool]) -> list[Span]:
    """Return the stretches of speech."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(speech, np.int8), [0]])))
    return [(int(first), int(end)) for first, end in steps.reshape(-1, 2)]


def _levels(samples: NDArray[np.int16]) -> list[float]:
    energy = np.square(samples.astype(np.float64)).mean(axis=1) / FULL**2
    return [float(level) for level in 10 * np.log10(np.maximum(energy, 10 ** (LEAST_DB / 10)))]


def _mean_db(levels: Sequence[float]) -> float | None:
    return float(10 * np.log10(np.mean(10 ** (np.array(levels) / 10)))) if levels else None
