from __future__ import annotations

import numpy as np
import pytest
from doubles import SILENCE, LoudnessVad, sound
from hypothesis import given
from hypothesis import strategies as st
from traced import heard

from dictated.segmenter import Rules
from dictated.tuning.trace import LEAST_DB, Trace, runs, trace
from dictated.types import FRAME_SAMPLES, Frame


def of(*samples: int) -> Trace:
    """The trace of frames, each of one sample again and again."""
    frames = [Frame(np.full(FRAME_SAMPLES, sample, "<i2").tobytes()) for sample in samples]
    return trace(frames, LoudnessVad(), Rules())


@pytest.mark.parametrize(
    ("sample", "level"), [(-32768, 0.0), (16384, -6.02), (328, -39.99), (1, -90.3), (0, LEAST_DB)]
)
def test_a_level_is_told_against_full_scale(sample: int, level: float) -> None:
    assert of(sample).levels == [pytest.approx(level, abs=0.01)]


def test_speech_and_cuts_are_those_of_the_daemon() -> None:
    found = trace(sound("..sss....ss"), LoudnessVad(), Rules(pause=3, pre_roll=1, tail=2))
    assert (runs(found.speech), found.cuts) == ([(2, 5), (9, 11)], [(1, 7), (8, 11)])


@pytest.mark.parametrize(("sample", "clipped"), [(32767, True), (-32768, True), (32600, False)])
def test_samples_at_the_end_of_the_scale_are_clipped(sample: int, clipped: bool) -> None:  # noqa: FBT001 (a table)
    assert of(sample).clipped == [clipped]


def test_no_sound_at_all_has_a_trace() -> None:
    empty = trace([], LoudnessVad(), Rules())
    assert (empty.seconds, empty.speech_db, empty.noise_db, empty.cuts) == (0.0, None, None, [])


def test_digital_silence_is_known() -> None:
    assert (trace([SILENCE] * 3, LoudnessVad(), Rules()).silent, of(1, 0).silent) == (True, False)


def test_the_level_of_speech_is_its_energy_not_that_of_the_pauses() -> None:
    assert heard("..ss....ss..", speech=-20.0).speech_db == pytest.approx(-20.0)


def test_the_room_is_measured_away_from_speech() -> None:
    levels = [-60.0] * 15 + [-30.0] * 10 + [-20.0] + [-30.0] * 10
    beside = Trace(levels, [level == -20.0 for level in levels], [False] * 36, [(25, 26)])
    assert beside.noise_db == -60.0


def test_clipping_is_a_share_of_the_speech() -> None:
    assert heard("..ssss", clipped="c.c...").clipping == 0.25


@given(st.lists(st.booleans(), max_size=30))
def test_the_runs_are_all_the_speech_there_is(speech: list[bool]) -> None:
    inside = {frame for first, end in runs(speech) for frame in range(first, end)}
    assert inside == {frame for frame, said in enumerate(speech) if said}
