from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.idioms import idioms


@pytest.mark.parametrize(
    ("language", "said", "found"),
    [
        ("en", "the 19 eighties or the 19 nineties", [range(1, 3), range(5, 7)]),
        ("en", "20 past 3 , 20 to 3", [range(2), range(4, 7)]),
        ("en", "20 to 30 , 5 to 10 , 20 to 5%", []),
        ("en", "Twenty O\u2019Clock , 20 O\u2019Clock", [range(3, 5)]),
        ("en", "1 oh 2 oh 3", [range(3), range(3, 5)]),
        ("en", "120 past", []),
        ("de", "um 3 Uhr 30 , 30 Uhr", [range(1, 4)]),
        ("fr", "15 heures et 20 , 40 heures", [range(4)]),
        ("xx", "20 past 3", []),
    ],
)
def test_numbers_of_an_idiom_are_found_with_its_words(language: str, said: str, found: list[range]) -> None:
    assert list(idioms(said.split(" "), language)) == found


@given(st.lists(st.sampled_from(["20", "3", "to", "past", "oh", "İ", ",", "5%"]), max_size=20))
def test_no_word_belongs_to_two_idioms(said: list[str]) -> None:
    places = [place for idiom in idioms(said, "en") for place in idiom]
    assert sorted(set(places)) == places
    assert set(places) <= set(range(len(said)))
