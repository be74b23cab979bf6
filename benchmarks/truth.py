"""Where speech really ends in a clean recording, by its levels alone: no VAD is asked.

Every sound is a one-dimensional array of floats at 16 kHz.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

WINDOW = SAMPLE_RATE // 100
"""Samples (10 ms) a level is taken over."""

RANGE_DB = 38.0
"""A window this far below the recording's loudest is not speech."""

_FLOOR = 5
"""Percentile of the levels that is a recording's noise floor: nobody speaks without a gap between words."""


def loud(sound: Sound, *, above_floor_db: float | None = None) -> NDArray[np.bool_]:
    """Say of each whole window of 10 ms whether it is within `RANGE_DB` of the loudest one.

    Where told, it must also stand that far above the sound's own noise floor (the 5th percentile).
    """
    windows = sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW)
    energy = np.square(windows).sum(axis=1)
    if not energy.any():
        return np.zeros(len(energy), dtype=bool)
    found: NDArray[np.bool_] = energy >= energy.max() * 10 ** (-RANGE_DB / 10)
    if above_floor_db is not None:
        found &= energy > np.percentile(energy, _FLOOR) * 10 ** (above_floor_db / 10)
    return found


def end_of_speech(sound: Sound, *, above_floor_db: float | None = None) -> float:
    """Return when the last loud window ends, in seconds; 0 in digital silence."""
    spoken = np.flatnonzero(loud(sound, above_floor_db=above_floor_db))
    return float(spoken[-1] + 1) * WINDOW / SAMPLE_RATE if len(spoken) else 0.0
