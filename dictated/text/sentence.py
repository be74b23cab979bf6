"""Where a sentence ends or goes on, and the capital that its next word asks for."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import regex

from dictated.text.marks import ENDS, PAUSES, QUOTES, is_quoting
from dictated.text.speech import compared

if TYPE_CHECKING:
    from dictated.text.language import Language

_CLOSERS = "".join(QUOTES) + "'’ \u00a0\u202f"  # noqa: RUF001 (the apostrophe that printers use)

_COLONS = ":："  # noqa: RUF001 (the one of Chinese and Japanese is meant)

_OPENERS = "“„«‹‘‚([{¿¡"  # noqa: RUF001 (quotation marks are meant)

_FIRST = regex.compile(
    r"["
    + regex.escape("".join(sorted(QUOTES)))
    + r"\s]*+([\p{L}\p{M}]++(?:['\u2019]\p{L}++)*+)(?![\w@.]*[\w@])(?:\s++(\p{L}))?"
)
"""The first word, and the first letter of the second; no address, and nothing with figures in it."""

_LAST = regex.compile(r"((?:[\w'\u2019]++\s++)?)(?<![^\s\p{Pi}\p{Ps}\"])([\w'\u2019]++)(?:[.,…]++)\Z")
"""The last two words, and the marks behind them that are left off; no part of a word ("dit-il.")."""

_LOOKED_AT = 200
"""Characters from the end of a text in which its last two words are looked for."""


class Place(Enum):
    """What a word would be that is written next."""

    FIRST = auto()  # of a sentence
    INSIDE = auto()  # of a sentence
    UNKNOWN = auto()


def place(before: str) -> Place:
    """Tell what the next word is, from what stands before it; nothing is the beginning of a sentence."""
    text = before.rstrip()
    space = before[len(text) :]
    if not text or "\n\n" in space:
        return Place.FIRST
    last = text.rstrip(_CLOSERS)[-1:]
    if text.endswith(("...", "…")):
        return Place.UNKNOWN
    if last in ENDS:
        return Place.FIRST
    if "\n" in space or last in _COLONS or not (last.isalnum() or last in PAUSES):
        return Place.UNKNOWN
    return Place.UNKNOWN if text[-1] in _OPENERS or (text[-1] == '"' and is_quoting(text)) else Place.INSIDE


def fitted(text: str, where: Place, language: Language) -> str:
    """Return the text with the first letter that its place asks for, where that is sure."""
    found = _FIRST.match(text)
    if found is None or where is Place.UNKNOWN:
        return text
    word: str = found[1]
    at: int = found.start(1)
    if where is Place.FIRST:
        return text[:at] + _capital(word) + text[at + 1 :]
    if word != word[:1].upper() + word[1:].lower() or _plain(word) not in language.common:
        return text
    if _plain(word) in language.name_begins and (found[2] or "").isupper():
        return text
    return text[:at] + word[0].lower() + text[at + 1 :]


def goes_on(text: str, language: Language) -> str:
    """Return the text without the full stop, dots or comma behind a word that ends no sentence."""
    found = _LAST.search(text, max(0, len(text) - _LOOKED_AT))
    if found is None:
        return text
    pair, word = _plain(found[1] + found[2]), found[2]
    if language.unending.isdisjoint({pair, _plain(word)}) or pair in language.ending:
        return text
    # "vitamin A." ends, and so does a name
    if found.start(2) and not (word.islower() or "'" in _plain(word)):
        return text
    end: int = found.end(2)
    return text[:end]


def _capital(word: str) -> str:
    """Return the word's first letter as a capital, or as it is where the word has capitals of its own."""
    capital = word[0].title()
    return capital if word.islower() and len(capital) == 1 else word[0]


def _plain(words: str) -> str:
    return " ".join(compared(words).split())
