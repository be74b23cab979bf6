from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.evaluation import alignment
from dictated.evaluation.alignment import Kind, differences, distance

TEXTS = st.lists(st.sampled_from("abcd"), max_size=12)


def changed(said: list[str], heard: list[str]) -> list[str]:
    """What was said with the differences applied."""
    made = [[word] for word in [*said, ""]]
    for one in reversed(differences(said, heard)):
        if one.kind is Kind.INSERTION:
            made[one.at].insert(0, one.heard)
        else:
            made[one.at][-1] = one.heard
    return [word for words in made for word in words if word]


@pytest.mark.parametrize(
    ("said", "heard", "kinds"),
    [
        ("", "", ""),
        ("a b c", "a b c", ""),
        ("a b c", "a x c", "s"),
        ("a b c", "a c", "d"),
        ("a c", "a b c", "i"),
        ("", "a b", "ii"),
        ("a b", "", "dd"),
        ("ask not what", "as not", "sd"),
    ],
)
def test_each_difference_is_of_its_kind(said: str, heard: str, kinds: str) -> None:
    assert "".join(one.kind[0] for one in differences(said.split(), heard.split())) == kinds


def test_a_difference_says_where_it_is_and_both_words() -> None:
    (one,) = differences(["a", "b", "c"], ["a", "x", "c"])
    assert (one.at, one.said, one.heard) == (1, "b", "x")


@given(TEXTS)
def test_a_text_has_no_distance_from_itself(said: list[str]) -> None:
    assert distance(said, said) == 0


@given(TEXTS, TEXTS)
def test_the_distance_is_the_same_both_ways(said: list[str], heard: list[str]) -> None:
    assert distance(said, heard) == distance(heard, said)


@given(TEXTS, TEXTS, TEXTS)
def test_a_way_round_is_never_shorter(said: list[str], heard: list[str], third: list[str]) -> None:
    assert distance(said, heard) <= distance(said, third) + distance(third, heard)


@given(TEXTS, TEXTS)
def test_there_are_as_many_differences_as_the_distance_says(said: list[str], heard: list[str]) -> None:
    assert len(differences(said, heard)) == distance(said, heard)


@given(TEXTS, TEXTS)
def test_words_missing_and_words_added_make_up_for_the_length(said: list[str], heard: list[str]) -> None:
    kinds = Counter(one.kind for one in differences(said, heard))
    assert len(said) - kinds[Kind.DELETION] + kinds[Kind.INSERTION] == len(heard)


@given(TEXTS, TEXTS)
def test_the_differences_make_what_was_heard_of_what_was_said(said: list[str], heard: list[str]) -> None:
    assert changed(said, heard) == heard


@given(TEXTS, TEXTS)
def test_a_long_text_that_is_halved_has_as_few_differences(said: list[str], heard: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "CELLS", 4)
        assert (len(differences(said, heard)), changed(said, heard)) == (distance(said, heard), heard)
