from __future__ import annotations

import pytest

from dictated.persistence import Persistence


def waits(persistence: Persistence, count: int, now: float = 100.0) -> list[float]:
    return [persistence.again_at(now) - now for _ in range(count)]


def test_the_waiting_doubles_up_to_its_bound_and_never_ends() -> None:
    assert waits(Persistence(0.25, 8), 8) == [0.25, 0.5, 1, 2, 4, 8, 8, 8]


def test_a_first_wait_above_the_longest_is_the_longest() -> None:
    assert waits(Persistence(5, 2), 2) == [2, 2]


@pytest.mark.parametrize(("lasted", "wait"), [(0, 1.0), (7.9, 1.0), (8, 0.25), (3600, 0.25)])
def test_only_a_microphone_that_stayed_for_the_longest_wait_was_really_back(
    lasted: float, wait: float
) -> None:
    persistence = Persistence(0.25, 8)
    waits(persistence, 2)
    persistence.came_back(100)
    assert waits(persistence, 1, 100 + lasted) == [wait]


def test_tries_in_vain_are_not_taken_for_a_microphone_that_stayed() -> None:
    persistence = Persistence(0.25, 8)
    persistence.came_back(100)
    assert [waits(persistence, 1, now) for now in (200, 300)] == [[0.25], [0.5]]
