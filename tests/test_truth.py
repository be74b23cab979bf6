"""The truth that the end of speech is measured against; sound is an array of floats at 16 kHz."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from recordings import recorded

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import truth

RATE = 16_000


def tone(seconds: float, decibels: float) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * 400 * time) * 10 ** (decibels / 20)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


@pytest.mark.parametrize(("ending_db", "end"), [(0, 1.5), (-37.5, 1.5), (-38.5, 1.0), (-60, 1.0)])
def test_speech_ends_with_the_last_window_within_38_db_of_the_loudest(ending_db: float, end: float) -> None:
    sound = np.concatenate([tone(1, -10), tone(0.5, -10 + ending_db), quiet(1)])

    assert truth.end_of_speech(sound) == pytest.approx(end)


@pytest.mark.parametrize("gain_db", [-30, 10])
def test_the_gain_of_a_recording_does_not_matter(gain_db: float) -> None:
    sound = recorded("sb11.wav")

    assert truth.end_of_speech(sound * 10 ** (gain_db / 20)) == truth.end_of_speech(sound)


def test_the_end_is_found_to_10_ms() -> None:
    assert truth.end_of_speech(np.concatenate([tone(0.123, 0), quiet(1)])) == pytest.approx(0.13)


def test_a_rest_of_less_than_10_ms_is_not_looked_at() -> None:
    assert truth.end_of_speech(np.concatenate([tone(0.1, -20), tone(0.009, 0)])) == pytest.approx(0.1)


@pytest.mark.parametrize("seconds", [0, 1])
def test_nothing_is_said_in_silence(seconds: float) -> None:
    assert truth.end_of_speech(quiet(seconds)) == 0


def test_the_room_of_a_recording_can_be_left_out() -> None:
    sound = np.concatenate([tone(1, -10), quiet(1)]) + tone(2, -40)

    assert truth.end_of_speech(sound, above_floor_db=10) == pytest.approx(1)
