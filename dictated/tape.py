"""The sound of what is being said just now, on the disk in pieces: a crash loses the last piece only."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dictated import disk
from dictated.errors import SpoolError
from dictated.types import FRAME_BYTES, FRAME_MS, SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

PIECE_MS = 500
"""Sound that is written at once; with the disk's own time, less than a second can be lost."""

PIECE = PIECE_MS // FRAME_MS
"""The same in frames."""

NAME = re.compile(r"\d+-(?P<first>\d+)\.tape")
"""How a tape's file is called: nanoseconds since 1970, so that no crash's tape is in the way of the next, and
where its sound begins in the recording. It is 16-bit mono at 16 kHz, without a header."""

SLACK = timedelta(seconds=1)
"""How far the times of a tape and of its utterance may lie apart: each is told from when a frame came to us,
and a disk or processor that is busy delays one more than the other."""


class Tape:
    """One file, there only while somebody speaks. Its functions block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder  # the tape itself, while there is one
        self._fd: int | None = None
        self._first = -1  # position in the recording of the tape's first frame; -1 for none
        self._frames = 0  # how many of the utterance's were to be on it, when it was last written
        self._written = 0  # bytes that are: fewer, where the disk is full

    @property
    def used(self) -> bool:
        """Whether there is sound on it."""
        return self._fd is not None

    def lacks(self, first: int, frames: int) -> bool:
        """Say whether to write, where the open utterance begins at `first` and has so many frames."""
        return first != self._first or not 0 <= frames - self._frames < PIECE

    def write(self, first: int, pcm: bytes) -> None:
        """Bring the tape up to date with the open utterance, which begins at `first`.

        Raises:
            SpoolError: not all of it is on the disk; the next writing, a piece later, goes on from there.
        """
        frames = len(pcm) // FRAME_BYTES
        if first != self._first or frames < self._frames:
            self.erase()
        self._first, self._frames = first, frames
        try:
            fd = self._begin(first) if self._fd is None else self._fd
            while self._written < len(pcm):
                self._written += os.write(fd, memoryview(pcm)[self._written :])
            disk.sync(fd)
        except OSError as error:
            raise SpoolError(disk.explain(error, self._folder)) from error

    def erase(self) -> None:
        """Throw away what is on the tape: it is kept elsewhere, or was nothing.

        Raises:
            SpoolError: the file is still there; it is a tape no more, and the next writing takes another.
        """
        fd, self._fd, self._first, self._frames, self._written = self._fd, None, -1, 0, 0
        if fd is None:
            return
        os.close(fd)
        try:
            with suppress(FileNotFoundError):
                self._file.unlink()
        except OSError as error:
            raise SpoolError(disk.explain(error, self._file)) from error

    def _begin(self, first: int) -> int:
        disk.make_private(self._folder)
        self._file = self._folder / f"{time.time_ns()}-{first}.tape"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._fd = os.open(self._file, flags, 0o600)
        disk.sync_folder(self._folder)
        return self._fd


def read(file: Path) -> tuple[datetime, bytes]:
    """Return when the sound of a tape that was left behind began, and the sound.

    Raises:
        SpoolError: it cannot be read.
    """
    try:
        pcm = file.read_bytes()
        ended = datetime.fromtimestamp(file.stat().st_mtime, UTC).astimezone()
    except OSError as error:
        raise SpoolError(f"{file} cannot be read ({error.strerror})") from error
    pcm = pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES]
    return ended - timedelta(seconds=len(pcm) / SAMPLE_BYTES / SAMPLE_RATE), pcm
