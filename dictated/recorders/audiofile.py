"""A recording as a recorder: any audio file libsndfile reads, as fast as it is wanted or in real time."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import checkpoint

from dictated.errors import AudioFileError
from dictated.recorders.reader import Reader
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Self

    from dictated.types import Frame

logger = logging.getLogger(__name__)


class AudioFile:
    """A file as the microphone; satisfies `Recorder`. With `realtime` a frame comes every 20 ms."""

    def __init__(self, path: Path, *, realtime: bool) -> None:
        self._path = path
        self._realtime = realtime
        self._playback: _Playback | None = None

    @property
    def overflows(self) -> int:
        """Always 0: a file waits."""
        return 0

    async def warm(self) -> None:
        """Do nothing: a file opens quickly."""

    async def open(self) -> AsyncIterator[Frame]:
        """Open the file from its beginning.

        Raises:
            AudioFileError: there is no such file, it may not be read, or it holds no audio.
        """
        await self.close()
        reader = Reader(self._path)
        await anyio.to_thread.run_sync(reader.open)
        self._playback = _Playback(reader, realtime=self._realtime)
        return self._playback

    async def close(self) -> None:
        """End here, as if a microphone were switched off: the rest of the file is not heard."""
        playback, self._playback = self._playback, None
        if playback is not None:
            await playback.stop()


class _Playback:
    """The frames of a file that is open, each not before its time."""

    def __init__(self, reader: Reader, *, realtime: bool) -> None:
        self._reader = reader
        self._realtime = realtime
        self._began = anyio.current_time()
        self._given = 0
        """Frames given out."""
        self._ready: deque[Frame] = deque()
        self._stopped = anyio.Event()

    async def stop(self) -> None:
        """End at once and close the file."""
        self._stopped.set()
        await anyio.to_thread.run_sync(self._reader.close)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        """Return the next frame.

        Raises:
            AudioFileError: the file ends early or is damaged, from here on.
        """
        await checkpoint()
        if not self._ready:
            self._ready.extend(await anyio.to_thread.run_sync(self._reader.read))
        if not self._ready:
            await self._end()
        if self._realtime:
            await self._await_turn()
        if self._stopped.is_set():
            raise StopAsyncIteration
        self._given += 1
        return self._ready.popleft()

    async def _end(self) -> None:
        await anyio.to_thread.run_sync(self._reader.close)
        shortfall = None if self._stopped.is_set() else self._reader.shortfall
        self._stopped.set()
        if shortfall:
            raise AudioFileError(shortfall)

    async def _await_turn(self) -> None:
        """Return when the frame has been spoken to its end: a microphone knows it no sooner."""
        with anyio.move_on_at(self._began + (self._given + 1) * FRAME_SECONDS):
            await self._stopped.wait()
