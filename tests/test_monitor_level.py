"""Rules of the level meter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told import sound

from dictated.details import Sound
from dictated.monitor.level import bar, marks, saying


def heard(**more: float) -> Sound:
    return Sound(**sound(**more))


@pytest.mark.parametrize(
    ("level", "drawn"),
    [
        (-90.0, "····┃·····"),
        (-120.0, "····┃·····"),
        (-45.0, "████┃·····"),
        (-36.0, "████┃█····"),
        (-40.5, "████┃▌····"),
        (0.0, "████┃█████"),
        (3.0, "████┃█████"),
    ],
)
def test_the_bar_is_full_at_full_scale_and_shows_the_threshold(level: float, drawn: str) -> None:
    assert bar(heard(level_db=level, threshold_db=-46.0), 10) == drawn


def test_without_a_gate_there_is_no_threshold_on_the_bar() -> None:
    assert bar(Sound(level_db=-45.0), 10) == "█████·····"


def test_the_marks_point_at_floor_and_threshold() -> None:
    line = marks(heard(floor_db=-60.0, threshold_db=-45.0), 91)
    assert (line.index("floor -60 dB ▲"), line.index("▲ threshold -45 dB")) == (30 - 13, 45)


@pytest.mark.parametrize("width", [5, 30])
def test_where_there_is_no_room_for_the_marks_they_are_told_in_words(width: int) -> None:
    told = "floor -60 dB, ┃ threshold -45 dB"
    assert marks(heard(floor_db=-60.0, threshold_db=-45.0), width) == told[:width]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"speech": True, "pause_of_ms": 600}, " -31 dB  SPEECH"),
        ({"speech": False}, " -31 dB  silence"),
        ({"speech": False, "pause_ms": 150, "pause_of_ms": 600}, " -31 dB  pause  ██████··  450 ms left"),
        ({"speech": False, "pause_ms": 900, "pause_of_ms": 600}, " -31 dB  pause  ········    0 ms left"),
    ],
)
def test_the_pause_runs_down(more: dict[str, float], words: str) -> None:
    assert saying(heard(**more), 39) == words


@given(
    st.builds(
        heard, level_db=st.floats(-200, 50), floor_db=st.floats(-200, 50), threshold_db=st.floats(-200, 50)
    ),
    st.integers(0, 200),
)
def test_no_line_is_wider_than_there_is_room(sound: Sound, width: int) -> None:
    assert len(bar(sound, width)) == width
    assert len(marks(sound, width)) <= width
