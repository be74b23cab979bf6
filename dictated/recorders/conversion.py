"""Turns sound of any rate and any number of channels into 16-bit mono at 16 kHz, piece by piece.

Import this where it is needed only: numpy and soxr take time to load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

FULL_SCALE = 32768
"""16-bit samples in a unit of amplitude; a float of 24 bits holds every one of them exactly."""


class Conversion:
    """One stream of sound on its way from `rate` samples a second in `channels` channels.

    The channels are averaged, the rate is changed by soxr (quality HQ: the filter that keeps what would
    alias out). 16-bit mono at 16 kHz passes bit for bit.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._channels = channels
        self._resampler = (
            None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, "float32", "HQ")
        )

    def push(self, samples: NDArray[np.float32]) -> bytes:
        """Return what is ready after these samples: shape (samples, channels), clipped to ±1."""
        sane = np.clip(np.nan_to_num(samples, posinf=1, neginf=-1), -1, 1)  # one NaN would stay in the filter
        return self._encode(sane.mean(axis=1, dtype=np.float32), last=False)

    def push_pcm(self, pcm: bytes) -> bytes:
        """Return what is ready after these samples: 16-bit, channels interleaved."""
        samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, self._channels)
        return self.push(samples.astype(np.float32) / np.float32(FULL_SCALE))

    def flush(self) -> bytes:
        """Return what the filter still holds; the stream is over."""
        return self._encode(np.zeros(0, np.float32), last=True)

    def _encode(self, mono: NDArray[np.float32], *, last: bool) -> bytes:
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono, last=last)
        scaled = np.rint(mono * FULL_SCALE)
        return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()
