from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.snippets import ORDERS, Snippets

TABLE = tomllib.loads((Path(__file__).parent / "texts/snippets.toml").read_text(encoding="utf-8"))
EXAMPLES = [(language, *row) for language, rows in TABLE["examples"].items() for row in rows]
LANGUAGE = st.sampled_from([*ORDERS, "pl"])


@pytest.mark.parametrize(("language", "said", "written"), EXAMPLES)
def test_a_snippet_is_written_where_it_is_all_that_is_said(language: str, said: str, written: str) -> None:
    assert Snippets(TABLE["snippets"], language).apply(said) == written


def test_a_text_that_calls_for_nothing_is_told_from_one_that_calls_for_itself() -> None:
    snippets = Snippets({"x": "insert x"}, "en")
    assert (snippets.called("insert x"), snippets.called("insert y")) == ("insert x", None)


@given(LANGUAGE, st.text())
def test_without_snippets_a_text_is_untouched(language: str, text: str) -> None:
    assert Snippets({}, language).apply(text) == text


@given(
    LANGUAGE, st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=4), st.text(max_size=20)
)
def test_whatever_is_said_it_stays_or_is_one_of_the_snippets(
    language: str, texts: dict[str, str], said: str
) -> None:
    assert Snippets(texts, language).apply(said) in {said, *texts.values()}
