"""Takes for speech only what stands above a rolling noise floor, so that an utterance ends beside a fan.

webrtcvad calls steady noise speech. The level of a frame does not: in the telephone band (300 to 3400 Hz,
ITU-T G.712), where speech is strong and fans, mains hum and handling are weak, averaged over 60 ms, noise
stays within a few dB of its floor while syllables rise far above. The floor is a low percentile of the
levels of the last seconds: minimum statistics (R. Martin, "Noise power spectral density estimation based
on optimal smoothing and minimum statistics", 2001) with a percentile for the minimum, which needs no
correction of its bias. It needs no training: at the start it is the least of what was heard so far.

Speech also stays within some dB of its own peaks, so what is far below them is the room, not the speaker:
that ends an utterance in a recording whose floor is digital silence. The peak is a high percentile of the
same levels, so a slammed door does not set it, and it is forgotten as fast as the floor.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from functools import cache
from typing import TYPE_CHECKING

from dictated.types import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from dictated.ports import Vad
    from dictated.types import Frame

_MEMORY = 250
"""Frames (5 s) the floor is taken from: longer than anyone speaks without a gap between words, shorter
than the patience for a fan that was just switched on."""

_FLOOR = 0.10
_PEAK = 0.95
"""Percentiles of those frames: one in ten is a gap, one in twenty a stressed vowel."""

_RANGE_DB = 30.0
"""What is this far below the peaks is not speech (syllables of a sentence lie within some 25 dB)."""

_SMOOTHING = 3
"""Frames a level is averaged over: 60 ms, about the shortest sound of speech that carries a syllable."""

_QUANTUM = 1.0
"""Energy added to every frame, so that digital silence has a level: far below one unit of 16-bit sound."""

_BAND = slice(300 * FRAME_SAMPLES // SAMPLE_RATE, 3400 * FRAME_SAMPLES // SAMPLE_RATE + 1)
"""The bins of a frame's spectrum between 300 and 3400 Hz."""


_FULL_DB = 10 * math.log10(3 / 8 * (FRAME_SAMPLES - 1) * FRAME_SAMPLES / 2) + 20 * math.log10(32768)
"""The level of a square wave at full scale, were all of it in the band (Parseval's theorem); three eighths is
the mean square of a Hann window."""


def dbfs(level: float) -> float:
    """Return a level in dB below full scale."""
    return level - _FULL_DB


class NoiseGate:
    """A VAD whose answer counts only for frames `margin_db` above the noise; 0 takes every answer."""

    def __init__(self, inner: Vad, margin_db: float) -> None:
        self._inner = inner
        self._margin = margin_db
        self._levels = Levels()

    def is_speech(self, frame: Frame) -> bool:
        """Say whether the inner VAD calls this frame speech and it stands above the noise."""
        speech = self._inner.is_speech(frame)
        if not self._margin:
            return speech
        self._levels.push(frame)
        return speech and self._stands_out()

    def reset(self) -> None:
        """Forget what was heard, the noise floor too."""
        self._inner.reset()
        self._levels = Levels()

    def _stands_out(self) -> bool:
        return self._levels.newest() > self._levels.threshold(self._margin)


class Levels:
    """The levels of the last `_MEMORY` frames in dB, in the order of coming and in the order of size.

    They are measured when they are asked for, several at once: in a quiet room that is most of the work.
    """

    def __init__(self) -> None:
        self._unmeasured: deque[Frame] = deque(maxlen=_MEMORY + _SMOOTHING - 1)
        """The last frames that nobody has asked for: as many as the levels that will be kept depend on."""
        self._energies: deque[float] = deque(maxlen=_SMOOTHING)
        self._coming: deque[float] = deque()
        self._sized: list[float] = []

    @property
    def floor(self) -> float:
        """The noise, once a level was asked for."""
        return self._sized[int(len(self._sized) * _FLOOR)]

    @property
    def peak(self) -> float:
        """The loudest that is no accident, once a level was asked for."""
        return self._sized[int((len(self._sized) - 1) * _PEAK)]

    def threshold(self, margin_db: float) -> float:
        """What speech must be above, once a level was asked for."""
        return max(self.floor + margin_db, self.peak - _RANGE_DB)

    def push(self, frame: Frame) -> None:
        """Add a frame."""
        self._unmeasured.append(frame)

    def newest(self) -> float:
        """Return the level of the last frame; floor and peak are then those of all frames so far."""
        for energy in _energies(self._unmeasured):
            self._add(energy)
        self._unmeasured.clear()
        return self._coming[-1]

    def _add(self, energy: float) -> None:
        self._energies.append(energy)
        level = 10 * math.log10(sum(self._energies) / len(self._energies))
        self._coming.append(level)
        insort(self._sized, level)
        if len(self._coming) > _MEMORY:
            del self._sized[bisect_left(self._sized, self._coming.popleft())]


def _energies(frames: Iterable[Frame]) -> list[float]:
    import numpy as np  # noqa: PLC0415 (slow to load: not before the microphone is open)

    pcm = b"".join(frame.pcm for frame in frames)
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32).reshape(-1, FRAME_SAMPLES)
    band = np.fft.rfft(samples * _window())[:, _BAND]
    energies: list[float] = (np.einsum("fi,fi->f", band, band.conj()).real + _QUANTUM).tolist()
    return energies


@cache
def _window() -> NDArray[np.float32]:
    """Return the Hann window of a frame."""
    import numpy as np  # noqa: PLC0415 (as above)

    return np.hanning(FRAME_SAMPLES).astype(np.float32)
