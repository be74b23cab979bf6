"""Frames that wait to be fetched: a bounded queue that ends once."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import checkpoint

from dictated.errors import RecorderLostError
from dictated.types import FRAME_SECONDS, Frame

if TYPE_CHECKING:
    from typing import Self

IN_A_ROW = 10
"""Frames (200 ms of sound) given without letting others run: a turn of the event loop costs more than most
frames do. Who has fallen behind still leaves room for the rest."""


class Frames:
    """An asynchronous iterator over frames that are put in from a callback of the event loop.

    At most `frames_s` seconds of them wait. Where none comes for `no_frame_s` seconds while somebody waits,
    the source is lost. (A memory object stream of anyio would warn when a consumer that was cancelled
    leaves it open, and cannot end with an error.)
    """

    def __init__(self, *, frames_s: float, no_frame_s: float) -> None:
        self._waiting: deque[Frame] = deque()
        self._room = max(1, round(frames_s / FRAME_SECONDS))
        self._no_frame_s = no_frame_s
        self._news = anyio.Event()
        self._in_a_row = 0
        """Frames given since others could run."""
        self.over = False
        """Whether nothing more is taken."""
        self._error: RecorderLostError | None = None
        """Raised once, after the last frame."""
        self.patient = False
        """Whether a source that gives nothing is not lost: it is about to end."""

    def put(self, frame: Frame) -> bool:
        """Add a frame; say False where there is no room for it. After the end it is dropped."""
        if len(self._waiting) >= self._room:
            return False
        if not self.over:
            self._waiting.append(frame)
            self._news.set()
        return True

    def end(self, error: RecorderLostError | None = None) -> None:
        """End after the last frame that waits, with an error or without; the first end counts."""
        if not self.over:
            self.over = True
            self._error = error
            self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """Return the next frame.

        Raises:
            RecorderLostError: the source stopped giving frames.
        """
        self._in_a_row += 1
        if self._in_a_row > IN_A_ROW:
            self._in_a_row = 1
            await checkpoint()
        while not self._waiting:
            self._in_a_row = 1
            if self.over:
                self._raise_end()
            await self._await_news()
        return self._waiting.popleft()

    def _raise_end(self) -> None:
        error, self._error = self._error, None
        raise error or StopAsyncIteration

    async def _await_news(self) -> None:
        self._news = anyio.Event()
        with anyio.move_on_after(self._no_frame_s) as scope:
            await self._news.wait()
        if scope.cancelled_caught and not self._waiting and not self.patient:
            self.end(RecorderLostError(f"the microphone gave no sound for {self._no_frame_s:g} s"))
