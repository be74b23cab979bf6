"""Keysyms: the numbers X gives to what stands on a key, and the characters they mean."""

from __future__ import annotations

import sys

RETURN = 0xFF0D
"""The keysym of the key Enter, which a line break in a text stands for."""

_UNICODE = 0x01000000
"""Added to a code point above Latin-1 (X Window System Protocol, appendix A, "Unicode KEYSYMs")."""

_EURO = 0x20AC
"""EuroSign: the one currency keysym that layouts use; it equals its code point."""

_CODECS = {
    0x01: "iso8859-2",
    0x03: "iso8859-4",
    0x05: "iso8859-6",
    0x06: "koi8-u",
    0x07: "iso8859-7",
    0x0C: "iso8859-8",
    0x0D: "tis-620",
    0x13: "iso8859-15",
}
"""Older keysyms are a character set's number and a place in it; these sets Python knows as codecs."""

_FIRST = {0x07: 0xC1}
"""Where the letters of a set begin, if later than 0xA1: the accented Greek capitals are ordered otherwise."""

_SIGMA = {0x07D2: "\N{GREEK CAPITAL LETTER SIGMA}", 0x07F2: "\N{GREEK SMALL LETTER SIGMA}", 0x07F3: "ς"}
"""Greek sigma, too, is ordered otherwise than in ISO 8859-7."""


def keysym_of(char: str) -> int:
    """Return the keysym that means this character in every program: Latin-1 as it is, else Unicode."""
    if char == "\n":
        return RETURN
    code = ord(char)
    return code if _is_latin_1(code) else _UNICODE | code


def char_of(keysym: int) -> str | None:
    """Return the character a keysym means, or None for a dead key, a function key or one not known here."""
    if _is_latin_1(keysym) or keysym == _EURO:
        return chr(keysym)
    if keysym >> 24 == _UNICODE >> 24:
        code = keysym & 0xFFFFFF
        return chr(code) if code <= sys.maxunicode else None
    return _SIGMA.get(keysym) or _letter(keysym)


def _is_latin_1(code: int) -> bool:
    return 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF  # noqa: PLR2004  (the bounds of Latin-1's printable part)


def _letter(keysym: int) -> str | None:
    """Return the letter an older keysym means; what is no letter is not needed from a key."""
    character_set, place = keysym >> 8, keysym & 0xFF
    codec = _CODECS.get(character_set)
    if codec is None or place < _FIRST.get(character_set, 0xA1):
        return None
    char = bytes([place]).decode(codec, "replace")
    return char if char.isalpha() else None
