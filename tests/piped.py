"""The real daemon with its standard input for a microphone, which a test may speak into, break and mend."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import CancelScope, current_time, lowlevel

from dictated import build, cli
from dictated.errors import RecorderError, RecorderLostError
from dictated.recollection import OLD
from dictated.sinks.log import LogSink
from dictated.types import FRAME_BYTES, Frame

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dictated.types import Transcript

BELATED = "BELATED"
"""The variable that names the file of words that were delivered later than in their turn."""

SOUND, LOST, END = b"F", b"L", b"E"
"""What a record begins with: a frame follows; the microphone is lost for as many milliseconds as stand in
the first four bytes that follow; nothing more is said, which is answered by a line."""

RECORD = 1 + FRAME_BYTES
GIVE_WAY = 4
"""Frames after which everybody else has a turn: the pipe is rarely empty."""


class PipedMicrophone:
    """Gives frames as fast as they are taken; the speaker waits meanwhile."""

    overflows = 0

    def __init__(self) -> None:
        self._pipe: asyncio.StreamReader | None = None
        self._open = False
        self._back_at = 0.0  # when it may be opened, by the event loop's clock
        self._reading: CancelScope | None = None

    async def warm(self) -> None:
        """There is nothing to load."""

    async def open(self) -> AsyncIterator[Frame]:
        if current_time() < self._back_at:
            raise RecorderError("the microphone is not there; plug it in again")
        self._open = True
        return self._frames(await self._connected())

    async def close(self) -> None:
        self._open = False
        if self._reading is not None:
            self._reading.cancel()

    async def _connected(self) -> asyncio.StreamReader:
        if self._pipe is None:
            self._pipe = pipe = asyncio.StreamReader()
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(pipe), sys.stdin)
        return self._pipe

    async def _frames(self, pipe: asyncio.StreamReader) -> AsyncIterator[Frame]:
        passed = 0
        while self._open and (record := await self._record(pipe)):
            if record[:1] == LOST:
                self._open = False
                self._back_at = current_time() + int.from_bytes(record[1:5], "little") / 1000
                raise RecorderLostError("the microphone gives no sound; plug it in again")
            if record[:1] == END:
                print("end", flush=True)  # noqa: T201 (a program, and its one answer)
                continue
            yield Frame(record[1:])
            passed += 1
            if passed % GIVE_WAY == 0:
                await lowlevel.checkpoint()

    async def _record(self, pipe: asyncio.StreamReader) -> bytes:
        """Read the next one; nothing where the microphone is closed meanwhile."""
        with CancelScope() as self._reading:
            try:
                return await pipe.readexactly(RECORD)
            except asyncio.IncompleteReadError:  # whoever speaks is gone, and nobody would end us
                signal.raise_signal(signal.SIGKILL)
        return b""


class NotingLog(LogSink):
    """The real log, which notes in a file of its own the words that were delivered later than in their turn."""

    async def deliver(self, transcript: Transcript) -> None:
        await super().deliver(transcript)
        if transcript.utterance.number >= OLD:
            _note(transcript.text)


def _note(text: str) -> None:
    with Path(os.environ[BELATED]).open("a", encoding="utf-8") as noted:
        noted.write(text + "\n")


if __name__ == "__main__":
    microphone = PipedMicrophone()
    build.LogSink = NotingLog
    build.recorder = lambda _config, _input_file: microphone
    sys.exit(cli.main())
