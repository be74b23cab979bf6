"""One opening of the microphone, from the driver's callback to frames."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio

from dictated.errors import RecorderLostError
from dictated.framer import Framer
from dictated.recorders.calm import Calm
from dictated.types import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.recorders.conversion import Conversion
    from dictated.recorders.frames import Frames
    from dictated.recorders.portaudio import Shape

GATHERED = 6
"""Blocks (120 ms) that a calm room is handed on in: the event loop wakes eight times a second, not fifty."""


class Capture:
    """Takes blocks from the driver's thread and puts frames into `frames` on the event loop.

    Sound is handed on at once, and what comes while the room is calm as soon as `GATHERED` blocks are there.
    Made on the event loop. `overflow` is called there, once for every piece of sound that was lost.
    """

    def __init__(self, frames: Frames, overflow: Callable[[], None]) -> None:
        self.frames = frames
        self.flowing = anyio.Event()
        """Set by the first block, or by the end if that comes first."""
        self.lost = False
        """Whether the driver gave up by itself."""
        self._overflow = overflow
        self._loop = asyncio.get_running_loop()
        self._framer = Framer()
        self._conversion: Conversion | None = None
        self._blocks: deque[tuple[bytes, bool]] = deque()
        """What the driver gave and the loop has not fetched, each with whether sound was lost before it."""
        self._calm = Calm()
        self._closing = False
        self._missing = 0
        """Bytes of our own form that must still come before the tail is there."""
        self._tail = anyio.Event()

    def prepare(self, shape: Shape) -> None:
        """Make ready for sound of this shape; called in a worker thread before the first block. Blocks."""
        if (shape.rate, shape.channels) != (SAMPLE_RATE, 1):
            from dictated.recorders.conversion import Conversion  # noqa: PLC0415  numpy and soxr: rarely needed

            self._conversion = Conversion(shape.rate, shape.channels)

    def hear(self, block: Any, _samples: int, _time: Any, status: Any) -> None:
        """Take a block: PortAudio's callback, in the driver's thread."""
        pcm = bytes(block)
        self._blocks.append((pcm, status.input_overflow))
        if not self._calm.hear(pcm) or self._closing or len(self._blocks) >= GATHERED:
            with suppress(RuntimeError):  # the loop is closed: the program ends without having closed us
                self._loop.call_soon_threadsafe(self._fetch)

    def finish(self) -> None:
        """Take the driver's word that it stopped, asked or not; in the driver's thread."""
        with suppress(RuntimeError):  # as above
            self._loop.call_soon_threadsafe(self._finished)

    async def tail(self, seconds: float) -> None:
        """Return when this much more sound has come, or none will."""
        self._fetch()
        self._closing = self.frames.patient = True
        self._missing = round(seconds * SAMPLE_RATE) * SAMPLE_BYTES
        if not (self.lost or self.frames.over):
            await self._tail.wait()

    def end(self) -> None:
        """End the frames after what is captured; a last frame that is not full is filled up."""
        self._fetch()
        if self._conversion is not None:
            self._put(self._conversion.flush())
        last = self._framer.flush()
        if last is not None:
            self._put(last.pcm)
        self.frames.end()

    def _fetch(self) -> None:
        while self._blocks:
            self._take(*self._blocks.popleft())

    def _take(self, block: bytes, overflowed: bool) -> None:  # noqa: FBT001  (as the driver gave it)
        if overflowed:
            self._overflow()
        if self.frames.over:
            return  # from a device that was given up
        pcm = block if self._conversion is None else self._conversion.push_pcm(block)
        self._put(pcm)
        self.flowing.set()
        self._missing -= len(pcm)
        if self._closing and self._missing <= 0:
            self._tail.set()

    def _put(self, pcm: bytes) -> None:
        for frame in self._framer.push(pcm):
            if not self.frames.put(frame):
                self._overflow()

    def _finished(self) -> None:
        self._fetch()
        self.lost = True
        self._tail.set()
        self.flowing.set()
        if not self._closing:
            self.frames.end(RecorderLostError("the microphone is gone: its driver stopped"))
