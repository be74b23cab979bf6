"""What is done to an engine's text before anything else sees it."""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reorder what is shown (Unicode UAX #9): a text may not look other than it is."""

_UNWANTED = frozenset({"Cc", "Cs", "Co"})
"""Control characters, lone surrogates and private code points (Unicode general categories).

A code point is not unwanted for being unassigned: so are the emoji of any Unicode newer than the tables here.
"""


def tidy(text: str) -> str:
    """Return one line of printable text: white space collapsed, nothing that a terminal would obey.

    Every run of white space, line breaks and tabs among them, becomes one space; the ends have none.
    """
    kept = (" " if char.isspace() else char for char in text if char.isspace() or _wanted(char))
    return " ".join("".join(kept).split())


def tidy_lines(text: str) -> str:
    """Return the text with each of its lines tidied; empty ones at its beginning and end are left out."""
    return "\n".join(map(tidy, text.splitlines())).strip("\n")


def _wanted(char: str) -> bool:
    return (
        char not in _BIDI and unicodedata.category(char) not in _UNWANTED and not _is_noncharacter(ord(char))
    )


def _is_noncharacter(code: int) -> bool:
    """Whether it never means a character (The Unicode Standard, section 23.7)."""
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE  # noqa: PLR2004  (as it is written there)
