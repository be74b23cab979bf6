from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dictated.text.language import SHIPPED, Language, language
from dictated.text.phrases import problems
from dictated.text.speech import compared, speech


@pytest.mark.parametrize("code", SHIPPED)
def test_every_phrase_of_a_table_can_be_said_and_does_something(code: str) -> None:
    known = language(code)
    assert not list(problems({code: {**known.commands, **known.punctuation}}))


@pytest.mark.parametrize("code", SHIPPED)
def test_no_phrase_stands_in_a_table_twice(code: str) -> None:
    known = language(code)
    phrases = [speech(phrase).words for phrase in [*known.commands, *known.punctuation]]
    assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize("code", SHIPPED)
def test_a_table_covers_every_action(code: str) -> None:
    asked = set(language("en").commands.values())
    assert set(language(code).commands.values()) == asked


def test_words_are_kept_as_they_are_compared() -> None:
    assert compared("Heißt") in language("de").tied_before


@pytest.mark.parametrize("code", SHIPPED)
def test_an_exception_ends_with_a_word_that_ends_no_sentence(code: str) -> None:
    known = language(code)
    lasts = {pair.split()[-1] for pair in known.ending}
    assert lasts <= known.unending


@pytest.mark.parametrize("code", SHIPPED)
def test_an_article_of_two_words_ends_with_the_first_of_a_mark(code: str) -> None:
    known = language(code)
    seconds = {pair.split()[1] for pair in known.articles if " " in pair}
    assert seconds <= {speech(phrase).words[0] for phrase in known.punctuation}


def test_a_language_without_a_table_is_empty() -> None:
    assert language("xx") == Language("xx")


def test_the_wheel_carries_the_tables(tmp_path: Path) -> None:
    top = Path(__file__).parents[1]
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=top, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"dictated/text/languages/{code}.toml" for code in SHIPPED} <= set(names)
