from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dictated.evaluation.words import Unit, unit, units, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Ask not, what!", ["ask", "not", "what"]),
        ("self-substantial fuel", ["self", "substantial", "fuel"]),
        ("one \N{EM DASH} two\N{EN DASH}three", ["one", "two", "three"]),
        ("it's  it\N{RIGHT SINGLE QUOTATION MARK}s\tits", ["its", "its", "its"]),
        ("STRASSE Stra\N{LATIN SMALL LETTER SHARP S}e", ["strasse", "strasse"]),
        ("cafe\N{COMBINING ACUTE ACCENT}", ["caf\N{LATIN SMALL LETTER E WITH ACUTE}"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("25 %", ["25"]),
    ],
)
def test_words_are_what_is_heard_not_how_it_is_written(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("hello", Unit.WORDS),
        ("", Unit.WORDS),
        ("今日はいい天気です", Unit.CHARACTERS),
        ("สวัสดีครับ", Unit.CHARACTERS),
        ("안녕하세요 여러분", Unit.WORDS),
        ("my Tokyo (東京) trip", Unit.WORDS),
    ],
)
def test_a_language_without_spaces_is_compared_by_characters(text: str, of: Unit) -> None:
    assert unit(text) is of


def test_characters_know_no_spaces() -> None:
    assert units("今日は、 いい。", Unit.CHARACTERS) == list("今日はいい")


@given(st.text())
@example("a'\N{COMBINING ACUTE ACCENT}")
def test_what_is_compared_is_the_same_when_it_is_compared_again(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)
