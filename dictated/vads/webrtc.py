"""Asks WebRTC's voice activity detector: a few microseconds a frame, and easily taken in by noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import webrtcvad

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from dictated.types import Frame


class WebRtcVad:
    """WebRTC's detector in `mode` 0 (takes most for speech) to 3 (takes least)."""

    def __init__(self, mode: int) -> None:
        self._mode = mode
        self._vad = webrtcvad.Vad(mode)

    def is_speech(self, frame: Frame) -> bool:
        """Say whether this frame is speech; steady noise is, for this detector."""
        return bool(self._vad.is_speech(frame.pcm, SAMPLE_RATE))

    def reset(self) -> None:
        """Forget what was heard."""
        self._vad = webrtcvad.Vad(self._mode)
