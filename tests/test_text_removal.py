from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.removal import left, removing

PATTERN = regex.compile(removing(r"\bum\b"), regex.IGNORECASE)

TEXTS = st.lists(
    st.sampled_from(["um", "Um", "so", "No", ",", ".", "?", " ", " ", "\n", "“", "”", "。", "猫"])
)


def without(text: str) -> str:
    return str(PATTERN.sub(lambda found: left(found, keeps_case=True), text))


@given(TEXTS.map("".join))
def test_nothing_of_the_phrase_is_left_and_of_the_other_words_nothing_goes(text: str) -> None:
    words = r"\w+"
    kept = [word.lower() for word in regex.findall(words, text) if word.lower() != "um"]
    assert regex.findall(words, without(text).lower()) == kept


@given(TEXTS.map("".join))
def test_lines_stay_lines(text: str) -> None:
    assert without(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Um, yes", "Yes"),
        ("UM, yes", "Yes"),
        ("um, yes", "yes"),
        ("Well, Um, yes", "Well, yes"),
        ("Um, iPhone", "iPhone"),
    ],
)
def test_the_capital_goes_over_to_the_word_behind_it_where_a_sentence_begins(text: str, becomes: str) -> None:
    assert without(text) == becomes


@pytest.mark.parametrize("piece", ["um, ", "“”", ". ", "a", ", um", ".”"])
def test_a_long_text_takes_no_time_to_speak_of(piece: str) -> None:
    began = time.process_time()
    without(piece * 5000 + "um")
    assert time.process_time() - began < 1
