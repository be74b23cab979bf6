from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.numbers import LANGUAGES, LONGEST, Numbers
from dictated.text.units import UNITS

TABLE = tomllib.loads((Path(__file__).parent / "texts/numbers.toml").read_text(encoding="utf-8"))
EXAMPLES = [(language, *row) for language, rows in TABLE["examples"].items() for row in rows]
WORDS = [
    "one",
    "twenty",
    "hundred",
    "a",
    "percent",
    "point",
    "million",
    "5",
    "3.5",
    ",",
    ".",
    "and",
    "so",
    "per",
]


@pytest.mark.parametrize(("language", "text", "becomes"), EXAMPLES)
def test_numbers_are_written_in_figures_where_it_is_sure(language: str, text: str, becomes: str) -> None:
    assert Numbers(language).apply(text) == becomes


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_text2num_knows_each_language_we_say_it_knows(language: str) -> None:
    assert Numbers(language).apply("so, 5 °C") == "so, 5 °C"


@pytest.mark.parametrize("language", sorted(UNITS))
def test_each_unit_stands_behind_figures_as_its_sign(language: str) -> None:
    for unit, sign in UNITS[language].items():
        assert Numbers(language).apply(f"25 {' '.join(unit)}!") == f"25 {sign}!"


@given(st.sampled_from(sorted(LANGUAGES)), st.text())
def test_whatever_the_text_there_is_an_answer(language: str, text: str) -> None:
    assert isinstance(Numbers(language).apply(text), str)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_what_was_written_in_figures_stays_so(text: str) -> None:
    written = Numbers("en").apply(text)
    assert Numbers("en").apply(written) == written


@given(st.text("abcdefgh .,!'\n", max_size=60))
def test_a_text_without_numbers_is_untouched(text: str) -> None:
    assert Numbers("en").apply(text) == text


def test_a_text_beyond_the_bound_stays_as_it_is() -> None:
    text = "twenty, " * LONGEST
    assert Numbers("en").apply(text) == text


def test_text2num_is_imported_only_where_a_number_is_read() -> None:
    code = (
        "import sys; from dictated.text.numbers import Numbers; n = Numbers('en');"
        " print('text_to_num' in sys.modules, n.apply('twenty'))"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out == "False 20\n"
