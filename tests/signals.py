"""Sound made for tests: tones, and what is found in a recording of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dictated.types import Frame

RATE = 16_000


def tone(seconds: float, hertz: float | np.ndarray = 440, rate: int = RATE, level: float = 0.5) -> np.ndarray:
    """Return a sine, full scale ±1; an array of frequencies makes a sweep (from twice the first)."""
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def write(path: Path, samples: np.ndarray, rate: int = RATE, subtype: str | None = None) -> Path:
    """Write a file of the kind its name says: wav, flac, ogg or mp3."""
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def samples(frames: Iterable[Frame]) -> np.ndarray:
    """Return the samples of frames, full scale ±1."""
    return np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2") / 32768


def pitch(heard: np.ndarray) -> float:
    """Return the strongest frequency in hertz."""
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum) * RATE / len(heard))


def level(heard: np.ndarray) -> float:
    """Return the root mean square, full scale 1."""
    return float(np.sqrt(np.mean(heard**2))) if len(heard) else 0.0


def break_in_tone(heard: np.ndarray, hertz: float) -> float:
    """Return how far the worst sample is from continuing a sine: 0 for a sine without a gap."""
    return float(np.max(np.abs(heard[2:] + heard[:-2] - 2 * np.cos(2 * np.pi * hertz / RATE) * heard[1:-1])))


def likeness(heard: np.ndarray, played: np.ndarray) -> float:
    """Return the best correlation of what was played with a stretch of what was heard: 1 is the same."""
    length = len(heard) + len(played)
    product = np.fft.irfft(np.fft.rfft(heard, length) * np.conj(np.fft.rfft(played, length)), length)
    start = int(np.argmax(product[: len(heard)]))
    stretch = heard[start : start + len(played)]
    stretch = np.pad(stretch, (0, len(played) - len(stretch)))
    return float(stretch @ played / (np.linalg.norm(stretch) * np.linalg.norm(played) + 1e-12))
