"""Takes no frame for speech that is far below what is being said, so that a pause counts from its beginning.

A VAD goes on for a while after the last sound, lest it cut a quiet consonant (webrtcvad counts a hang-over,
Silero has its memory, the gate averages over 60 ms): each of these frames makes every utterance end later.
The level needs no such patience: syllables of a sentence lie within some 25 dB, and /th/, the weakest sound
of speech, is 28 dB below the strongest vowel (H. Fletcher, "Speech and Hearing in Communication", 1953). What
is 38 dB below is the room. The level is of the whole band, for /s/ and /f/ are strong above the telephone's.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dictated.types import FRAME_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dictated.ports import Vad
    from dictated.types import Frame

_MEMORY = 100
"""Frames (2 s) the loudest is taken from: no sentence goes on longer without a stressed vowel, and what is
said after a longer pause is judged by itself."""

_RANK = 3
"""Which of the loudest frames counts: a click lasts two frames at most, a stressed vowel more."""

_WINDOW, _ENOUGH = 6, 3
"""So many of the last so many frames must have sounded before a quiet one ends them: as many as make the
segmenter listen up by default. A /t/ in a sentence may be too short for it without its hang-over."""

_HALF = FRAME_SAMPLES // 2
"""Samples (10 ms) a level is taken over: a frame counts by its louder half, so that none is dropped that
speech ends in."""


class Ending:
    """The answer of `inner`, but for frames that fall over `range_db` below the last 2 s; 0 is off."""

    def __init__(self, inner: Vad, range_db: float) -> None:
        self._inner = inner
        self._share = 10 ** (-range_db / 10) if range_db else 0.0
        """The least energy of a frame that sounds, as a part of the loudest."""
        self._unmeasured: deque[Frame] = deque(maxlen=_MEMORY)
        """The last frames whose energy nobody has asked for yet: in a quiet room that is most of the work."""
        self._energies: deque[float] = deque(maxlen=_MEMORY)
        self._sounded: deque[bool] = deque(maxlen=_WINDOW)
        self._over = False
        """Whether what the inner VAD calls speech goes on behind an end."""

    def is_speech(self, frame: Frame) -> bool:
        """Say whether the inner VAD calls this frame speech and what was said goes on."""
        speech = self._inner.is_speech(frame)
        if not self._share:
            return speech
        self._unmeasured.append(frame)
        sounds = speech and self._sounds()
        self._over = speech and not sounds and (self._over or sum(self._sounded) >= _ENOUGH)
        self._sounded.append(sounds)
        return speech and not self._over

    def reset(self) -> None:
        """Forget what was heard."""
        self._inner.reset()
        self._unmeasured.clear()
        self._energies.clear()
        self._sounded.clear()
        self._over = False

    def _sounds(self) -> bool:
        """Say whether the newest frame is not far below the loudest."""
        self._energies += _energies(self._unmeasured)
        self._unmeasured.clear()
        return self._energies[-1] > self._share * sorted(self._energies)[-_RANK:][0]


def _energies(frames: Iterable[Frame]) -> list[float]:
    import numpy as np  # noqa: PLC0415 (slow to load: not before the microphone is open)

    pcm = b"".join(frame.pcm for frame in frames)
    halves = np.frombuffer(pcm, dtype="<i2").astype(np.float32).reshape(-1, 2, _HALF)
    energies: list[float] = np.einsum("fij,fij->fi", halves, halves).max(axis=1).tolist()
    return energies
