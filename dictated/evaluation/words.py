"""What a text is compared by: its words, or its characters where a language puts no spaces between words."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

_SPACELESS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"})
"""Scripts written without spaces between words, as the names of their characters begin (Unicode)."""

_KEPT = frozenset("LMN")
"""Letters, marks and numbers (Unicode general categories): the rest has no sound."""


class Unit(StrEnum):
    """What errors are counted in."""

    WORDS = "words"
    CHARACTERS = "characters"


def unit(text: str) -> Unit:
    """Characters where most letters are of a script without spaces, else words."""
    letters = [char for char in text if char.isalpha()]
    spaceless = sum(unicodedata.name(char, "").split(" ")[0] in _SPACELESS for char in letters)
    return Unit.CHARACTERS if 2 * spaceless > len(letters) else Unit.WORDS


def units(text: str, of: Unit) -> list[str]:
    """Return what is compared."""
    return words(text) if of is Unit.WORDS else list("".join(words(text)))


def words(text: str) -> list[str]:
    """Return the words in one case and form (NFKC): hyphens and dashes part them, other signs are dropped.

    An apostrophe is dropped too, so "it's" is "its"; a number in figures is another word than in letters.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(map(_plain, folded))
    return unicodedata.normalize(
        "NFKC", plain
    ).split()  # a dropped sign may have parted a letter from its mark


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] in _KEPT:
        return char
    return " " if char.isspace() or category == "Pd" else ""
