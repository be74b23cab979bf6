"""Rules of the picture of the latencies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.monitor.latency import bars


@pytest.mark.parametrize(
    ("numbers", "drawn"),
    [
        ([800, 400, 100], ["██       ", "██ ██ ▂▂ "]),
        ([0, 0], ["      ", "▁▁ ▁▁ "]),
        ([600], ["██ ", "██ "]),
    ],
)
def test_bars_begin_at_zero_and_the_longest_is_highest(numbers: list[int], drawn: list[str]) -> None:
    assert bars(numbers, 12, 2) == drawn


def test_where_there_is_no_room_for_all_the_newest_are_shown() -> None:
    assert bars([800, 800, 800, 400, 800], 2, 1) == ["▄█"]


@given(st.lists(st.integers(0, 10**7), min_size=1), st.integers(1, 200), st.integers(0, 9))
def test_the_picture_fits(numbers: list[int], width: int, height: int) -> None:
    drawn = bars(numbers, width, height)
    assert len(drawn) == height
    assert all(len(line) <= width for line in drawn)
