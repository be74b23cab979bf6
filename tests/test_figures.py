"""Rules of figures: a percentile is a number that was there; a histogram counts each number once."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.figures import MOST_BINS, Bin, Figures, bins, figures, percentile

numbers = st.lists(st.floats(0, 1e9), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("ordered", "percent", "value"),
    [
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        ([1, 2, 3, 4], 50, 2),
        (range(1, 21), 95, 19),
        (range(1, 22), 95, 20),
        (range(1, 101), 95, 95),
        (range(1, 101), 100, 100),
        (range(1, 101), 0, 1),
    ],
)
def test_percentiles_are_of_the_nearest_rank(ordered: list[float], percent: int, value: float) -> None:
    assert percentile(ordered, percent) == value


@given(numbers, st.integers(1, 100))
def test_so_many_in_a_hundred_are_not_above_a_percentile_and_fewer_are_below(
    values: list[float], percent: int
) -> None:
    value = percentile(sorted(values), percent)
    assert sum(one < value for one in values) * 100 < percent * len(values)
    assert sum(one <= value for one in values) * 100 >= percent * len(values)


@given(numbers)
def test_figures_stand_in_order_and_are_of_the_numbers(values: list[float]) -> None:
    known = figures(values)
    assert known.p50 <= known.p95 <= known.max == max(values)
    assert {known.p50, known.p95} <= set(values)


def test_figures_do_not_ask_for_an_order() -> None:
    assert figures([3, 1, 2]) == Figures(count=3, p50=2, p95=3, max=3)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ([0], [Bin(0, 1, 1)]),
        ([500, 540, 559.9], [Bin(500, 510, 1), *(Bin(low, low + 10, 0) for low in (510, 520, 530)), Bin(540, 550, 1), Bin(550, 560, 1)]),
        ([1] * 20 + [13], [Bin(1, 2, 20), *(Bin(low, low + 1, 0) for low in range(2, 12)), Bin(12, math.inf, 1)]),
        ([1] * 20 + [9000], [Bin(1, 2, 20), *(Bin(low, low + 1, 0) for low in range(2, 12)), Bin(12, math.inf, 1)]),
    ],
)  # fmt: skip
def test_bins_have_a_round_width_and_the_last_may_have_no_end(
    values: list[float], counted: list[Bin]
) -> None:
    assert bins(values) == counted


@given(numbers, st.integers(2, 20))
def test_each_number_is_in_one_bin(values: list[float], most: int) -> None:
    counted = [sum(one.low <= value < one.high for value in values) for one in bins(values, most)]
    assert counted == [one.count for one in bins(values, most)]
    assert sum(counted) == len(values)


@given(numbers, st.integers(2, 20))
def test_there_are_no_more_bins_than_asked_for_and_no_gap_between_them(
    values: list[float], most: int
) -> None:
    made = bins(values, most)
    assert len(made) <= most
    assert all(one.high == other.low for one, other in pairwise(made))


@given(numbers)
def test_few_are_in_the_bin_without_an_end_and_the_first_is_not_empty(values: list[float]) -> None:
    made = bins(values)
    beyond = sum(one.count for one in made if math.isinf(one.high))
    assert beyond * 20 <= len(values)
    assert made[0].count > 0


def test_no_more_bins_are_made_than_a_terminal_shows() -> None:
    assert len(bins(range(100_000))) <= MOST_BINS


@given(numbers, st.sampled_from([1, 2, 5, 10, 20]))
def test_no_bin_is_narrower_than_asked_for(values: list[float], least: int) -> None:
    assert all(one.high - one.low >= least for one in bins(values, least_width=least))


def test_bins_may_be_as_narrow_as_asked_for() -> None:
    assert bins([600, 604, 619], least_width=10) == [Bin(600, 610, 2), Bin(610, 620, 1)]
