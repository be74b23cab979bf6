"""Sound is an array of floats at 16 kHz; the VAD inside calls everything speech, a hang-over without an end."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from recordings import frames, recorded

from dictated.build import vad
from dictated.config import VadSettings
from dictated.types import FRAME_SAMPLES, SAMPLE_RATE, Frame
from dictated.vads.ending import Ending
from dictated.vads.webrtc import WebRtcVad

RANGE_DB = VadSettings().ending_db
SILENCE = -200.0
TONE = np.sin(2 * np.pi * 400 * np.arange(FRAME_SAMPLES) / SAMPLE_RATE)


class Scripted:
    """Answers as it is told, `s` for speech; with speech once the script is over. `resets` counts."""

    def __init__(self, answers: str = "") -> None:
        self.answers = iter(answers)
        self.resets = 0

    def is_speech(self, frame: Frame) -> bool:
        return next(self.answers, "s") == "s" and bool(frame)

    def reset(self) -> None:
        self.resets += 1


def sounding(*levels: tuple[int, float]) -> list[Frame]:
    """So many frames of a tone at so many decibels, one after the other."""
    return frames(np.concatenate([np.tile(TONE, count) * 10 ** (level / 20) for count, level in levels]))


def heard(sound: list[Frame], inner: str = "", range_db: float = RANGE_DB) -> str:
    ending = Ending(Scripted(inner), range_db)
    return "".join("s" if ending.is_speech(frame) else "." for frame in sound)


@pytest.mark.parametrize(("below", "answer"), [(25, "s"), (37, "s"), (39, "."), (60, ".")])
def test_speech_ends_where_it_falls_38_db_below_the_loudest(below: float, answer: str) -> None:
    assert heard(sounding((10, -10), (5, -10 - below))) == "s" * 10 + answer * 5


def test_a_frame_that_speech_ends_in_counts_by_its_louder_half() -> None:
    half = np.concatenate([TONE[: FRAME_SAMPLES // 2] * 10 ** (-36.5 / 20), np.zeros(FRAME_SAMPLES // 2)])

    assert heard(frames(np.concatenate([np.tile(TONE, 10), half, np.zeros(FRAME_SAMPLES)]))) == "s" * 11 + "."


def test_quiet_speech_after_a_pause_of_2_s_is_judged_by_itself() -> None:
    assert heard(sounding((10, 0), (100, -90), (10, -45)))[-10:] == "s" * 10


def test_a_click_does_not_make_speech_quiet() -> None:
    assert heard(sounding((10, -40), (2, 0), (10, -40))) == "s" * 22


def test_a_burst_too_short_to_count_by_itself_keeps_its_hang_over() -> None:
    """The /t/ of "best": without it the pause before the next word would end the sentence."""
    sound = sounding((20, -10), (8, -80), (2, -20), (1, -80), (8, -80))

    assert heard(sound, "s" * 20 + "." * 8 + "sss" + "." * 8) == "s" * 20 + "." * 8 + "sss" + "." * 8


def test_an_onset_that_is_quiet_counts() -> None:
    """Nothing has sounded for 120 ms: what the inner VAD hears now is no hang-over."""
    sound = sounding((20, -10), (6, -80), (4, -50))

    assert heard(sound, "s" * 20 + "." * 6 + "ssss")[-4:] == "ssss"


def test_speech_goes_on_at_once_where_it_sounds_again() -> None:
    assert heard(sounding((10, -10), (5, -60), (5, -20))) == "s" * 10 + "." * 5 + "s" * 5


def test_what_the_inner_vad_does_not_hear_is_not_speech() -> None:
    assert heard(sounding((10, -10)), "." * 10) == "." * 10


def test_a_range_of_nothing_takes_every_answer() -> None:
    assert heard(sounding((10, -10), (5, SILENCE)), range_db=0) == "s" * 15


def test_a_bang_that_is_no_speech_ends_nothing() -> None:
    assert heard(sounding((5, 0), (5, -50)), "....." + "sssss") == "....." + "sssss"


def test_where_nothing_has_sounded_nothing_can_end() -> None:
    assert heard(frames(np.zeros(SAMPLE_RATE))) == "s" * 50


@pytest.mark.parametrize("gain_db", [-20, 6])
def test_the_microphones_gain_does_not_matter(gain_db: float) -> None:
    sound = recorded("sb13.wav")

    assert heard(frames(sound * 10 ** (gain_db / 20))) == heard(frames(sound))


@pytest.mark.parametrize(
    "name", ["jfk.flac", "sns0870.wav", "sns0920.wav", "sb11.wav", "sb13.wav", "sb14.wav", "sb15.wav"]
)
def test_a_sentence_keeps_its_last_sound(name: str) -> None:
    """However soft: all that webrtcvad hears within 30 dB of the loudest is still speech."""
    sound = recorded(name)
    energies = (
        np.square(sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES]).reshape(-1, FRAME_SAMPLES).mean(1)
    )
    plain, ending = WebRtcVad(2), Ending(WebRtcVad(2), RANGE_DB)

    hears = [(plain.is_speech(frame), ending.is_speech(frame)) for frame in frames(sound)]
    lost = [level for level, (before, now) in zip(energies, hears, strict=True) if before and not now]

    assert max(lost, default=0.0) < energies.max() * 1e-3


@pytest.mark.parametrize("name", ["sb11.wav", "sb13.wav", "sb14.wav", "sb15.wav"])
def test_webrtcs_hang_over_is_gone_but_for_a_frame(name: str) -> None:
    sound = recorded(name)
    ending = Ending(WebRtcVad(2), RANGE_DB)
    spoken = frames(np.concatenate([sound, np.zeros(SAMPLE_RATE)]))

    last = max(number for number, frame in enumerate(spoken) if ending.is_speech(frame))

    assert last <= len(sound) // FRAME_SAMPLES


def test_after_a_reset_the_answers_are_those_of_a_new_one() -> None:
    ending = Ending(inner := Scripted(), RANGE_DB)
    for frame in sounding((10, 0), (1, SILENCE)):
        ending.is_speech(frame)

    ending.reset()

    anew = "".join(
        "s" if ending.is_speech(frame) else "." for frame in sounding((2, SILENCE), (10, -50), (5, -95))
    )
    assert (anew, inner.resets) == ("s" * 12 + "." * 5, 1)


@pytest.mark.parametrize(("engine", "name"), [("webrtc", "jfk.flac"), ("silero", "sb14.wav")])
def test_every_engine_ends_by_the_level_unless_told_not_to(
    engine: Literal["webrtc", "silero"], name: str
) -> None:
    sound = frames(np.concatenate([recorded(name), np.zeros(SAMPLE_RATE // 2)]))
    plain, ending = vad(VadSettings(engine=engine, ending_db=0)), vad(VadSettings(engine=engine))

    assert [plain.is_speech(f) for f in sound].count(True) > [ending.is_speech(f) for f in sound].count(True)
