from __future__ import annotations

import numpy as np
import pytest
import soxr
from recordings import frames

from dictated import build
from dictated.config import SegmentSettings, VadSettings
from dictated.cues.cue import Cue
from dictated.cues.sound import sound
from dictated.cues.speaker import RATE
from dictated.segmenter import Segmenter
from dictated.types import SAMPLE_RATE


def wave(cue: Cue, volume: float = 1) -> np.ndarray:
    return np.frombuffer(sound(cue, volume), "<i2") / 32768


def pitch(samples: np.ndarray) -> float:
    """The loudest frequency, in Hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * RATE))
    return float(np.argmax(spectrum)) / 8


@pytest.mark.parametrize("cue", Cue)
def test_a_cue_is_short_and_begins_and_ends_without_a_click(cue: Cue) -> None:
    played = wave(cue)
    assert 0.1 * RATE <= len(played) <= 0.16 * RATE
    assert np.abs([*played[:20], *played[-20:]]).max() < 0.01


@pytest.mark.parametrize("volume", [0, 0.2, 1])
def test_the_volume_is_the_loudest_sample(volume: float) -> None:
    assert np.abs(wave(Cue.START, volume)).max() == pytest.approx(volume, abs=0.001)


def test_the_start_rises_the_stop_falls_and_an_error_does_neither() -> None:
    def rises(cue: Cue) -> float:
        half = len(wave(cue)) // 2
        return pitch(wave(cue)[half:]) / pitch(wave(cue)[:half])

    assert rises(Cue.START) > 1.15
    assert rises(Cue.STOP) < 0.87
    assert rises(Cue.ERROR) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "settings", [VadSettings(), VadSettings(witness=False), VadSettings(engine="silero")]
)
@pytest.mark.parametrize("cue", Cue)
@pytest.mark.parametrize("volume", [0.05, 0.2, 1])
def test_a_cue_that_the_microphone_hears_is_no_utterance(
    cue: Cue, volume: float, settings: VadSettings
) -> None:
    heard = np.random.default_rng(1).normal(0, 0.001, 3 * SAMPLE_RATE)
    played = soxr.resample(wave(cue, volume), RATE, SAMPLE_RATE)
    heard[SAMPLE_RATE : SAMPLE_RATE + len(played)] += played
    vad, segmenter = build.vad(settings), Segmenter(build.rules(SegmentSettings()))
    cut = [segmenter.push(frame, speech=vad.is_speech(frame)) for frame in frames(heard)]
    assert [*filter(None, cut), segmenter.flush()] == [None]


@pytest.mark.parametrize("cue", Cue)
@pytest.mark.parametrize("volume", [0.05, 0.2, 1])
def test_no_frame_of_a_cue_counts_as_speech_by_default(cue: Cue, volume: float) -> None:
    heard = np.random.default_rng(1).normal(0, 0.001, 3 * SAMPLE_RATE)
    played = soxr.resample(wave(cue, volume), RATE, SAMPLE_RATE)
    heard[SAMPLE_RATE : SAMPLE_RATE + len(played)] += played
    vad = build.vad(VadSettings())
    assert not any(vad.is_speech(frame) for frame in frames(heard))
