"""Rules of what may be taken back: the last text, whole, from the window it stands in."""

from __future__ import annotations

import pytest

from dictated.errors import SinkError
from dictated.typed import MOST, Typed, graphemes

HERE, THERE = "0x60000e/1234", "0x80000e/77"


@pytest.fixture
def typed() -> Typed:
    return Typed()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("naïve", 5),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦 ", 2),
        ("🇩🇪🇫🇷", 2),
        ("नमस्ते", 3),
        ("각", 1),
        ("ไทย", 3),
    ],
)
def test_what_a_reader_takes_for_one_character_is_one(text: str, count: int) -> None:
    assert graphemes(text) == count


def test_the_last_text_is_taken_back_from_the_window_it_stands_in(typed: Typed) -> None:
    typed.note("before ", HERE)
    typed.note("last ", HERE)
    assert typed.last(HERE) == len("last ")


def test_a_text_that_no_number_of_backspaces_surely_erases_is_not_taken_back(typed: Typed) -> None:
    typed.note("so \U0001fffd ", HERE)
    with pytest.raises(SinkError, match="an emoji too new"):
        typed.last(HERE)


def test_the_one_before_comes_next(typed: Typed) -> None:
    typed.note("before ", HERE)
    typed.note("last ", HERE)
    typed.taken_back()
    assert typed.last(HERE) == len("before ")


@pytest.mark.parametrize(
    ("typed_into", "focused", "why"),
    [
        (HERE, THERE, "another window"),
        ("", HERE, "not known"),
        (None, None, "not known"),
        (HERE, "", "not known"),
    ],
)
def test_nothing_is_taken_back_from_a_window_that_may_be_another(
    typed: Typed, typed_into: str | None, focused: str | None, why: str
) -> None:
    typed.note("words ", typed_into)
    with pytest.raises(SinkError, match=why):
        typed.last(focused)


def test_nothing_is_taken_back_when_it_is_not_known_how_much_was_typed(typed: Typed) -> None:
    typed.note("words ", HERE)
    typed.forget()
    with pytest.raises(SinkError, match="nothing"):
        typed.last(HERE)


def test_only_so_many_texts_are_remembered(typed: Typed) -> None:
    for _ in range(MOST + 5):
        typed.note("words ", HERE)
    for _ in range(MOST):
        typed.taken_back()
    with pytest.raises(SinkError, match="nothing"):
        typed.last(HERE)
