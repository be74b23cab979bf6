"""Rules of the search: every word counts, the last may be begun; accents, case and marks do not count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.errors import DictatedError
from dictated.wordindex import CLOSES, MOST_PHRASES, OPENS, phrases, search


def shown(text: str, *wanted: str) -> str:
    """Return the text with its matches in brackets, "" where it is not found."""
    return search([(1, text)], wanted, 1).get(1, "").replace(OPENS, "[").replace(CLOSES, "]")


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("Bon été à tous", ["ete"], "Bon [été] à tous"),
        ("Bon ete", ["ÉTÉ"], "Bon [ete]"),
        ("Bon e\u0301te\u0301.", ["été"], "Bon [e\u0301te\u0301]."),
        ("the new bridge", ["bridge", "the"], "[the] new [bridge]"),
        ("the new bridge", ["bridge", "old"], ""),
        ("the new bridge", ["bri"], "the new [bridge]"),
        ("the new bridge", ["bri", "new"], ""),
        ("the new bridge", ["new bridge"], "the [new bridge]"),
        ("the new bridge", ["the bridge"], ""),
        ("the new bridge", ['"new bri"'], "the [new bridge]"),
        ("the new bridge", ['the "new bridge" '], "[the] [new bridge]"),
        ("the new bridge", ['"new bridge'], "the [new bridge]"),
        ('say "good" morning', ["good morning"], 'say "[good" morning]'),
        ("it's fine", ["it's"], "[it's] fine"),
        ("a AND b", ["AND"], "a [AND] b"),
        ("a b", ["a OR c"], ""),
        ("a b", ["NEAR(a b)"], ""),
        ("a b", ["text:a"], ""),
        ("a b", ["a*"], "[a] b"),
        ("a b", ["^b"], "a [b]"),
        ("a b", ["?!", "a"], "[a] b"),
        ("a b", ["a", "?!"], "[a] b"),
        ("a b", ["?!"], ""),
        ("a b", [""], ""),
        ("a b", ["a\0b"], "[a b]"),
        ("a b", ["a\udc80"], "[a] b"),
        ("two\nlines", ["two lines"], "[two lines]"),
        ("x\x02y\x03z", ["y"], "x [y] z"),
        ("明天会议在三点", ["会议"], "明天[会议]在三点"),
        ("明天会议在三点", ["议会"], ""),
        ("明天会议在三点", ["三点", "明天"], "[明天]会议在[三点]"),
        ("iPhone会议", ["iphone"], "[iPhone]会议"),
        ("コーヒーを飲む", ["コーヒー"], "[コーヒー]を飲む"),
        ("회의를 했다", ["회의", "했다"], "[회의]를 [했다]"),
        ("สวัสดีครับ", ["สดี"], "สวั[สดี]ครับ"),
        ("नमस्ते दुनिया", ["दुनिया", "नमस्ते"], "[नमस्ते] [दुनिया]"),
        ("Привет, мир", ["МИР"], "Привет, [мир]"),
    ],
)
def test_a_text_is_found_by_its_words(text: str, wanted: list[str], found: str) -> None:
    assert shown(text, *wanted) == found


def test_the_last_texts_are_returned_oldest_first() -> None:
    assert list(search([(7, "a"), (8, "b"), (9, "a"), (12, "a")], ["a"], 2)) == [9, 12]


def test_of_too_many_words_the_last_count() -> None:
    assert phrases(["x"] * 1000 + ["y"]) == ["x"] * (MOST_PHRASES - 1) + ["y"]


anything = st.text(st.one_of(st.characters(), st.sampled_from('"*^:+-(){}\\\0 会é')), max_size=20)


@settings(max_examples=300)
@given(st.lists(anything, min_size=1, max_size=6), anything)
def test_nothing_one_can_ask_for_is_an_error(wanted: list[str], text: str) -> None:
    assert set(search([(1, text), (2, "a")], wanted, 1)) <= {1, 2}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_but_for_the_marks_a_text_comes_back_as_it_was(text: str) -> None:
    found = search([(1, f"word {text}")], ["word"], 1)[1]
    assert found.replace(OPENS, "").replace(CLOSES, "") == f"word {text}"


def test_without_full_text_search_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dictated.wordindex._CREATE", "CREATE VIRTUAL TABLE texts USING no_such (text)")
    with pytest.raises(DictatedError, match=r"\Athe SQLite of this Python has no full-text search[^\n]+\Z"):
        search([(1, "a")], ["a"], 1)
