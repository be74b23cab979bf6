from __future__ import annotations

import numpy as np
import pytest

from dictated.framer import Framer
from dictated.types import FRAME_BYTES, SAMPLE_RATE, Frame
from dictated.vads.webrtc import WebRtcVad

SILENCE = Frame(bytes(FRAME_BYTES))


def vowel() -> list[Frame]:
    """One second of a 120 Hz buzz with the overtones of a voice: what the detector was made for."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 25))
    return Framer().push((buzz * 4000).astype("<i2").tobytes())


@pytest.mark.parametrize("mode", range(4))
def test_a_voice_is_speech_in_every_mode(mode: int) -> None:
    vad = WebRtcVad(mode)

    assert all([vad.is_speech(frame) for frame in vowel()][10:])


@pytest.mark.parametrize("mode", range(4))
def test_digital_silence_is_not_speech_in_any_mode(mode: int) -> None:
    vad = WebRtcVad(mode)

    assert not any(vad.is_speech(SILENCE) for _ in range(50))


def test_mode_3_takes_less_for_speech_than_mode_0() -> None:
    noise = Framer().push(np.random.default_rng(0).normal(0, 500, 2 * SAMPLE_RATE).astype("<i2").tobytes())

    heard = [sum(map(WebRtcVad(mode).is_speech, noise)) for mode in (0, 3)]

    assert heard[0] > heard[1]


def test_after_a_reset_nothing_of_the_voice_hangs_over() -> None:
    vad = WebRtcVad(2)
    for frame in vowel():
        vad.is_speech(frame)

    vad.reset()

    assert not vad.is_speech(SILENCE)


def test_without_a_reset_the_voice_hangs_over() -> None:
    vad = WebRtcVad(2)
    for frame in vowel():
        vad.is_speech(frame)

    assert vad.is_speech(SILENCE)
