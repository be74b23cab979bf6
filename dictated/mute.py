"""Tells a microphone that is muted from one in a quiet room: digital silence has no noise at all."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from dictated.notice import Subject, about, over
from dictated.types import FRAME_BYTES, FRAME_SECONDS

if TYPE_CHECKING:
    from dictated.types import Frame

log = logging.getLogger(__name__)

STILL = 1
"""The largest sample of digital silence, of 32767: a sound server that mutes gives 0, a converter without
its microphone may waver by the last bit. What is alive wavers by more, within seconds at the latest."""

_NOTHING = bytes(FRAME_BYTES)

_LOOKED_AT = slice(None, None, 16)
"""Samples of a frame that tell most sound from silence, for a tenth of the work."""

MUTED = "the microphone gives only silence: is it muted? unmute it, or set audio.device to another one"
"""What a user is told of it."""


class Mute:
    """Takes a microphone for muted after `seconds` of digital silence, till a frame has sound; 0 is never."""

    def __init__(self, seconds: float) -> None:
        self.muted = False
        self._needed = math.ceil(seconds / FRAME_SECONDS)
        self._silent = 0  # frames of silence in a row

    def hear(self, frame: Frame) -> bool:
        """Take the next frame; say whether it changes `muted`."""
        before = self.muted
        self._silent = self._silent + 1 if _is_still(frame) else 0
        self.muted = 0 < self._needed <= self._silent
        return self.muted != before

    def tell(self, error: str) -> str:
        """Say that it is muted, or no longer; return the error that holds now, which was `error`."""
        if self.muted:
            log.warning(MUTED, extra=about(Subject.MICROPHONE))
            return MUTED
        log.info("the microphone gives sound again", extra=over(Subject.MICROPHONE))
        return "" if error == MUTED else error


def _is_still(frame: Frame) -> bool:
    if frame.pcm == _NOTHING:
        return True
    samples = memoryview(frame.pcm).cast("h")  # as the rest, made for little-endian machines
    return all(max(some) <= STILL and min(some) >= -STILL for some in (samples[_LOOKED_AT], samples))
