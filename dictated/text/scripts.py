"""Which scripts put no spaces between words."""

from __future__ import annotations

import regex

from dictated.text.marks import QUOTES

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\uff70\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""The letters of these scripts, for brackets in patterns of `regex`; the two by number are the long vowel of
Japanese, which Unicode counts to no script."""

_UNSPACED = regex.compile(rf"[{UNSPACED}\u3000-\u30ff\uff01-\uff65]")
"""Those, and the marks of Chinese and Japanese."""

_WIDE = regex.compile(r"[\u3001-\u3020\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]")
"""Marks of Chinese and Japanese: their space is inside them."""

_SHARED = "".join(char for char in QUOTES if not _WIDE.match(char)) + "‘’…—–%"  # noqa: RUF001 (the marks that these scripts share with others are meant)
"""Marks that have the script of the words beside them."""

_VARIED = "\u3099\u309a\ufe0e\ufe0f"
"""What changes the character before it (voiced sounds of kana, ways to show a sign)."""

_LOOKED_AT = 20
"""Characters on either side among which the script is looked for."""


def are_unspaced(before: str, text: str) -> bool:
    """Tell whether the scripts on both sides put no space between words; figures and marks are of either."""
    left = before[-_LOOKED_AT:].rstrip(_VARIED + _SHARED)[-1:]
    right = text[:_LOOKED_AT].lstrip(_SHARED)[:1]
    if _WIDE.match(left) or _WIDE.match(right):
        return True
    sides = [_UNSPACED.match(char) is not None for char in (left, right)]
    return all(sides) or (any(sides) and any(not char or char.isdecimal() for char in (left, right)))
