"""Rules of doubt: true speech passes, whatever its words; text without speech under it is held back.

The sound is made: `SPEECH` rises and falls four times a second, as syllables do, above a quiet room.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from doubles import SPOKEN_AT
from hypothesis import given
from hypothesis import strategies as st
from recordings import FOLDER, frames, recorded

from dictated.doubt import reason
from dictated.segmenter import Rules, Segmenter
from dictated.types import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    NO_HINTS,
    SAMPLE_RATE,
    Evidence,
    Frame,
    Hints,
    Segment,
    Transcript,
    Utterance,
)
from dictated.vads.gate import NoiseGate
from dictated.vads.webrtc import WebRtcVad

TIME = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
HISS = np.random.default_rng(0).standard_normal(len(TIME))
SPEECH = (10 + 2000 * np.square(np.sin(4 * np.pi * TIME))) * HISS
FAN = 500 * HISS
SILENCE = 0 * HISS
FAINT = SPEECH / 2000
UNKNOWN = Evidence()
PROMPT = "Minutes of the committee on harbour dues and pilotage, in British spelling."
HINTS = Hints(prompt=PROMPT, vocabulary=("Kubernetes", "Szczecin"), context="and so we sailed on to Hull")


def heard(
    text: str,
    voiced: float,
    sound: np.ndarray = SPEECH,
    *,
    around: float = 0.6,
    evidence: Evidence = UNKNOWN,
) -> Transcript:
    """A text for so many seconds of speech, with so many more of sound around them."""
    count, edge = round(voiced * 50), round(around * 25)
    pcm = np.round(sound).astype("<i2").tobytes()[: (count + 2 * edge) * FRAME_BYTES]
    segment = Segment(pcm, first=100, onset=100 + edge, offset=100 + edge + count, voiced=count)
    return Transcript(Utterance(1, segment, SPOKEN_AT, SPOKEN_AT), text, "engine", 0.1, evidence=evidence)


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ("You.", 0.2),
        ("OK", 0.2),
        ("Thank you.", 0.3),
        ("Thanks for watching!", 0.9),
        ("no no no no", 0.9),
        ("very very very very good", 1.5),
        ("ha ha ha ha ha ha ha ha ha ha", 2.5),
        ("It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness", 6.0),
        ("1,234,567", 1.5),
        ("$1,000,000,000", 0.6),
        ("Donaudampfschifffahrtsgesellschaft", 1.5),
        ("Qu'est-ce que c'est que ça ?", 0.6),
        ("谢谢。", 0.3),
        ("请在星期五之前把报告发给我。", 2.0),
        ("きんようびまでにほうこくしょをおくってください。", 2.5),
        ("금요일까지 보고서를 보내 주세요.", 1.8),
        ("Отправьте мне, пожалуйста, отчёт до пятницы.", 2.2),
        ("?", 0.5),
        ("so", 5.0),
        ("", 0.0),
    ],
)  # fmt: skip
def test_what_can_be_said_in_the_time_passes(text: str, voiced: float) -> None:
    assert reason(heard(text, voiced), NO_HINTS) == ""


@pytest.mark.parametrize("text", ["Thank you.", "You", "谢谢。", "♪", "1"])
def test_nothing_passes_without_speech_under_it(text: str) -> None:
    assert reason(heard(text, 0.0), NO_HINTS)


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ("Thank you for watching.", 0.2),
        ("Wir sind jetzt auf der anderen Seite. " * 14, 3.0),
        ("You're going to be a little more patient.", 0.5),
        ("我们明天上午十点在大会议室开会。", 0.5),
        ("금요일까지 보고서를 보내 주세요.", 0.5),
        ("きんようびまでにほうこくしょをおくってください。", 0.7),
    ],
)
def test_more_than_can_be_said_in_the_time_is_held_back(text: str, voiced: float) -> None:
    assert reason(heard(text, voiced), NO_HINTS).endswith(f"in {voiced} s of speech")


def test_the_reason_counts_words_and_time() -> None:
    assert reason(heard("Thank you for watching.", 0.2), NO_HINTS) == "4 words in 0.2 s of speech"


def test_speech_that_the_vad_hears_in_part_has_the_time_between_its_parts() -> None:
    whole = heard("what are you talking about", 0.8).utterance.segment
    parts = Segment(whole.pcm, whole.first, whole.onset, whole.offset, voiced=whole.voiced // 2)
    scattered = Transcript(
        Utterance(1, parts, SPOKEN_AT, SPOKEN_AT), "what are you talking about", "engine", 0
    )

    assert reason(scattered, NO_HINTS) == ""


def test_a_few_scattered_sounds_are_not_speech_all_the_time_between_them() -> None:
    whole = heard("what are you talking about", 2.0).utterance.segment
    knocks = Segment(whole.pcm, whole.first, whole.onset, whole.offset, voiced=5)
    scattered = Transcript(
        Utterance(1, knocks, SPOKEN_AT, SPOKEN_AT), "what are you talking about", "engine", 0
    )

    assert reason(scattered, NO_HINTS) == "5 words in 0.2 s of speech"


def test_digital_silence_is_no_speech_whatever_the_vad_says() -> None:
    assert (
        reason(heard("You", 2.0, SILENCE), NO_HINTS)
        == "the sound is silence (its loudest moment has -120 dB)"
    )


def test_what_nobody_could_make_out_is_silence() -> None:
    assert "silence" in reason(heard("You", 2.0, FAINT), NO_HINTS)


def test_steady_noise_is_no_speech_whatever_the_vad_says() -> None:
    assert "steady noise" in reason(heard("Thank you for watching.", 2.0, FAN), NO_HINTS)


def test_speech_as_loud_as_the_noise_it_is_in_passes() -> None:
    assert reason(heard("Thank you for watching.", 2.0, 1000 * HISS + SPEECH), NO_HINTS) == ""


def test_a_word_in_a_long_pause_passes() -> None:
    assert reason(heard("Stop.", 0.3, around=15), NO_HINTS) == ""


def test_a_sound_too_short_to_have_a_floor_is_not_called_noise() -> None:
    assert reason(heard("Oh.", 0.3, FAN, around=0), NO_HINTS) == ""


@pytest.mark.parametrize(
    "phrase", ["I'm sorry, ", "The first is ", "I'm going to go to the bathroom. ", "好的"]
)
def test_a_text_that_goes_round_and_round_is_held_back(phrase: str) -> None:
    assert "round and round" in reason(heard(phrase * 30, 19.0), NO_HINTS)


@pytest.mark.parametrize(
    ("evidence", "held"),
    [
        (Evidence(), False),
        (Evidence(no_speech=0.61, logprob=-0.12), False),
        (Evidence(no_speech=0.99), False),
        (Evidence(logprob=-2.0), False),
        (Evidence(no_speech=0.5, logprob=-2.0), False),
        (Evidence(no_speech=0.74, logprob=-1.1), True),
    ],
)
def test_the_engine_s_word_counts_where_two_signs_agree(evidence: Evidence, held: bool) -> None:  # noqa: FBT001 (a table)
    assert bool(reason(heard("the child hurt the dog", 1.4, evidence=evidence), NO_HINTS)) == held


@pytest.mark.parametrize(("text", "voiced"), [("You", 5.0), ("Thank you.", 0.2)])
def test_the_engine_s_no_speech_counts_where_the_time_does_not_fit(text: str, voiced: float) -> None:
    assert "engine says" in reason(heard(text, voiced, evidence=Evidence(no_speech=0.8)), NO_HINTS)


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ("Kubernetes.", 0.5),
        ("Szczecin, Kubernetes.", 0.9),
        ("harbour dues", 0.6),
        ("Minutes of the committee on harbour dues and pilotage.", 3.0),
        ("And so we sailed on to Hull.", 1.8),
    ],
)
def test_what_the_engine_was_told_passes_when_it_was_said(text: str, voiced: float) -> None:
    assert reason(heard(text, voiced), HINTS) == ""


@pytest.mark.parametrize(
    ("text", "voiced"),
    [
        ("Kubernetes.", 0.3),
        ("Kubernetes, Szczecin", 0.5),
        ("harbour dues", 0.4),
        ("Minutes of the committee on harbour dues", 1.2),
        ("minutes of the committee on HARBOUR DUES and pilotage; in British spelling", 18.0),
        ("Well, minutes of the committee on harbour dues", 1.2),
        ("And so we sailed on to Hull.", 0.7),
    ],
)
def test_what_the_engine_was_told_is_held_back_when_the_time_does_not_fit(text: str, voiced: float) -> None:
    assert "told" in reason(heard(text, voiced), HINTS)


@pytest.mark.parametrize(
    "text",
    [
        "Dues of the committee in British pilotage, the committee on spelling.",
        "Minutes of the committee on harbour works, which we have read and found wanting in every respect.",
    ],
)
def test_a_quick_text_with_some_words_that_the_engine_was_told_passes(text: str) -> None:
    assert reason(heard(text, len(text) / 40), HINTS) == ""


@pytest.mark.parametrize(
    "text", ["Kubernetes.", "Minutes of the committee on harbour", "We sail for Hull in the morning."]
)
def test_a_quick_text_that_the_engine_was_not_told_passes(text: str) -> None:
    assert reason(heard(text, len(text) / 40), NO_HINTS) == ""


@pytest.mark.parametrize(
    ("sound", "voiced", "text"),
    [
        (SPEECH, 0.2, "quokkas ambling xylophonically"),
        (FAN, 3.0, "quokkas ambling"),
        (SILENCE, 3.0, "quokkas ambling"),
        (SPEECH, 19.0, "quokkas ambling " * 20),
    ],
)
def test_a_reason_says_no_word_of_the_text(sound: np.ndarray, voiced: float, text: str) -> None:
    why = reason(heard(text, voiced, sound), NO_HINTS)

    assert why
    assert not set(why.split()) & set(text.split())


@given(
    text=st.text(max_size=200),
    length=st.integers(1, 60),
    voiced=st.integers(0, 60),
    sound=st.sampled_from([SPEECH, FAN, SILENCE, FAINT]),
    hints=st.builds(Hints, prompt=st.text(max_size=50), context=st.text(max_size=50)),
)
def test_any_text_of_any_sound_has_a_verdict(
    text: str, length: int, voiced: int, sound: np.ndarray, hints: Hints
) -> None:
    pcm = np.round(sound[: length * FRAME_SAMPLES]).astype("<i2").tobytes()
    segment = Segment(pcm, first=0, onset=length - 1, offset=length, voiced=min(voiced, length))

    verdict = reason(Transcript(Utterance(1, segment, SPOKEN_AT, SPOKEN_AT), text, "engine", 0), hints)

    assert isinstance(verdict, str)


@cache
def said() -> dict[str, str]:
    recorded("sb11.wav")  # skips where there are no recordings
    files: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["files"]
    return {name: text for name, text in files.items() if name.endswith("wav")}


def spoken(sound: list[Frame]) -> Segment:
    """The sound as one utterance, as the default VAD hears it without its witness."""
    vad = NoiseGate(WebRtcVad(2), 5.0)
    rules = Rules.from_ms(
        onset=60, pre_roll=300, pause=2000, tail=300, least_speech=200, longest=20_000, dip_window=5000
    )
    segmenter = Segmenter(rules)
    cuts = [segmenter.push(frame, speech=vad.is_speech(frame)) for frame in sound]
    return next(cut for cut in [*cuts, segmenter.flush()] if cut)


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
def test_every_recording_passes_with_its_own_words_in_noise_too(noise: float) -> None:
    held = {}
    for name, text in said().items():
        sound = recorded(name)
        hiss = HISS[: len(sound)] * np.sqrt(np.mean(np.square(sound))) * noise
        transcript = Transcript(
            Utterance(1, spoken(frames(sound + hiss)), SPOKEN_AT, SPOKEN_AT), text, "engine", 0
        )
        held[name] = reason(transcript, NO_HINTS)

    assert not any(held.values()), held
