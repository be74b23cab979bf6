from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.x11.keysym import char_of, keysym_of


@given(st.characters(exclude_categories=("Cc", "Cs")))
def test_every_character_has_a_keysym_that_means_it(char: str) -> None:
    assert char_of(keysym_of(char)) == char


@pytest.mark.parametrize(
    ("keysym", "name"),
    [
        (0x20AC, "EURO SIGN"),
        (0x06D7, "CYRILLIC SMALL LETTER VE"),
        (0x06A3, "CYRILLIC SMALL LETTER IO"),
        (0x06B4, "CYRILLIC CAPITAL LETTER UKRAINIAN IE"),
        (0x07E1, "GREEK SMALL LETTER ALPHA"),
        (0x07F2, "GREEK SMALL LETTER SIGMA"),
        (0x07F3, "GREEK SMALL LETTER FINAL SIGMA"),
        (0x01EC, "LATIN SMALL LETTER E WITH CARON"),
        (0x13BD, "LATIN SMALL LIGATURE OE"),
    ],
)
def test_an_older_keysym_means_the_letter_of_its_name(keysym: int, name: str) -> None:
    import unicodedata  # noqa: PLC0415  (only here)

    assert unicodedata.name(char_of(keysym) or "") == name


@pytest.mark.parametrize("keysym", [0, 0xFE51, 0xFF0D, 0xFFE1, 0x06A1, 0x07B6, 0x01FFFFFF])
def test_a_dead_key_a_function_key_and_an_unsure_keysym_mean_no_character(keysym: int) -> None:
    assert char_of(keysym) is None
