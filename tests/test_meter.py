"""Rules of what is told of the sound."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from dictated.bulletin import Bulletin
from dictated.meter import EVERY, Meter
from dictated.segmenter import Rules, Segmenter
from dictated.types import FRAME_SAMPLES, SAMPLE_RATE, Frame

QUIET = Frame(bytes(2 * FRAME_SAMPLES))


def tone(amplitude: float) -> Frame:
    """A tone of 1 kHz; its peak is this part of full scale."""
    times = np.arange(FRAME_SAMPLES) / SAMPLE_RATE
    return Frame((amplitude * 32767 * np.sin(2 * np.pi * 1000 * times)).astype("<i2").tobytes())


class Room:
    """A meter in a room; "s" is a frame that is taken for speech."""

    def __init__(self, margin_db: float = 5.0, *, watched: bool = True) -> None:
        self.bulletin = Bulletin(dict)
        self.meter = Meter(margin_db, self.bulletin)
        self.segmenter = Segmenter(Rules(pause=30))
        self.told: list[Any] = []
        self.looking = ExitStack()  # as long as the room is there
        if watched:
            self.looking.enter_context(self.bulletin.follow_closely(dict))

    def hear(self, frames: str, frame: Frame = QUIET, number: int | None = None) -> None:
        for one in frames:
            before = self.bulletin.heard
            self.segmenter.push(frame, speech=one == "s")
            self.meter.hear(frame, self.segmenter, number)
            if self.bulletin.heard is not before:
                self.told.append(self.bulletin.heard)


def test_nothing_is_told_while_nobody_looks() -> None:
    room = Room(watched=False)
    room.hear("s" * 50)
    assert room.told == []


def test_it_is_told_ten_times_a_second() -> None:
    room = Room()
    room.hear("s" * 50)
    assert len(room.told) == 10


@pytest.mark.parametrize(("amplitude", "level"), [(1.0, -3.0), (0.1, -23.0), (0.01, -43.0)])
def test_a_tone_has_its_level_below_full_scale(amplitude: float, level: float) -> None:
    room = Room()
    room.hear("s" * 10, tone(amplitude))
    assert room.told[-1].sound.level_db == pytest.approx(level, abs=0.2)


def test_the_threshold_is_as_far_above_the_floor_as_the_gate_has_it() -> None:
    room = Room(margin_db=8.0)
    room.hear("." * 50, tone(0.001))
    sound = room.told[-1].sound
    assert sound.threshold_db - sound.floor_db == pytest.approx(8.0, abs=0.11)


def test_without_a_gate_there_is_no_threshold() -> None:
    room = Room(margin_db=0.0)
    room.hear("." * 50)
    assert room.told[-1].sound.threshold_db is None


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ("....." + ".....", (False, 0, 0)),
        ("....." + "sssss", (True, 0, 600)),
        ("sssss" + ".....", (False, 100, 600)),
        ("sssss" + "." * 30, (False, 0, 0)),
    ],
)
def test_the_pause_of_what_is_being_said_is_told(frames: str, told: tuple[bool, int, int]) -> None:
    room = Room()
    room.hear(frames)
    sound = room.told[-1].sound
    assert (sound.speech, sound.pause_ms, sound.pause_of_ms) == told


def test_what_is_being_said_is_under_way() -> None:
    room = Room()
    room.hear("s" * EVERY, number=7)
    speaking = room.told[-1].speaking
    assert (speaking.number, speaking.stage, speaking.age_s) == (7, "speaking", pytest.approx(0.1))


def test_at_the_end_nothing_is_heard() -> None:
    room = Room()
    room.hear("s" * EVERY)
    room.meter.end()
    assert room.bulletin.heard is None
