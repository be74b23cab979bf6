"""Rules of what is a light edit of a text. The examples are data: tests/texts/cleanups.toml."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.refineconfig import Cleanup
from dictated.text.likeness import change

BOUND = Cleanup().most_change

with (Path(__file__).parent / "texts" / "cleanups.toml").open("rb") as file:
    EXAMPLES = tomllib.load(file)

TEXTS = st.lists(
    st.sampled_from(["not", "the", "cat", "on", "a", "mat,", "um", "Mat's", "25", "é", "猫"]), max_size=30
).map(" ".join)


@pytest.mark.parametrize(("before", "after"), EXAMPLES["light"])
def test_a_text_cleaned_up_is_a_light_edit(before: str, after: str) -> None:
    assert change(before, after) <= BOUND


@pytest.mark.parametrize(("before", "after"), EXAMPLES["other"])
def test_a_text_obeyed_answered_translated_or_told_anew_is_none(before: str, after: str) -> None:
    assert change(before, after) > BOUND


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "we can do that tomorrow at the latest i think",
            "We can't do that tomorrow at the latest, I think.",
        ),
        ("do not send it to anna", "Do send it to Anna."),
        ("ich komme morgen nicht nach hause", "Ich komme morgen nach Hause."),
    ],
)
def test_a_word_that_denies_is_no_light_thing(before: str, after: str) -> None:
    assert change(before, after) == 1


@given(TEXTS)
def test_a_text_that_stays_is_not_changed(text: str) -> None:
    assert change(text, text.upper() + ".") == 0


@given(st.text(), st.text())
def test_a_change_is_a_part_of_the_whole(before: str, after: str) -> None:
    assert 0 <= change(before, after) <= 1


@given(TEXTS, st.text(alphabet="xyz", min_size=8), st.integers(0, 30))
def test_a_new_word_is_a_change(text: str, word: str, place: int) -> None:
    words = text.split()
    assert change(text, " ".join([*words[:place], word, *words[place:]])) > 0


def test_the_longest_texts_are_compared_in_a_moment() -> None:
    began = time.process_time()
    change("word other " * 200, "another word " * 200)
    assert time.process_time() - began < 5
