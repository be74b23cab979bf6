"""What passes from the recorder to the segmenter, watched on its way."""

from __future__ import annotations

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
        self._asked = 0  # the position where it was asked to finish
        self._may_end: Callable[[int], bool] = lambda _: False

    def finish(self, may_end: Callable[[int], bool]) -> None:
        """Pass on no more as soon as it `may_end`, so many frames after this."""
        self._asked, self._may_end = self._passed, may_end

    def __aiter__(self) -> Hearing:
        return self

    async def __anext__(self) -> Frame:
        if self._may_end(self._passed - self._asked):
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
