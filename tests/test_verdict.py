"""What has become of marked speech, found in a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from moods import text_of
from verdict import (
    Line,
    Typed,
    disagreements,
    not_typed,
    out_of_order,
    overtaken,
    said_twice,
    sayings_lost,
    typed_twice,
)

from dictated.history import Entry
from dictated.records import Fate

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def line(start: int, stop: int, *, recovered: bool = False) -> Line:
    return Line(range(start, stop), NOON, recovered)


def entry(text: str, fate: Fate = Fate.DELIVERED) -> Entry:
    return Entry(NOON, NOON, fate, text)


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ((10, 20), []),  # the whole of it is in the log
        ((12, 30), [12]),  # less than half
        ((2, 12), [2]),
        ((11, 21), []),  # all but an edge
        ((90, 99), [90]),  # nothing as late as this is
    ],
)
def test_a_saying_is_lost_when_little_of_it_is_in_the_log(said: tuple[int, int], lost: list[int]) -> None:
    loud = np.ones(said[1] - said[0], dtype=bool)
    assert sayings_lost([(said[0], loud)], [line(10, 20)]) == lost


def test_only_its_loud_frames_are_looked_for() -> None:
    loud = np.array([True] * 10 + [False] * 90)
    assert sayings_lost([(10, loud)], [line(10, 20)]) == []


def test_a_frame_that_is_in_two_lines_is_said_twice() -> None:
    assert said_twice([line(10, 20), line(18, 25)]) == 2


def test_a_line_behind_a_later_one_is_out_of_order() -> None:
    assert out_of_order([range(1), range(20, 30), range(10, 15), range(40, 41)]) == 1


@pytest.mark.parametrize(("answered", "count"), [((0, 1), 1), ((1, 0), 0)])
def test_a_line_is_overtaken_by_a_later_one_unless_its_words_came_later_too(
    answered: tuple[int, int], count: int
) -> None:
    early, late = line(10, 20), line(30, 40)
    texts = [text_of(one.places) for one in (early, late)]
    assert overtaken([late, early], dict(zip(texts, answered, strict=True))) == count


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        ([entry("a-a")], 0),
        ([entry("a-a", Fate.HELD)], 0),
        ([entry("a-a", Fate.FAILED)], 1),
        ([entry("a-a"), entry("a-a")], 1),
        ([], 1),
    ],
)
def test_each_line_of_the_log_is_in_the_history_once(entries: list[Entry], count: int) -> None:
    assert disagreements([line(10, 20)], entries) == count


def test_a_word_in_two_windows_is_typed_twice_but_not_one_that_was_broken_off_with_the_first() -> None:
    windows = [Typed("a-a 14-a 1", NOON, NOON), Typed("14-a 1e-a ", NOON, NOON)]
    assert typed_twice(windows) == 1


@pytest.mark.parametrize(
    ("window", "fate", "recovered", "count"),
    [
        (Typed("a-a ", NOON - MINUTE, NOON + MINUTE), Fate.DELIVERED, False, 0),
        (Typed("", NOON - MINUTE, NOON + MINUTE), Fate.DELIVERED, False, 1),
        (Typed("", NOON - MINUTE, NOON + MINUTE), Fate.HELD, False, 0),
        (Typed("", NOON - MINUTE, NOON + MINUTE), Fate.DELIVERED, True, 0),  # old words are never typed
        (Typed("", NOON + MINUTE, NOON + 2 * MINUTE), Fate.DELIVERED, False, 0),
    ],
)
def test_a_word_that_comes_while_a_window_is_there_stands_in_it_or_waits(
    window: Typed,
    fate: Fate,
    recovered: bool,  # noqa: FBT001 (a column of the table)
    count: int,
) -> None:
    assert not_typed([window], [line(10, 20, recovered=recovered)], [entry("a-a", fate)]) == count
