"""A text as the words that were spoken and the gaps between them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import regex

from dictated.text.marks import MARKS

_WORD = regex.compile(r"\w++(?:['\u2019]\w++)*+|[^\s" + regex.escape("".join(sorted(MARKS))) + "]")
"""A word, or a sign that is no mark ("$", an emoji)."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A text, its words as they are compared, and where in it they stand (first character, and the next)."""

    text: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    spans: tuple[tuple[int, int], ...]

    def gap(self, index: int) -> str:
        """Return what stands before the word of this index; for the number of words, what ends the text."""
        start = self.spans[index - 1][1] if index else 0
        end = self.spans[index][0] if index < len(self.spans) else len(self.text)
        return self.text[start:end]

    def between(self, first: int, end: int) -> str:
        """Return the text from the first word up to, without, the word `end`; there is at least one."""
        return self.text[self.spans[first][0] : self.spans[end - 1][1]]


def speech(text: str) -> Speech:
    """Take a text apart; words are compared without case, and whatever apostrophe is used."""
    spans = tuple(found.span() for found in _WORD.finditer(text))
    return Speech(text, tuple(compared(text[start:end]) for start, end in spans), spans)


def compared(word: str) -> str:
    """Return a word as it is compared: two spellings of one word are equal."""
    return unicodedata.normalize("NFC", word).casefold().replace("’", "'")  # noqa: RUF001 (the same)
