from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from dictated.recorders.riff import MendedFile, Riff, read_riff

if TYPE_CHECKING:
    import io
    from pathlib import Path

FORMAT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
SOUND = bytes(range(100))


def wav(data_size: int, *, riff_size: int | None = None, before: bytes = FORMAT, after: bytes = b"") -> bytes:
    body = b"WAVE" + before + b"data" + struct.pack("<I", data_size) + SOUND + after
    return b"RIFF" + struct.pack("<I", len(body) if riff_size is None else riff_size) + body


@pytest.mark.parametrize(
    ("content", "promised", "missing"),
    [
        (wav(100), 100, False),
        (wav(100, after=b"LIST\x04\0\0\0INFO"), 100, False),
        (wav(100, before=b"junk\x03\0\0\0abc\0" + FORMAT), 100, False),
        (wav(101), 101, True),
        (wav(5000), 5000, True),
        (wav(0xFFFF_FFFF, riff_size=0xFFFF_FFFF), None, False),  # ffmpeg, into a pipe
        (wav(0x7FFF_F000, riff_size=0x7FFF_F024), None, False),  # sox, into a pipe
        (wav(0x8000_0000), None, False),  # arecord
        (wav(0, riff_size=0), None, False),
        (wav(0, riff_size=36), None, False),  # a recorder that was killed
        (wav(0), 0, False),  # the rest is no sound: the file says that it is whole
    ],
)
def test_a_header_promises_so_many_bytes(
    tmp_path: Path, content: bytes, promised: int | None, *, missing: bool
) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(content)
    riff = read_riff(file)
    assert riff is not None
    assert (riff.promised, riff.missing, riff.byte_rate) == (promised, missing, 32_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0AVI LIST",
        b"OggS" + bytes(100),
        wav(1)[:30],
        b"RIFF\0\0\0\0WAVE" + b"x\0\0\0\0\0\0\0" * 5000,
    ],
)
def test_what_is_no_wav_file_promises_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(content)
    assert read_riff(file) is None


@pytest.mark.parametrize("step", [1, 3, 8, 64, 1000])
def test_a_mended_file_reads_as_if_its_header_were_right(tmp_path: Path, step: int) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav(0, riff_size=7))
    riff = read_riff(file)
    assert riff == Riff(size_at=40, promised=None, present=100, byte_rate=32_000)
    with MendedFile(file, riff) as mended:
        pieces = iter(lambda: read_into(mended, step), b"")
        assert b"".join(pieces) == wav(100, riff_size=7)


def read_into(file: io.FileIO, count: int) -> bytes:
    buffer = bytearray(count)
    return bytes(buffer[: file.readinto(buffer)])
