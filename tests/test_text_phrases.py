from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.language import language
from dictated.text.phrases import Phrases, problems
from dictated.text.speech import speech
from dictated.textconfig import Commands
from dictated.wording import tidy

ENGLISH = language("en")


def found(text: str, settings: Commands) -> list[str]:
    said = speech(text)
    return [said.between(one.first, one.end) for one in Phrases(settings, ENGLISH).find(said)]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("All caps, END ALL CAPS.", ["All caps", "END ALL CAPS"]),
        ("new New Line", ["New Line"]),
        ("new. line", []),
        ("literal new line", ["literal new line"]),
        ("literal words", []),
        ("new", []),
        ("comma", []),
        ("", []),
    ],
)
def test_the_longest_phrase_is_found_with_or_without_marks_around_it(text: str, phrases: list[str]) -> None:
    assert found(text, Commands(enter=True)) == phrases


def test_a_phrase_that_is_longer_than_what_is_left_is_not_found() -> None:
    settings = Commands(words={"en": {"dot": ".", "dot now": "!"}})
    assert found("dot", settings) == ["dot"]


def test_an_action_that_does_not_exist_is_told_with_its_place() -> None:
    (line,) = problems({"en": {"hop": "@jump"}})
    assert line.startswith('text.commands.words.en."hop": no such action; there are @caps-off, ')


def test_a_phrase_without_words_is_told() -> None:
    assert list(problems({"en": {"?!": "x"}})) == [
        'text.commands.words.en."?!": has no word that can be said'
    ]


@pytest.mark.parametrize(
    ("code", "told"), [("eng", "en"), ("ger", "de"), ("English", "en"), ("en-US", "en"), ("", "en")]
)
def test_a_language_that_is_called_otherwise_is_told(code: str, told: str) -> None:
    assert list(problems({code: {"hop": "x"}})) == [
        f'text.commands.words.{code}: is no code of text.language, such as "{told}"'
    ]


@pytest.mark.parametrize("code", ["en", "pl", "haw"])
def test_a_language_may_be_one_that_has_no_table(code: str) -> None:
    assert not list(problems({code: {"hop": "x"}}))


def test_texts_actions_and_what_is_taken_away_are_no_problems() -> None:
    assert not list(problems({"en": {"a": "@undo", "b": "x", "c": "", "at sign": "@"}}))


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), st.text())))
def test_a_problem_is_one_line_whatever_the_configuration_holds(words: dict[str, dict[str, str]]) -> None:
    assert all(line == tidy(line) for line in problems(words))
