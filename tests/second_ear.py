"""A second microphone that hears what the daemon's hears, and where in its recording another sound stands."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import numpy as np

from dictated.types import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sound import SoundServer


class Ear:
    """A second microphone beside the daemon's: what it has heard is in `pcm`."""

    def __init__(self, sound: SoundServer) -> None:
        form = [f"--rate={SAMPLE_RATE}", "--channels=1", "--format=s16le", "--latency-msec=20"]
        command = ["parec", "--device=vmic", *form]
        self._process = subprocess.Popen(
            command, env={**os.environ, **sound.env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.pcm = b""

    def hear(self, seconds: float) -> None:
        """Return when it has heard that much more."""
        assert self._process.stdout is not None
        left = int(seconds * SAMPLE_RATE) * SAMPLE_BYTES
        while left > 0 and (heard := os.read(self._process.stdout.fileno(), left)):
            self.pcm += heard
            left -= len(heard)
        assert left == 0, "the sound server has ended"

    def close(self) -> None:
        """Stop, with what was heard until just now."""
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self.pcm += self._process.stdout.read() or b""
        self._process.terminate()
        self._process.communicate()


def play(sound: SoundServer, file: Path) -> None:
    """Begin to play this into the microphone, and return when one that is open hears it."""
    ear = Ear(sound)
    sound.play(file)
    while not any(ear.pcm):
        ear.hear(0.02)
    ear.close()


def samples(pcm: bytes) -> np.ndarray:
    """The whole samples of 16-bit sound."""
    return np.frombuffer(pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES], "<i2").astype(np.float64)


def place(heard: np.ndarray, part: np.ndarray) -> float:
    """At which second of what was heard the part begins: where the two are most alike (cross-correlation)."""
    size = 1 << (len(heard) + len(part)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(part, size)), size)
    if len(part) > len(heard):  # all that was heard is of the part, which may have begun before
        lag = int(np.argmax(alike))
        return (lag if lag < size // 2 else lag - size) / SAMPLE_RATE
    energy = np.cumsum(np.concatenate([[1.0], heard**2]))  # a loud moment is not more alike for being loud
    around = energy[len(part) :] - energy[: len(heard) - len(part) + 1] + 1.0
    return int(np.argmax(alike[: len(around)] / np.sqrt(around))) / SAMPLE_RATE
