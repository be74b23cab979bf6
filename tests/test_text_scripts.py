from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.scripts import are_unspaced


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("你好", "世界"),
        ("你好”", "\uff08世界"),
        ("world", "\uff0c你好"),
        ("2026", "年"),
        ("50%", "です"),
        ("が\ufe0f", "好き"),
        ("你", "“"),
    ],
)
def test_words_of_scripts_without_spaces_stand_close_whatever_marks_are_between(
    before: str, text: str
) -> None:
    assert are_unspaced(before, text)


@pytest.mark.parametrize(
    ("before", "text"),
    [("你好", "world"), ("world…", "你好"), ("5", "6"), ("你好,", "世界"), ("여러", "분"), ("“", "”")],
)
def test_others_have_a_space_between(before: str, text: str) -> None:
    assert not are_unspaced(before, text)


@given(st.text(), st.text())
def test_the_scripts_of_any_two_texts_can_be_told(before: str, text: str) -> None:
    assert are_unspaced(before, text) in {True, False}
