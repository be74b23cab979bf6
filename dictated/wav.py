"""Turns the program's sound into a WAV file, which every engine and every player reads."""

from __future__ import annotations

import struct

from dictated.types import SAMPLE_BYTES, SAMPLE_RATE

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF, "fmt " and the head of "data" (Microsoft and IBM, "Multimedia Programming Interface", 1991)."""

_RIFF_HEAD = 8
"""Bytes of a chunk's name and length, which its own length does not count."""

_FORMAT_BYTES = 16
_PCM = 1
_CHANNELS = 1


def encode(pcm: bytes) -> bytes:
    """Return a RIFF/WAVE file of 16-bit mono at 16 kHz that holds these samples (signed little-endian).

    Raises:
        ValueError: the last sample is half there.
    """
    if len(pcm) % SAMPLE_BYTES:
        raise ValueError(f"{len(pcm)} bytes are no whole number of {SAMPLE_BYTES}-byte samples")
    header = _HEADER.pack(
        b"RIFF",
        _HEADER.size - _RIFF_HEAD + len(pcm),
        b"WAVE",
        b"fmt ",
        _FORMAT_BYTES,
        _PCM,
        _CHANNELS,
        SAMPLE_RATE,
        SAMPLE_RATE * SAMPLE_BYTES * _CHANNELS,
        SAMPLE_BYTES * _CHANNELS,
        SAMPLE_BYTES * 8,
        b"data",
        len(pcm),
    )
    return header + pcm
