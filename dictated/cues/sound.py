"""Makes the sound of each cue: soft, about an eighth of a second, told apart by their melody."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from dictated.cues.cue import Cue
from dictated.cues.speaker import RATE

_FULL_SCALE = 32767
_ATTACK_S = 0.008
_RELEASE_S = 0.03
_DECAY = 2.0
"""How far a tone has died away at its end, as a power of e."""

_LOW, _HIGH, _FLAT = 587.33, 880.0, 440.0
"""Hertz: D5, A5 and A4. What listens for speech takes none of them for it; below 400 Hz it does."""

_TONE_S, _BEAT_S, _GAP_S = 0.12, 0.06, 0.03

Samples: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"


def sound(cue: Cue, volume: float) -> bytes:
    """Return the cue as 16-bit signed little-endian mono at 48 kHz; a volume of 1 is full scale."""
    match cue:
        case Cue.START:
            wave = _tone(_LOW, _HIGH, _TONE_S)
        case Cue.STOP:
            wave = _tone(_HIGH, _LOW, _TONE_S)
        case Cue.ERROR:
            beat = _tone(_FLAT, _FLAT, _BEAT_S)
            wave = np.concatenate([beat, np.zeros(round(_GAP_S * RATE)), beat])
    loud: Samples = wave / np.abs(wave).max() * volume * _FULL_SCALE
    return bytes(loud.astype("<i2"))


def _tone(first: float, last: float, seconds: float) -> Samples:
    """A tone that glides from one pitch to another, begins softly and dies away."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = first * (last / first) ** (time / seconds)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    attack = np.clip(time / _ATTACK_S, 0, 1)
    release = np.clip((seconds - time) / _RELEASE_S, 0, 1)
    envelope: Samples = np.sin(np.pi / 2 * attack) ** 2 * np.sin(np.pi / 2 * release) ** 2
    return np.sin(phase) * envelope * np.exp(-_DECAY * time / seconds)
