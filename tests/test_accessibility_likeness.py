from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.accessibility.likeness import alike, as_long


@given(st.text())
def test_a_text_is_alike_itself(text: str) -> None:
    assert alike(text, text)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("hello there. how are you", "Hello there. How are you"),
        ('He said "no" - it\'s late', "He said “no” \u2013 it\u2019s late"),
        ("Wait... what", "Wait\u2026 what"),
        ("one two ", "one\u00a0two\u00a0"),
        ("I saw teh man there", "I saw the man there"),
    ],
)
def test_what_an_editor_improves_is_still_our_text(ours: str, theirs: str) -> None:
    assert alike(ours, theirs)


@pytest.mark.parametrize("theirs", ["", "Here", "Here I", "Somebody else is typing", "Here I am Here I am"])
def test_a_part_of_it_more_of_it_or_another_text_is_not(theirs: str) -> None:
    assert not alike("Here I am", theirs)


@pytest.mark.parametrize(("length", "expected"), [(79, False), (80, True), (100, True), (126, False)])
def test_a_length_may_differ_by_what_an_editor_mends(length: int, expected: object) -> None:
    assert as_long("a" * 100, length) is expected


@pytest.mark.parametrize("length", [100, 200])
def test_a_window_may_count_in_utf_16(length: int) -> None:
    assert as_long("🙂" * 100, length)
