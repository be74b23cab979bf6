from __future__ import annotations

import pytest
from scores import result, score

from dictated.evaluation.score import Answer, Score, judge
from dictated.evaluation.words import Unit


@pytest.mark.parametrize(
    ("said", "heard", "rate"),
    [
        ("one two", "One, two.", 0.0),
        ("one two", "one", 0.5),
        ("one two", "", 1.0),
        ("one", "two three", 2.0),
        ("", "ghost", None),
        ("今日は", "今日", 1 / 3),
    ],
)
def test_the_rate_is_errors_for_each_word_or_character_said(
    said: str, heard: str, rate: float | None
) -> None:
    assert result(said, heard).errors.rate == rate


def test_errors_are_summed_over_recordings_not_averaged() -> None:
    both = score(result("one", "two"), result("one two three", "one two three"))
    assert both.errors(Unit.WORDS).rate == 1 / 4


def test_words_and_characters_are_never_summed() -> None:
    both = score(result("one two", "one two"), result("今日は", "今日"))
    assert [both.errors(of).units for of in Unit] == [2, 3]


def test_the_utterances_of_a_recording_are_read_as_one_text() -> None:
    assert judge("a.wav", "one two", [Answer("One.", 1.0), Answer("Two.", 1.0)]).errors.count == 0


def test_a_text_that_would_be_held_back_is_not_understood() -> None:
    assert judge("a.wav", "one", [Answer("one", 1.0, held=True)]).errors.deletions == 1


def test_a_failure_counts_as_missing_words_and_has_no_latency() -> None:
    failed = Score("local", "x", [judge("a.wav", "one", [Answer("", 1.0, fault="busy")])])
    assert (failed.failures, failed.latencies, failed.errors(Unit.WORDS).deletions) == (1, [], 1)


def test_the_real_time_factor_is_work_for_sound() -> None:
    assert score(result("one", "one", seconds=0.5)).real_time_factor == 0.25


@pytest.mark.parametrize(
    ("engine", "cost", "told"), [("local", 0.0, 0.0), ("openai", 0.0, None), ("openai", 0.5, 0.5)]
)
def test_a_service_that_tells_no_cost_is_not_free(engine: str, cost: float, told: float | None) -> None:
    answers = [Answer("one", 1.0, cost=cost)]
    assert Score(engine, "x", [judge("a.wav", "one", answers)], free=engine == "local").cost == told


@pytest.mark.parametrize(("percent", "seconds"), [(50, 2.0), (95, 3.0), (100, 3.0)])
def test_answers_that_failed_do_not_count_in_how_long_answers_take(percent: int, seconds: float) -> None:
    answers = [Answer("one", 1.0, seconds=took) for took in (3.0, 1.0, 2.0)]
    failed = Answer("", 1.0, seconds=60.0, fault="no answer")
    assert Score("local", "x", [judge("a.wav", "one", [*answers, failed])]).within(percent) == seconds


def test_where_no_answer_came_nothing_is_said_of_how_long_answers_take() -> None:
    assert Score("local", "x", [judge("a.wav", "one", [])]).within(50) is None
