from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dictated.framer import Framer
from dictated.types import FRAME_BYTES


def cut(pieces: list[bytes]) -> bytes:
    framer = Framer()
    frames = [frame for piece in pieces for frame in framer.push(piece)]
    last = framer.flush()
    return b"".join(frame.pcm for frame in [*frames, *([last] if last else [])])


@given(st.lists(st.binary(max_size=3 * FRAME_BYTES), max_size=8))
def test_any_chunking_gives_the_same_frames(pieces: list[bytes]) -> None:
    assert cut(pieces) == cut([b"".join(pieces)])


@given(st.binary(max_size=3 * FRAME_BYTES))
def test_what_does_not_fill_the_last_frame_is_filled_up_with_silence(pcm: bytes) -> None:
    assert cut([pcm]) == pcm + bytes(-len(pcm) % FRAME_BYTES)


def test_a_whole_number_of_frames_leaves_nothing_to_flush() -> None:
    framer = Framer()

    framer.push(bytes(2 * FRAME_BYTES))

    assert framer.flush() is None


def test_what_was_flushed_does_not_come_again() -> None:
    framer = Framer()
    framer.push(b"\1\2")

    framer.flush()

    assert framer.flush() is None
