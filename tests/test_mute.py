from __future__ import annotations

import pytest
from doubles import SILENCE, SPEECH
from hypothesis import given
from hypothesis import strategies as st

from dictated.mute import Mute
from dictated.types import FRAME_SAMPLES, Frame

SOUND = {".": SILENCE, "s": SPEECH}


def told(seconds: float, picture: str) -> str:
    """What is told of each frame: `m` that it is muted, `u` that it no longer is, `-` nothing."""
    mute = Mute(seconds)
    return "".join(("um"[mute.muted] if mute.hear(SOUND[char]) else "-") for char in picture)


def frame_of(*samples: int) -> Frame:
    """A frame that is still but for these samples, its last ones."""
    still = [0] * (FRAME_SAMPLES - len(samples))
    return Frame(b"".join(sample.to_bytes(2, "little", signed=True) for sample in [*still, *samples]))


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("...", "---"),
        ("....", "---m"),
        ("........", "---m----"),
        ("...s....", "-------m"),
        ("....ss....ss", "---mu----mu-"),
    ],
)
def test_a_mute_is_told_once_and_so_is_its_end(picture: str, expected: str) -> None:
    assert told(0.08, picture) == expected


def test_a_mute_of_no_time_is_never_told() -> None:
    assert told(0, "." * 1000) == "-" * 1000


def test_a_time_shorter_than_a_frame_is_one_frame() -> None:
    assert told(0.001, ".") == "m"


@pytest.mark.parametrize(
    ("samples", "still"),
    [((0,), True), ((1, -1), True), ((2,), False), ((-2,), False), ((-32768,), False), ((256,), False)],
)
def test_what_wavers_by_more_than_the_last_bit_is_sound(samples: tuple[int, ...], *, still: bool) -> None:
    mute = Mute(0.02)
    mute.hear(frame_of(*samples))
    assert mute.muted == still


@given(st.integers(0, FRAME_SAMPLES - 1), st.sampled_from([-2, 2]))
def test_one_sample_anywhere_in_a_frame_is_sound(place: int, sample: int) -> None:
    mute = Mute(0.02)
    mute.hear(frame_of(sample, *[0] * place))
    assert not mute.muted


@given(st.text(alphabet=".s", max_size=60))
def test_muted_is_exactly_when_the_last_frames_all_were_silent(picture: str) -> None:
    mute = Mute(0.1)
    for char in picture:
        mute.hear(SOUND[char])
    assert mute.muted == picture.endswith("." * 5)
