"""Cuts a byte stream of any chunking into frames."""

from __future__ import annotations

from dictated.types import FRAME_BYTES, Frame


class Framer:
    """Takes 16-bit mono PCM at 16 kHz in pieces of any length and gives it back as frames of 20 ms."""

    def __init__(self) -> None:
        self._rest = b""
        """What does not fill a frame yet: always shorter than one."""

    def push(self, pcm: bytes) -> list[Frame]:
        """Return the frames this piece completes, in order; the rest waits for the next piece."""
        whole = self._rest + pcm
        end = len(whole) - len(whole) % FRAME_BYTES
        self._rest = whole[end:]
        return [Frame(whole[start : start + FRAME_BYTES]) for start in range(0, end, FRAME_BYTES)]

    def flush(self) -> Frame | None:
        """Return what waits as a last frame, filled up with silence, or None where nothing waits."""
        rest, self._rest = self._rest, b""
        return Frame(rest.ljust(FRAME_BYTES, b"\0")) if rest else None
