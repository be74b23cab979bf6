"""Speech that says where it is."""

from __future__ import annotations

import numpy as np
import pytest
from marked import Speech, mark, places, places_in

from dictated.wav import encode


def test_marked_sound_says_the_place_of_each_of_its_frames() -> None:
    sound = mark(np.full((5, 320), 7, dtype="<i2"), 1000)
    assert places(sound[1:4].tobytes()) == range(1001, 1004)


def test_a_mark_moves_no_sample_by_more_than_one_unit() -> None:
    sound = np.random.default_rng(0).integers(-32768, 32767, (50, 320)).astype("<i2")
    assert np.abs(mark(sound, 99).astype(int) - sound).max() == 1


def test_sound_that_is_put_together_is_not_taken_for_one_piece() -> None:
    sound = mark(np.zeros((4, 320), dtype="<i2"), 0)
    with pytest.raises(AssertionError, match="not of one piece"):
        places(sound[[0, 1, 3]].tobytes())


def test_the_places_are_found_in_the_request_that_brings_the_sound() -> None:
    sound = mark(np.zeros((4, 320), dtype="<i2"), 8)
    assert places_in(b"--boundary\r\n\r\n" + encode(sound.tobytes()) + b"\r\n--boundary--") == range(8, 12)


def test_what_is_said_and_kept_silent_stands_one_behind_the_other() -> None:
    speech = Speech(0)
    saying, pause, silence = speech.say(), speech.pause(1.0), speech.silence(0.5)
    again = speech.say()
    assert (saying.first, again.first) == (0, len(saying.sound) + len(pause) + len(silence))
    assert places(saying.sound.tobytes()) == range(len(saying.sound))
