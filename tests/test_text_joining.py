from __future__ import annotations

import tomllib
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.joining import Mode, join
from dictated.text.language import SHIPPED
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).with_name("texts") / "joining.toml"

LANGUAGES = st.sampled_from([*SHIPPED, "zh", "xx"])

SPOKEN = st.lists(
    st.sampled_from(
        [
            "The",
            "because",
            "hello",
            "Peter",
            "a.",
            "and,",
            "“so”",
            '"',
            "what ?",
            "世界",
            "l'",
            "-",
            "…",
            "\n",
        ]
    ),
    max_size=8,
).map(" ".join)


def cases() -> Iterator[object]:
    for group in tomllib.loads(TABLE.read_text(encoding="utf-8"))["group"]:
        for before, text, typed in group["cases"]:
            name = f"{group['rule']}: {before!a} + {text!a}"
            yield pytest.param(before, text, group.get("mode", "smart"), group["language"], typed, id=name)


@pytest.mark.parametrize(("before", "text", "mode", "language", "typed"), list(cases()))
def test_a_text_is_joined_as_the_table_says(
    before: str, text: str, mode: Mode, language: str, typed: str
) -> None:
    assert join(before, text, mode, language) == typed


@given(st.text(), st.text(), LANGUAGES)
def test_with_joining_off_a_text_is_untouched(before: str, text: str, language: str) -> None:
    assert join(before, text, "none", language) == text


@given(st.lists(st.text(min_size=1)), LANGUAGES)
def test_joining_off_gives_the_same_whether_texts_come_singly_or_in_one(
    texts: list[str], language: str
) -> None:
    whole = ""
    for text in texts:
        whole += join(whole, text, "none", language)
    assert whole == join("", "".join(texts), "none", language)


@given(st.text(), st.text(), st.sampled_from(get_args(Mode)), LANGUAGES)
def test_any_text_can_be_joined_to_any_other(before: str, text: str, mode: Mode, language: str) -> None:
    assert len(join(before, text, mode, language)) <= 2 * len(text) + 1


def letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@given(st.text() | SPOKEN, st.text() | SPOKEN, LANGUAGES)
def test_no_word_is_lost_or_changed_but_for_its_capital(before: str, text: str, language: str) -> None:
    assert letters(join(before, text, "smart", language)) == letters(text)


@given(st.lists(SPOKEN.map(tidy)), LANGUAGES)
def test_joined_texts_have_no_two_spaces_side_by_side(texts: list[str], language: str) -> None:
    whole = ""
    for text in texts:
        whole += join(whole, text, "smart", language)
    assert "  " not in whole


@given(SPOKEN, LANGUAGES)
def test_what_was_joined_once_is_joined_to_the_same_again(text: str, language: str) -> None:
    once = join("", text, "smart", language)
    assert join("", once, "smart", language) == once


@given(st.text() | SPOKEN, st.text() | SPOKEN, LANGUAGES)
def test_joining_as_one_types_adds_no_line_break(before: str, text: str, language: str) -> None:
    assert join(before, text, "smart", language).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "piece", ["?", " ", '"', "“", ".", "a ", "«", "» ", "a.", "'", "a'", "…\n", "ก", "!?; "]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = process_time()
    join(text, text, "smart", "fr")
    assert process_time() - began < 2
