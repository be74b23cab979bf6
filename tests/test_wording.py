from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.wording import tidy, tidy_lines


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("Hello, world.", "Hello, world."),
        ("  two   words \n", "two words"),
        ("one\ntwo\r\nthree\tfour", "one two three four"),
        ("rm -rf ~\n", "rm -rf ~"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\x00b\x07c\x7f", "abc"),
        ("\u202egnp.exe", "gnp.exe"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("é ß я 你 🙂 “quoted” …", "é ß я 你 🙂 “quoted” …"),
        ("🩷 \U0001fae8 \U0001fae9 \u2fff", "🩷 \U0001fae8 \U0001fae9 \u2fff"),
        ("a\ufdd0b\ufdefc\ufffed\uffffe\U0010ffffe", "abcdee"),
        ("\ufdcf\ufdf0\ufffd", "\ufdcf\ufdf0\ufffd"),
        ("\ue000a\U000f0000", "a"),
        ("e\u0301 👩\u200d💻", "e\u0301 👩\u200d💻"),
        ("\u2028line\u2029paragraph\u0085next", "line paragraph next"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_line_of_what_can_be_read(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@given(st.text())
def test_no_control_character_is_left_whatever_comes_in(text: str) -> None:
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} for char in tidy(text))


@given(st.text())
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [("a", "a"), ("a\nb", "a\nb"), ("\n a \t b\r\n\n c \n\n", "a b\n\nc"), ("\n\n", ""), ("a\x1bb", "ab")],
)
def test_lines_are_tidied_one_by_one(text: str, lines: str) -> None:
    assert tidy_lines(text) == lines


@given(st.text())
def test_each_of_the_lines_is_a_tidied_text(text: str) -> None:
    lines = tidy_lines(text).split("\n")
    assert lines == [tidy(line) for line in lines]
