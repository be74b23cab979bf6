"""What the header of a WAV file promises, and the mending of one that promises nothing.

libsndfile takes a file that is cut short for whole, and one of unknown length for empty.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN_FROM = 0x7FFF_0000
"""A `data` size from here on means "unknown": sox writes 0x7FFFF000 into a pipe, arecord 0x80000000, ffmpeg
0xFFFFFFFF."""

MOST_CHUNKS = 1000
"""Chunks looked at for `data`; a file of noise may seem to have millions."""

RIFF_HEAD = struct.Struct("<4sI4s")
""""RIFF", size of what follows, "WAVE"."""

CHUNK_HEAD = struct.Struct("<4sI")
"""Name of a chunk, size of what follows."""

FORMAT = struct.Struct("<HHII")
"""The beginning of `fmt `: kind, channels, samples a second, bytes a second."""


@dataclass(frozen=True, slots=True)
class Riff:
    """Where the samples of a WAV file stand. Lengths are in bytes.

    `promised` is what the header says they take, or None where it was written before that was known;
    `present` is what the file holds of them.
    """

    size_at: int
    promised: int | None
    present: int
    byte_rate: int

    @property
    def missing(self) -> bool:
        """Whether the file was cut short."""
        return self.promised is not None and self.promised > self.present


def read_riff(path: Path) -> Riff | None:
    """Return what the header says, or None where the file is no RIFF WAVE. Blocks.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(RIFF_HEAD.size)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return None
        _, size, _ = RIFF_HEAD.unpack(head)
        return _find_data(file, length, whole=size + 8 == length)


def _find_data(file: BinaryIO, length: int, *, whole: bool) -> Riff | None:
    byte_rate = 0
    for _ in range(MOST_CHUNKS):
        head = file.read(CHUNK_HEAD.size)
        if len(head) < CHUNK_HEAD.size:
            return None
        name, size = CHUNK_HEAD.unpack(head)
        if name == b"data":
            at = file.tell()
            unknown = size >= UNKNOWN_FROM or (size == 0 and not whole)
            return Riff(at - 4, None if unknown else size, length - at, byte_rate)
        body = file.read(min(size, FORMAT.size)) if name == b"fmt " else b""
        if len(body) == FORMAT.size:
            _, _, _, byte_rate = FORMAT.unpack(body)
        file.seek(size + size % 2 - len(body), io.SEEK_CUR)
    return None


class MendedFile(io.FileIO):
    """A WAV file of unknown length, read as if its header said how much there is."""

    def __init__(self, path: Path, riff: Riff) -> None:
        super().__init__(path)
        self._size_at = riff.size_at
        self._size = struct.pack("<I", min(riff.present, 0xFFFF_FFFF))

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]  # a narrower buffer will do
        """Read, with the true size in its place."""
        start = self.tell()
        count = super().readinto(buffer) or 0
        first, last = max(start, self._size_at), min(start + count, self._size_at + 4)
        if first < last:
            buffer[first - start : last - start] = self._size[first - self._size_at : last - self._size_at]
        return count
