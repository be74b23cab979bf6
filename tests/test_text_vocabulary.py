from __future__ import annotations

import tomllib
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.vocabulary import MOST_WORDS, Vocabulary

TABLE = tomllib.loads((Path(__file__).parent / "texts/vocabulary.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("entries", "least", "text", "becomes"), TABLE["examples"])
def test_what_is_like_enough_to_an_entry_becomes_it(
    entries: list[str], least: int, text: str, becomes: str
) -> None:
    assert Vocabulary(entries, least).apply(text) == becomes


@given(st.lists(st.text(max_size=12), max_size=5), st.text())
def test_at_nought_a_text_is_untouched(entries: list[str], text: str) -> None:
    assert Vocabulary(entries, 0).apply(text) == text


@given(st.text())
def test_without_entries_a_text_is_untouched(text: str) -> None:
    assert Vocabulary([], 90).apply(text) == text


@given(
    st.lists(st.one_of(st.text(max_size=12), st.text("ab -'s", max_size=12)), max_size=5),
    st.integers(0, 100),
    st.one_of(st.text(max_size=100), st.text("ab -'s.\n", max_size=100)),
)
def test_whatever_the_entries_and_the_text_words_are_put_for_words(
    entries: list[str], least: int, text: str
) -> None:
    vocabulary = Vocabulary(entries, least)
    longest = max(map(len, entries), default=0)
    assert len(vocabulary.apply(text)) <= len(text) * (longest + 1)


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9})?", fullmatch=True), min_size=1, max_size=5))
def test_what_is_an_entry_is_never_changed(entries: list[str]) -> None:
    text = ", ".join(entries)
    assert Vocabulary(entries, 50).apply(text) == text


@pytest.mark.parametrize("word", ["cubernetes ", "kubernetes "])
def test_what_comes_after_the_most_words_stays(word: str) -> None:
    text = word * (MOST_WORDS + 1)
    assert Vocabulary(["Kubernetes"], 90).apply(text) == "Kubernetes " * MOST_WORDS + word


def test_two_hundred_entries_in_two_thousand_words_take_no_time_to_speak_of() -> None:
    entries = [f"name{number} of somebody{number}" for number in range(200)]
    text = " ".join(f"word{number}" for number in range(2000))
    began = monotonic()
    Vocabulary(entries, 1).apply(text)
    assert monotonic() - began < 5
