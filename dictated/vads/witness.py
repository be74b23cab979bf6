"""Asks a second, better VAD whether what the first one hears is speech at all.

No level tells a knock, a key stroke or a cough of the room from a syllable; a trained network does, but costs
a few hundredths of a core. So it sleeps while the first VAD hears nothing, is given the moment before when it
wakes, and its word counts for a while: the first VAD alone places the boundaries, the second only vetoes.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dictated.ports import Vad
    from dictated.types import Frame

_VOUCHED = 15
"""Frames (300 ms) for which the witness's word counts: longer than its own gaps at consonants, shorter than
the pause that ends an utterance."""

_AWAKE = 30
"""Frames (600 ms) the witness goes on listening after the first VAD heard something: it needs its context."""

_CONTEXT = 15
"""Frames (300 ms) from before its waking that the witness is given, to know the room."""


class Witness:
    """The answer of `first`, as far as `witness` heard speech within the last 300 ms."""

    def __init__(self, first: Vad, witness: Vad) -> None:
        self._first = first
        self._witness = witness
        self._unheard: deque[Frame] = deque(maxlen=_CONTEXT)
        """The last frames the witness slept through."""
        self._awake = 0
        """Frames the witness will still listen to."""
        self._vouched = 0
        """Frames its word still counts for."""

    def is_speech(self, frame: Frame) -> bool:
        """Say whether both hear speech."""
        heard = self._first.is_speech(frame)
        self._awake = _AWAKE if heard else max(0, self._awake - 1)
        if not self._awake:
            self._unheard.append(frame)
            self._vouched = 0
            return False
        self._vouched = _VOUCHED if self._testifies(frame) else max(0, self._vouched - 1)
        return heard and self._vouched > 0

    def reset(self) -> None:
        """Forget what was heard."""
        self._first.reset()
        self._witness.reset()
        self._unheard.clear()
        self._awake = self._vouched = 0

    def _testifies(self, frame: Frame) -> bool:
        if self._unheard:
            self._witness.reset()
        while self._unheard:
            self._witness.is_speech(self._unheard.popleft())
        return self._witness.is_speech(frame)
