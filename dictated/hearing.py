"""What passes from the recorder to the segmenter, watched on its way."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dictated.types import FRAME_SECONDS, Frame, Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from dictated.mute import Mute


class Hearing:
    """Counts the frames that pass, to tell when in the day a segment was spoken, and listens for a mute.

    `tell` is called when the microphone turns out to be muted, and when it no longer is.
    """

    def __init__(self, frames: AsyncIterator[Frame], mute: Mute, tell: Callable[[Mute], None]) -> None:
        self._frames = frames
        self._mute = mute
        self._tell = tell
        self._passed = 0
        self._last = sys.maxsize  # no frame passes beyond this position
        self._pausing: Callable[[], bool] = lambda: False

    def finish(self, pausing: Callable[[], bool], most: int) -> None:
        """Pass on no more as soon as the speaker is `pausing`, or so many frames later."""
        self._pausing = pausing
        self._last = self._passed + most

    def __aiter__(self) -> Hearing:
        return self

    async def __anext__(self) -> Frame:
        if self._passed >= self._last or self._pausing():
            raise StopAsyncIteration
        frame = await anext(self._frames)
        self._passed += 1
        if self._mute.hear(frame):
            self._tell(self._mute)
        return frame

    def utterance(self, number: int, segment: Segment) -> Utterance:
        """Date the segment back from now, the moment its last frames came."""
        now = datetime.now().astimezone()
        return Utterance(number, segment, self._time(now, segment.onset), self._time(now, segment.offset))

    def _time(self, now: datetime, position: int) -> datetime:
        return now - timedelta(seconds=(self._passed - position) * FRAME_SECONDS)
