from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import soundfile
from doubles import LoudnessVad, NumberingTranscriber
from engines import ScriptedEngine
from signals import tone, write

from dictated.errors import TranscriberError
from dictated.evaluation.comparison import GIVE_UP, Contender, compare, cut
from dictated.evaluation.recording import Recording
from dictated.segmenter import Rules, Segmenter
from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.evaluation.comparison import Ear
    from dictated.evaluation.score import Score


def ear() -> Ear:
    return LoudnessVad(), Segmenter(Rules(pause=5))


@pytest.fixture
def recordings(tmp_path: Path) -> list[Recording]:
    """Three, each of one utterance."""
    names = ("a.wav", "b.wav", "c.wav")
    sound = tone(0.5, 440, SAMPLE_RATE)
    return [
        Recording(name, write(tmp_path / name, sound, SAMPLE_RATE), f"words {number}")
        for number, name in enumerate(names, start=1)
    ]


async def compared(recordings: list[Recording], *engines: NumberingTranscriber) -> list[Score]:
    contenders = [Contender(f"engine {number}", "", engine) for number, engine in enumerate(engines)]
    return await compare(recordings, contenders, ear, lambda _done, _what: None)


async def test_every_engine_is_asked_for_every_recording(recordings: list[Recording]) -> None:
    scores = await compared(recordings, NumberingTranscriber(), NumberingTranscriber())
    assert [[result.name for result in score.results] for score in scores] == [
        ["a.wav", "b.wav", "c.wav"]
    ] * 2


async def test_an_engine_is_held_against_what_was_said(recordings: list[Recording]) -> None:
    engine = NumberingTranscriber()
    engine.texts[2] = "other words"
    (score,) = await compared(recordings, engine)
    assert [result.errors.count for result in score.results] == [0, 2, 0]


async def test_engines_are_asked_for_one_utterance_at_a_time(recordings: list[Recording]) -> None:
    engine = NumberingTranscriber()
    await compared(recordings, engine)
    assert engine.most_at_once == 1


async def test_an_engine_that_cannot_work_does_not_keep_others_from_it(recordings: list[Recording]) -> None:
    broken = NumberingTranscriber()
    broken.cold = TranscriberError("no key", lasting=True)
    scores = await compared(recordings, broken, NumberingTranscriber())
    assert [(score.fault, len(score.results)) for score in scores] == [("no key", 0), ("", 3)]


async def test_a_failure_is_counted_and_the_next_utterance_is_asked_for(recordings: list[Recording]) -> None:
    engine = NumberingTranscriber()
    engine.failing[2] = TranscriberError("unclear")
    (score,) = await compared(recordings, engine)
    assert (score.failures, score.fault, len(engine.utterances)) == (1, "", 3)


async def test_an_engine_that_fails_again_and_again_is_given_up(recordings: list[Recording]) -> None:
    engine = NumberingTranscriber()
    engine.failing = {number: TranscriberError("down") for number in range(1, 10)}
    (score,) = await compared([*recordings, recordings[0]], engine)
    assert (len(engine.utterances), score.failures) == (GIVE_UP, 4)
    assert score.fault == f"given up after {GIVE_UP} failures in a row: down"


async def test_failures_that_do_not_follow_each_other_are_no_reason_to_give_up(
    recordings: list[Recording],
) -> None:
    engine = NumberingTranscriber()
    engine.failing = {number: TranscriberError("busy") for number in (1, 2, 4, 5)}
    (score,) = await compared([*recordings, *recordings], engine)
    assert (score.fault, score.failures) == ("", 4)


async def test_every_engine_is_closed(recordings: list[Recording]) -> None:
    engine = ScriptedEngine("x", [(0, "words")], [])
    await compare(recordings, [Contender("x", "", engine)], ear, lambda _done, _what: None)
    assert engine.closed


async def test_what_was_said_in_one_recording_is_long_ago_in_the_next(recordings: list[Recording]) -> None:
    engine = NumberingTranscriber()
    await compared(recordings, engine)
    began = [utterance.began for utterance in engine.utterances]
    assert (began[1] - began[0]).total_seconds() >= 3000


async def test_how_far_it_has_come_is_told(recordings: list[Recording]) -> None:
    told: list[int] = []
    contenders = [Contender("x", "", NumberingTranscriber())]
    await compare(recordings, contenders, ear, lambda done, _what: told.append(done))
    assert told == [0, 1, 2, 3]


async def test_a_file_that_is_no_recording_is_a_fault_of_its_result(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("not a WAV")
    segments, fault = await cut(tmp_path / "a.wav", *ear())
    assert (segments, "a.wav" in fault, "\n" in fault) == ([], True, False)


async def test_a_recording_is_cut_where_it_pauses(tmp_path: Path) -> None:
    sound = tone(2.0, 440, SAMPLE_RATE)
    sound[SAMPLE_RATE // 2 : SAMPLE_RATE] = 0
    soundfile.write(tmp_path / "a.wav", sound, SAMPLE_RATE, subtype="PCM_16")
    segments, _ = await cut(tmp_path / "a.wav", *ear())
    assert [(round(one.start, 1), round(one.end, 1)) for one in segments] == [(0.0, 0.5), (1.0, 2.0)]
