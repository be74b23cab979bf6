"""Rules of how often something may be asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dictated.allowance import Allowance


def test_so_many_at_once_are_allowed_and_no_more() -> None:
    allowance = Allowance(per_second=1, burst=3)
    assert [allowance.take(0.0) for _ in range(4)] == [True, True, True, False]


def test_one_more_is_allowed_when_its_time_has_passed() -> None:
    allowance = Allowance(per_second=2, burst=1)
    assert [allowance.take(now) for now in (0.0, 0.4, 0.5, 0.6)] == [True, False, True, False]


def test_a_long_rest_allows_no_more_than_the_burst() -> None:
    allowance = Allowance(per_second=10, burst=2)
    allowance.take(0.0)
    assert [allowance.take(1000.0) for _ in range(3)] == [True, True, False]


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(1, 5), st.floats(0.5, 20))
def test_in_the_long_run_there_are_never_more_than_allowed(
    gaps: list[float], burst: int, per_second: float
) -> None:
    allowance, now, taken = Allowance(per_second, burst), 0.0, 0
    for gap in gaps:
        now += gap
        taken += allowance.take(now)
    assert taken <= burst + now * per_second + 1e-6
