"""How loud a sound is at its loudest, and how far its loud moments stand above its own floor.

Import this where it is needed only: numpy takes time to load.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dictated.types import FRAME_BYTES, FRAME_SAMPLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dictated.types import Segment

    Row = NDArray[np.floating[Any]]

_LOUD = 0.95
_FLOOR = 0.10
"""Percentiles: one moment in twenty is a stressed vowel, one in ten a gap (the same as in `vads.gate`)."""

_SMOOTHING = 3
"""Frames a level is averaged over: 60 ms, about the shortest sound of speech that carries a syllable."""

_FULL_SCALE = 32768.0**2
_NOTHING = 1e-12
"""What digital silence counts as, of full scale: -120 dB."""

_QUANTUM = 1.0
"""Energy added to a level, far below one unit of 16-bit sound, so that digital silence has one."""

_COMB = 3
"""Samples at 8 kHz between which differences are taken: strongest at 1.3 kHz, nothing at 0 Hz, so that hum
and rumble hide no speech. Tells speech from noise nearly as well as a spectrum, in a tenth of the time."""


class Contrast:
    """What the level of a segment tells; each is measured when it is first asked for."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    @cached_property
    def loudest(self) -> float:
        """Level of the loudest 20 ms in dB of full scale."""
        return _decibels(_levels(self._samples, FRAME_SAMPLES).max(initial=0.0) / _FULL_SCALE)

    @cached_property
    def rise(self) -> float:
        """By how many dB the loud moments of the speech stand above the floor of the sound."""
        levels = np.pad(_levels(_voice_band(self._samples), FRAME_SAMPLES // 2), _SMOOTHING // 2, mode="edge")
        levels = np.convolve(levels, np.full(_SMOOTHING, 1 / _SMOOTHING), mode="valid") + _QUANTUM
        begin, end = (at - self._segment.first for at in (self._segment.onset, self._segment.offset))
        return _decibels(_percentile(levels[begin:end], _LOUD) / _percentile(levels, _FLOOR))

    @cached_property
    def _samples(self) -> Row:
        whole = self._segment.pcm[: self._segment.frames * FRAME_BYTES]
        return np.frombuffer(whole, dtype="<i2").astype(np.float32)


def _voice_band(samples: Row) -> Row:
    """Return the sound at 8 kHz with what is far from 1.3 kHz made weak; as many frames as before."""
    half = samples[::2] + samples[1::2]
    band = np.zeros_like(half)
    band[_COMB:] = half[_COMB:] - half[:-_COMB]
    return band


def _levels(samples: Row, width: int) -> Row:
    """Return the mean square of each frame of so many samples."""
    rows = samples.reshape(-1, width)
    squares: Row = np.einsum("ij,ij->i", rows, rows) / width
    return squares


def _percentile(values: Row, part: float) -> float:
    return float(np.sort(values)[int(part * (len(values) - 1))])


def _decibels(ratio: float) -> float:
    return 10 * math.log10(max(ratio, _NOTHING))
