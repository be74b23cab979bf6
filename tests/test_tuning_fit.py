from __future__ import annotations

import pytest
from traced import heard

from dictated.tuning.fit import Fit, best, fit


def judge(picture: str) -> list[bool]:
    return [char == "s" for char in picture]


@pytest.mark.parametrize(
    ("cuts", "judged", "found"),
    [
        ([(1, 4)], ".sss......", Fit(0.0, 0, 0.0)),
        ([(1, 4)], ".sss..ssss", Fit(0.08, 0, 0.0)),
        ([(1, 4)], "..........", Fit(0.0, 1, 0.0)),
        ([(1, 4)], ".s........", Fit(0.0, 0, 0.04)),
    ],
)
def test_what_is_lost_made_up_and_late_is_told_in_seconds(
    cuts: list[tuple[int, int]], judged: str, found: Fit
) -> None:
    told = fit(heard(".sss......", *cuts), judge(judged))
    assert (told.lost, told.ghosts, told.late) == pytest.approx((found.lost, found.ghosts, found.late))


def test_what_is_in_use_stays_unless_another_is_much_better() -> None:
    assert best({"now": Fit(0.2, 0, 0.0), "other": Fit(0.0, 0, 0.0)}) == "now"


def test_a_much_better_one_is_taken() -> None:
    assert best({"now": Fit(1.0, 0, 0.0), "other": Fit(0.0, 0, 0.0)}) == "other"


def test_of_several_that_are_as_good_the_first_is_taken() -> None:
    assert best({"now": Fit(9, 0, 0), "cheap": Fit(0.1, 0, 0), "dear": Fit(0, 0, 0)}) == "cheap"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Fit(0.0, 0, 0.01), "all well"),
        (Fit(1.4, 0, 0.0), "1.4 s of speech lost"),
        (Fit(1.4, 2, 0.3), "1.4 s of speech lost, 2 utterances of noise, ends 0.3 s late"),
    ],
)
def test_what_is_well_is_not_told(one: Fit, said: str) -> None:
    assert str(one) == said
