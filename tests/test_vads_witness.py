"""What a VAD hears is written as text: `s` is a frame it calls speech, `.` one it does not."""

from __future__ import annotations

import numpy as np
import pytest
from recordings import frames, recorded

from dictated.types import FRAME_BYTES, SAMPLE_RATE, Frame
from dictated.vads.gate import NoiseGate
from dictated.vads.silero import SileroVad
from dictated.vads.webrtc import WebRtcVad
from dictated.vads.witness import Witness


class Scripted:
    """Gives the answers it is told; `frames` are those it was asked about, `resets` counts."""

    def __init__(self, answers: str) -> None:
        self.answers = iter(answers)
        self.frames: list[int] = []
        self.resets = 0

    def is_speech(self, frame: Frame) -> bool:
        self.frames.append(int.from_bytes(frame.pcm[:2], "little"))
        return next(self.answers) == "s"

    def reset(self) -> None:
        self.resets += 1


def numbered(count: int) -> list[Frame]:
    return [Frame(i.to_bytes(2, "little") + bytes(FRAME_BYTES - 2)) for i in range(count)]


def heard(first: str, witness: str | Scripted) -> str:
    second = Scripted(witness) if isinstance(witness, str) else witness
    vad = Witness(Scripted(first), second)
    return "".join("s" if vad.is_speech(frame) else "." for frame in numbered(len(first)))


def test_speech_is_what_both_hear() -> None:
    assert heard("ssss", "..ss") == "..ss"


def test_what_only_the_witness_hears_is_not_speech() -> None:
    assert heard("s..s", "ssss") == "s..s"


def test_the_witness_counts_for_300_ms_after_it_spoke() -> None:
    assert heard("s" * 20, "s" + "." * 19) == "s" * 15 + "." * 5


def test_the_witness_sleeps_while_the_first_hears_nothing() -> None:
    witness = Scripted("")

    heard("." * 100, witness)

    assert witness.frames == []


def test_a_waking_witness_is_given_the_300_ms_before() -> None:
    witness = Scripted("." * 16)

    heard("." * 40 + "s", witness)

    assert witness.frames == list(range(25, 41))


def test_a_witness_that_slept_begins_anew() -> None:
    witness = Scripted("." * 100)

    heard("s" + "." * 60 + "s", witness)

    assert witness.resets == 1


def test_the_witness_listens_for_600_ms_after_the_first_heard_something() -> None:
    witness = Scripted("." * 100)

    heard("s" + "." * 60, witness)

    assert witness.frames == list(range(30))


def test_a_word_of_the_witness_does_not_outlast_its_sleep() -> None:
    """Its last word before it falls asleep is not there when it wakes."""
    assert heard("s" + "." * 30 + "s", "." * 29 + "s" + "." * 20)[-1] == "."


def test_a_reset_reaches_both_and_forgets() -> None:
    first, second = Scripted("s.s"), Scripted("s" + "." * 10)
    vad = Witness(first, second)
    for frame in numbered(2):
        vad.is_speech(frame)

    vad.reset()

    assert not vad.is_speech(numbered(1)[0])
    assert (first.resets, second.resets) == (1, 1)


def test_after_a_reset_the_witness_is_not_given_what_was_before() -> None:
    witness = Scripted("." * 20)
    vad = Witness(Scripted("...s"), witness)
    for frame in numbered(3):
        vad.is_speech(frame)

    vad.reset()
    vad.is_speech(numbered(4)[3])

    assert witness.frames == [3]


def default() -> Witness:
    return Witness(NoiseGate(WebRtcVad(2), 5.0), SileroVad(0.5))


@pytest.mark.parametrize("noise", ["noise-a.wav", "noise-b.wav"])
def test_neither_a_fan_nor_knocking_is_speech(noise: str) -> None:
    vad, sound = default(), np.resize(recorded(noise), 30 * SAMPLE_RATE)
    level = 10 ** (-39 / 20) / np.sqrt(np.mean(sound**2))

    assert sum(vad.is_speech(frame) for frame in frames(sound * level)) < 3


def test_a_recording_is_speech() -> None:
    vad = default()

    assert sum(vad.is_speech(frame) for frame in frames(recorded("sns0920.wav"))) > 150
