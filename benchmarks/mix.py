"""Makes the sounds the endpointing is measured with: recordings, noises, and one under the other.

Every sound is a one-dimensional array of floats between -1 and 1 at 16 kHz.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile
import soxr

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

_LOWEST_HZ = 20
"""Coloured noise has no power below: nobody hears it, no microphone gives it."""


def load(path: Path) -> Sound:
    """Read a recording of any rate and number of channels."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    mono: Sound = samples.mean(axis=1)
    return mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE)


def silence(seconds: float) -> Sound:
    """Return digital silence."""
    return np.zeros(round(seconds * SAMPLE_RATE))


def coloured(seconds: float, exponent: float) -> Sound:
    """Return noise whose power falls with frequency to the `exponent`: 0 white, 1 pink, 2 brown."""
    samples = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shape = np.where(frequency < _LOWEST_HZ, 0.0, np.maximum(frequency, 1) ** (-exponent / 2))
    return np.fft.irfft(spectrum * shape, samples)


def hum(seconds: float) -> Sound:
    """Return mains hum: 50 Hz and ten overtones."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.sum([np.sin(2 * np.pi * 50 * n * time) / n for n in range(1, 12)], axis=0)


def rms(sound: Sound) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(sound))))


def gain(decibels: float) -> float:
    """Return the factor for a change of level."""
    return float(10 ** (decibels / 20))


def at_level(sound: Sound, level: float) -> Sound:
    """Return the sound with this RMS; digital silence stays what it is."""
    return sound * (level / rms(sound)) if sound.any() else sound


def under(sound: Sound, noise: Sound, snr_db: float, *, pad: float, offset: float) -> Sound:
    """Return the sound with `noise`, repeated as needed from second `offset` on, `snr_db` below it.

    `pad` seconds of the noise alone come before and after. The ratio is of the RMS over the sound.
    """
    edge = silence(pad)
    length = len(sound) + 2 * len(edge)
    bed = np.resize(np.roll(noise, -round(offset * SAMPLE_RATE)), length)
    level = rms(bed[len(edge) : len(edge) + len(sound)])
    padded: Sound = np.concatenate([edge, sound, edge])
    return padded + bed * (rms(sound) * gain(-snr_db) / level)


def pcm(sound: Sound) -> bytes:
    """Return the sound as 16-bit samples."""
    return np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes()
