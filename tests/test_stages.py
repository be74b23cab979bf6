"""Rules of the stages: the first words and the last sink count, and a clock that was set spoils nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from doubles import utterance

from dictated.stages import LONGEST_PAUSE_S, Moments, Stages


class Clock:
    """Goes on by a second each time it is looked at."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        self.time += 1
        return self.time


def moments(pause_s: float = 0.5) -> Moments:
    """Take down what was said until so many seconds ago."""
    ended = datetime.now(UTC) - timedelta(seconds=pause_s)
    return Moments(replace(utterance(1), ended=ended), Clock())


def test_each_stage_lasts_until_the_next_begins() -> None:
    taken = moments(pause_s=0.5)
    taken.begin()
    taken.arrive()
    assert taken.stages() == Stages(pytest.approx(0.5, abs=0.2), 1.0, 1.0, 0.2)


def test_words_wait_until_they_go_to_the_first_sink_and_are_delivered_when_the_last_has_them() -> None:
    taken = moments()
    for step in (taken.begin, taken.arrive, taken.begin, taken.arrive):
        step()
    assert (taken.stages().wait, taken.stages().delivery) == (1.0, 2.0)


def test_the_whole_is_the_sum_of_its_stages() -> None:
    assert Stages(pause=0.5, wait=0.25, delivery=0.125, sound=60).whole == 0.875


@pytest.mark.parametrize("steps", [[], ["begin"], ["arrive"]])
def test_what_has_not_come_all_the_way_has_no_stages(steps: list[str]) -> None:
    taken = moments()
    for step in steps:
        getattr(taken, step)()
    assert taken.stages() is None


@pytest.mark.parametrize("pause_s", [-5, LONGEST_PAUSE_S + 5, 1e9])
def test_a_pause_that_cannot_be_true_is_not_counted(pause_s: float) -> None:
    taken = moments(pause_s)
    taken.begin()
    taken.arrive()
    assert taken.stages() is None


@pytest.mark.parametrize("pause_s", [0, LONGEST_PAUSE_S - 5])
def test_a_pause_that_can_be_true_is_counted(pause_s: float) -> None:
    taken = moments(pause_s)
    taken.begin()
    taken.arrive()
    assert taken.stages().pause == pytest.approx(pause_s, abs=1)
