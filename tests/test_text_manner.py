"""Rules of what is typed for a text: what is changed in it, and what of the user's own is not."""

from __future__ import annotations

import unicodedata
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.joining import Mode
from dictated.text.manner import Manner

LOOP = "for x in y:\n    print(x)\n\n"

MODES = st.sampled_from(get_args(Mode))


@pytest.mark.parametrize(
    ("manner", "before", "text", "typed"),
    [
        (Manner("none", enter=True), "", LOOP, LOOP),
        (Manner("smart", enter=True), "", LOOP, LOOP),
        (Manner("space", enter=True), "", LOOP, LOOP),
        (Manner("none"), "", LOOP, "for x in y: print(x)"),
        (Manner("none"), "", "a  =  1", "a  =  1"),
        (Manner("none"), "", "  a", "  a"),
        (Manner("none"), "", "\tif a:\tb", "    if a:   b"),
        (Manner("none"), "", "a\x1b[31m\u202eb\x00", "a[31mb"),
        (Manner("smart"), "", "rm -rf build", "rm -rf build"),
        (Manner("smart"), "Done.", "rm -rf build", " rm -rf build"),
        (Manner("smart"), "we know", "The end.", " The end."),
        (Manner("smart"), "ls", "-la", " -la"),
        (Manner("smart"), "ls", ".", " ."),
        (Manner("smart"), "ls", "  -la", "  -la"),
        (Manner("smart"), "see (", "rm", "rm"),
        (Manner("smart"), "I stayed", "because.", " because."),
        (Manner("smart", "fr"), "", "test -f x ; exit", "test -f x ; exit"),
        (Manner("smart", "fr"), "va", "; exit", " ; exit"),
        (Manner("smart", "zh"), "你好", "世界", "世界"),
        (Manner("space"), "", "a", "a "),
        (Manner("line", enter=True), "", "  a", "  a\n"),
        (Manner("smart"), "Hello.", "", ""),
    ],
)
def test_a_text_of_the_user_s_own_is_typed_as_it_stands(
    manner: Manner, before: str, text: str, typed: str
) -> None:
    assert manner.written(before, text, verbatim=True) == typed


@given(MODES, st.text(), st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs", "Lu"])))
def test_without_enter_a_text_of_the_user_s_own_types_no_line_break(
    mode: Mode, before: str, text: str
) -> None:
    typed = Manner("none" if mode == "line" else mode).written(before, text, verbatim=True)
    assert not [char for char in typed if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
