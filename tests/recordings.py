"""Recorded speech for the tests, as frames, and how what was understood is compared with what was said.

The recordings are in the folder `speech` beside the checkout, or in $DICTATED_SPEECH.
"""

from __future__ import annotations

import os
import re
import wave
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from dictated.framer import Framer
from dictated.types import SAMPLE_RATE, Frame

FOLDER = Path(os.environ.get("DICTATED_SPEECH", Path(__file__).parents[2] / "shared" / "speech"))


@cache
def recorded(name: str) -> np.ndarray:
    """A recording as floats between -1 and 1 at 16 kHz."""
    if not (FOLDER / name).is_file():
        reason = f"{FOLDER / name} is not there"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    samples, rate = soundfile.read(FOLDER / name, always_2d=True)
    return soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE)


def frames(sound: np.ndarray) -> list[Frame]:
    """The whole frames of such a sound."""
    return Framer().push(np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes())


def recording(name: str) -> list[Frame]:
    return frames(recorded(name))


def beginning(recording: Path, seconds: float, copy: Path) -> Path:
    """Copy the first so many seconds of a WAV file."""
    with wave.open(str(recording)) as whole, wave.open(str(copy), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(int(seconds * whole.getframerate())))
    return copy


def repeated(recording: Path, times: int, copy: Path) -> Path:
    """Copy a WAV file that many times, one after the other."""
    with wave.open(str(recording)) as once, wave.open(str(copy), "wb") as again:
        again.setparams(once.getparams())
        again.writeframes(once.readframes(once.getnframes()) * times)
    return copy


def words(text: str) -> list[str]:
    """The words in lower case, a hyphen counted as a space and other punctuation dropped."""
    return re.sub(r"[^\w\s']", "", text.lower().replace("-", " ")).split()


def errors(said: list[str], heard: list[str]) -> int:
    """Words to change, add or take away (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
