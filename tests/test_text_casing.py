from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.casing import Case, capitalised, case_of


@pytest.mark.parametrize(
    ("text", "case"),
    [("", "lower"), ("a", "lower"), ("A", "initial"), ("Ab", "initial"), ("AB", "all"), ("A B", "all"), ("aB", "lower"),
     ("“Ab", "initial"), ("12", "lower"), ("A1", "initial"), ("ÄÖ", "all"), ("日本", "lower"), ("3RD", "all")],
)  # fmt: skip
def test_capitals_are_told(text: str, case: str) -> None:
    assert case_of(text) is Case(case)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [("", ""), (" ", " "), ("a b", "A b"), ("iPhone x", "iPhone x"), ("by Jo", "By Jo"), ("3rd", "3rd"), ("“a", "“A"),
     ("…", "…"), ("éa", "Éa"), ("日本", "日本")],
)  # fmt: skip
def test_a_first_word_without_capitals_gets_one(text: str, becomes: str) -> None:
    assert capitalised(text) == becomes


@given(st.text())
def test_nothing_but_the_first_letter_changes(text: str) -> None:
    assert capitalised(text).casefold() == text.casefold()
