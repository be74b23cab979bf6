"""Sound here is an array of floats at 16 kHz; the VAD inside the gate calls everything speech, as webrtcvad does noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from recordings import frames, recorded, recording

from dictated.config import SegmentSettings, VadSettings
from dictated.segmenter import Rules, Segmenter
from dictated.types import FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE
from dictated.vads.gate import NoiseGate

if TYPE_CHECKING:
    from dictated.types import Frame, Segment

MARGIN = VadSettings().noise_margin_db
DEFAULTS = SegmentSettings()
RULES = Rules.from_ms(
    onset=DEFAULTS.onset_ms,
    pre_roll=DEFAULTS.pre_roll_ms,
    pause=DEFAULTS.pause_ms,
    tail=DEFAULTS.tail_ms,
    least_speech=DEFAULTS.least_speech_ms,
    longest=DEFAULTS.longest_s * 1000,
    dip_window=DEFAULTS.dip_window_s * 1000,
)


class Gullible:
    """Calls everything speech; `resets` counts."""

    def __init__(self) -> None:
        self.resets = 0

    def is_speech(self, frame: Frame) -> bool:
        return bool(frame)

    def reset(self) -> None:
        self.resets += 1


def coloured(seconds: float, exponent: float) -> np.ndarray:
    """White (0), pink (1) or brown (2) noise with an RMS of 1."""
    samples = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), 20)
    noise = np.fft.irfft(spectrum * frequency ** (-exponent / 2), samples)
    return noise / np.sqrt(np.mean(noise**2))


def hum_of(hertz: float, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


def hum(seconds: float) -> np.ndarray:
    """50 Hz and ten overtones."""
    return sum(hum_of(50 * n, seconds) / n for n in range(1, 12))


NOISES = {
    "white": coloured(30, 0),
    "pink": coloured(30, 1),
    "brown": coloured(30, 2),
    "hum": hum(30),
    "silence": np.zeros(30 * SAMPLE_RATE),
}


def bed(name: str, length: int, level: float = 0.005) -> np.ndarray:
    return np.resize(NOISES[name], length) * level


def speech(name: str = "sns0920.wav") -> np.ndarray:
    """A recording at the level of ordinary speech (-26 dB)."""
    sound = recorded(name)
    return sound * (0.05 / np.sqrt(np.mean(sound**2)))


def judged(sound: np.ndarray) -> list[bool]:
    gate = NoiseGate(Gullible(), MARGIN)
    return [gate.is_speech(frame) for frame in frames(sound)]


def utterances(sound: np.ndarray) -> list[Segment]:
    """What is given out before the stream ends: an utterance that never ends is not among them."""
    segmenter = Segmenter(RULES)
    heard = zip(frames(sound), judged(sound), strict=True)
    return [segment for frame, is_speech in heard if (segment := segmenter.push(frame, speech=is_speech))]


@pytest.mark.parametrize("noise", NOISES)
def test_steady_noise_alone_is_no_utterance(noise: str) -> None:
    assert utterances(bed(noise, 30 * SAMPLE_RATE)) == []


@pytest.mark.parametrize("noise", NOISES)
def test_an_utterance_ends_beside(noise: str) -> None:
    spoken = speech()
    sound = np.concatenate([np.zeros(SAMPLE_RATE), spoken, np.zeros(2 * SAMPLE_RATE)])

    found = utterances(sound + bed(noise, len(sound), 0.015))

    assert abs(found[-1].end - 1 - len(spoken) / SAMPLE_RATE) < 0.6


def test_a_rumble_below_the_voice_is_not_speech() -> None:
    """A lorry passes: loud, but all of it at 60 Hz."""
    lorry = hum_of(60, 2) * 0.3
    sound = np.concatenate([np.zeros(2 * SAMPLE_RATE), lorry, np.zeros(2 * SAMPLE_RATE)])

    assert not utterances(sound + bed("pink", len(sound), 0.003))


def test_a_noise_that_flickers_is_not_speech() -> None:
    """Its level changes by some decibels from frame to frame, at random: a fan is less even than noise that is made."""
    flicker = 10 ** (np.random.default_rng(1).normal(0, 2.5, 1500) / 20)

    assert np.mean(judged(bed("pink", 30 * SAMPLE_RATE) * np.repeat(flicker, FRAME_SAMPLES))) < 0.05


def test_speech_may_begin_with_the_first_frame() -> None:
    clean = speech("sb13.wav")
    begun = clean[np.flatnonzero(np.abs(clean) > 0.05)[0] :]

    assert (
        utterances(np.concatenate([begun, np.zeros(SAMPLE_RATE)]))[0].start < RULES.pre_roll * FRAME_SECONDS
    )


def test_quiet_speech_after_loud_speech_is_heard() -> None:
    loud, quiet = speech("sns0870.wav") * 4, speech("sns0930.wav") * 0.7  # 15 dB apart
    gap = np.zeros(SAMPLE_RATE)
    sound = np.concatenate([loud, gap, quiet, gap])

    last = utterances(sound + bed("pink", len(sound), 0.0005))[-1]

    assert last.offset - last.onset > 0.8 * len(quiet) / SAMPLE_RATE / FRAME_SECONDS


def test_a_slammed_door_does_not_make_speech_after_it_quiet() -> None:
    slam = NOISES["white"][: SAMPLE_RATE // 5] * 0.3
    sound = np.concatenate([bed("pink", SAMPLE_RATE, 0.001), slam, speech(), np.zeros(SAMPLE_RATE)])

    without = sum(judged(sound[len(slam) :]))

    assert sum(judged(sound)) > 0.9 * without


def test_a_fan_switched_on_is_noise_after_five_seconds() -> None:
    heard = judged(
        np.concatenate([bed("pink", 10 * SAMPLE_RATE, 0.001), bed("pink", 10 * SAMPLE_RATE, 0.02)])
    )

    assert not any(heard[15 * 50 :])


def test_speech_is_heard_again_soon_after_a_fan_is_switched_off() -> None:
    fan, spoken = bed("pink", 10 * SAMPLE_RATE, 0.05), speech()
    sound = np.concatenate([fan, np.zeros(SAMPLE_RATE), spoken, np.zeros(SAMPLE_RATE)])

    found = utterances(sound + bed("pink", len(sound), 0.0005))

    assert abs(found[-1].start - 11) < 0.5


def test_a_whisper_of_the_room_far_below_the_speaker_is_not_speech() -> None:
    """No floor shows it: between the rustles there is digital silence."""
    rustle = np.concatenate([coloured(0.1, 1) * 0.0005, np.zeros(SAMPLE_RATE * 3 // 10)])
    sound = np.concatenate([speech(), np.resize(rustle, 2 * SAMPLE_RATE)])

    assert not any(judged(sound)[-50:])


@pytest.mark.parametrize("decibels", [-20, 10])
def test_the_microphones_gain_does_not_matter(decibels: float) -> None:
    sound = np.concatenate([bed("pink", SAMPLE_RATE, 0.003), speech() + bed("pink", len(speech()), 0.003)])

    agreed = np.equal(judged(sound), judged(sound * 10 ** (decibels / 20)))

    assert np.mean(agreed) > 0.98


def test_what_the_inner_vad_does_not_hear_is_not_speech() -> None:
    class Deaf(Gullible):
        def is_speech(self, frame: Frame) -> bool:
            return not frame

    gate = NoiseGate(Deaf(), MARGIN)

    assert not any(gate.is_speech(frame) for frame in recording("sb11.wav"))


def test_a_margin_of_nothing_takes_every_answer() -> None:
    gate = NoiseGate(Gullible(), 0)

    assert all(gate.is_speech(frame) for frame in frames(bed("pink", SAMPLE_RATE)))


def test_after_a_reset_the_answers_are_those_of_a_new_gate() -> None:
    gate = NoiseGate(inner := Gullible(), MARGIN)
    for frame in frames(bed("pink", 5 * SAMPLE_RATE, 0.5)):
        gate.is_speech(frame)

    gate.reset()

    assert [gate.is_speech(frame) for frame in frames(speech())] == judged(speech())
    assert inner.resets == 1
