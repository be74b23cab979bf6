from __future__ import annotations

import pytest
from scores import result, score

from dictated.evaluation.table import dollars, measured, percent, table
from dictated.evaluation.words import Unit


def test_engines_stand_side_by_side_under_one_heading() -> None:
    shown = table([score(result("one two", "one")), score(result("one two", "one two"), engine="openai")])
    assert [line.split()[:3] for line in shown] == [
        ["engine", "model", "wrong"],
        ["local", "tiny-en", "50.0"],
        ["openai", "tiny-en", "0.0"],
    ]


def test_columns_are_aligned() -> None:
    shown = table([score(result("one two", "one")), score(engine="cloudflare")])
    assert len({len(line) for line in shown}) == 1


def test_an_engine_that_cannot_work_says_why_once() -> None:
    shown = table([score(engine="openai", fault="openai: no key; set it")])
    assert shown[-1] == "openai (tiny-en): no key; set it"


def test_without_engines_there_is_no_table() -> None:
    assert table([]) == []


@pytest.mark.parametrize(
    ("said", "of"),
    [
        (["one"], [Unit.WORDS]),
        (["今日は"], [Unit.CHARACTERS]),
        (["今日は", "one"], [Unit.WORDS, Unit.CHARACTERS]),
        ([], [Unit.WORDS]),
    ],
)
def test_only_what_is_counted_has_a_column(said: list[str], of: list[Unit]) -> None:
    assert measured([score(*(result(text, text) for text in said))]) == of


@pytest.mark.parametrize(
    ("cost", "shown"), [(None, "-"), (0.0, "free"), (1.5, "$1.5000"), (0.00042, "$0.00042")]
)
def test_a_cost_is_shown_as_far_as_it_is_known(cost: float | None, shown: str) -> None:
    assert dollars(cost) == shown


def test_a_rate_that_is_not_known_is_a_dash() -> None:
    assert (percent(None), percent(0.0478)) == ("-", "4.8 %")
