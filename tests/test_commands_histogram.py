"""Rules of a histogram in text: within its width, longer for more, and never nothing for something."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.commands.histogram import MOST_COLUMNS, lines, spans
from dictated.figures import Bin, bins

numbers = st.lists(st.floats(0, 1e7), min_size=1, max_size=100)


def test_bars_stand_under_each_other_with_what_they_are_and_how_many() -> None:
    drawn = lines([Bin(90, 100, 16), Bin(100, 110, 0), Bin(110, 120, 1), Bin(120, math.inf, 4)], 40, "utf-8")
    assert drawn == [
        " 90 – 100 ms  16  ██████████████████████",  # noqa: RUF001 (what is shown)
        "100 – 110 ms   0",  # noqa: RUF001
        "110 – 120 ms   1  █▍",  # noqa: RUF001
        "    ≥ 120 ms   4  █████▌",
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "no such encoding"])
def test_where_there_are_no_blocks_there_are_hashes(encoding: str) -> None:
    drawn = lines([Bin(90, 100, 16), Bin(100, 110, 0), Bin(110, math.inf, 1)], 40, encoding)
    assert drawn == [
        " 90 - 100 ms  16  ######################",
        "100 - 110 ms   0",
        "   >= 110 ms   1  #",
    ]


@given(numbers, st.integers(0, 300), st.sampled_from(["utf-8", "ascii"]))
def test_no_line_is_wider_than_the_terminal_or_80_columns(
    values: list[float], columns: int, encoding: str
) -> None:
    widest = max(len(line) for line in lines(bins(values), columns, encoding))
    assert widest <= min(max(columns, 44), MOST_COLUMNS)  # a narrower one than 44 has no room for bars


@given(numbers, st.sampled_from(["utf-8", "ascii"]))
def test_a_bin_has_a_bar_where_something_is_in_it(values: list[float], encoding: str) -> None:
    counted = bins(values)
    barred = [line[-1] in "▏▎▍▌▋▊▉█#" for line in lines(counted, 60, encoding)]
    assert barred == [one.count > 0 for one in counted]


def test_the_fullest_bin_fills_its_line() -> None:
    assert [len(line) for line in lines([Bin(0, 1, 7), Bin(1, 2, 7)], 60, "utf-8")] == [60, 60]


def test_whole_seconds_are_told_in_seconds() -> None:
    assert spans([Bin(8000, 9000, 1), Bin(9000, 10000, 1), Bin(10000, math.inf, 1)]) == [
        "8 –  9 s",  # noqa: RUF001 (what is shown)
        "9 – 10 s",  # noqa: RUF001
        "≥ 10 s",
    ]


@pytest.mark.parametrize(("encoding", "least"), [("utf-8", "▏"), ("ascii", "#")])
def test_the_least_among_very_many_is_seen(encoding: str, least: str) -> None:
    drawn = lines([Bin(0, 1, 1_000_000), Bin(1, 2, 1)], 60, encoding)
    assert drawn[1].split()[-1] == least
