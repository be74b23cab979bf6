"""Corrects words that are nearly an entry of `text.vocabulary`: "pipe wire", "Cubernetes".

Letters are compared without case, accents and spaces (insertions and deletions, as a share of both lengths:
`rapidfuzz.fuzz.ratio`). Left as they are: another form of an entry ("window" where "Windows" is one), what
differs in nothing but capitals and is short ("will", "mark") or ALL CAPITALS, and what is an entry already.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex

from dictated.text.casing import Case, capitalised, case_of
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_ENTRY = 5
"""Words; a longer entry is only told to engines."""

MOST_WORDS = 2500
"""Words of a text that are looked at; what comes after stays as it is. A quarter of an hour of speech."""

SHORTEST = 5
"""Letters an entry must have for words unlike it, or unlike in capitals only, to be corrected to it."""

_WORD = regex.compile(r"\w+(?:['\u2019.&]\w+)*")
_POSSESSIVE = regex.compile(r"['\u2019]s$", regex.IGNORECASE)
_GAP = frozenset({" ", "-"})
_ENDINGS = frozenset({"s", "es", "n", "en", "e", "er", "ers", "ed", "d", "r", "ing", "in"})
"""What makes another form of a word rather than another word, in the languages we know."""

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart into a letter and an accent."""


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    key: str
    words: int


@dataclass(frozen=True, slots=True)
class _Window:
    """Words side by side, from one character to another, without a possessive."""

    start: int
    end: int
    key: str
    words: int


class Vocabulary:
    """The entries, and how alike words must be to one."""

    def __init__(self, entries: Iterable[str], least: int) -> None:
        """Make the entries ready; `least` is in per cent, and 0 corrects nothing."""
        read = (tidy(entry) for entry in entries)
        known = [_Entry(text, plain(text), len(_WORD.findall(text))) for text in read]
        self._entries = [entry for entry in known if entry.key and entry.words <= LONGEST_ENTRY]
        self._texts = {entry.text for entry in self._entries}
        self._least = least

    def apply(self, text: str) -> str:
        """Return the text with its near misses corrected, the likest first; punctuation and 's stay."""
        if not self._least or not self._entries:
            return text
        pieces, at = [], 0
        for window, entry in sorted(self._hits(text), key=lambda hit: hit[0].start):
            pieces += [text[at : window.start], self._corrected(text[window.start : window.end], entry)]
            at = window.end
        return "".join([*pieces, text[at:]])

    def _hits(self, text: str) -> Iterator[tuple[_Window, _Entry]]:
        """Yield windows that do not overlap and the entry that each is, or is to be."""
        windows = list(_windows(text, 1 + max(entry.words for entry in self._entries)))
        taken: set[int] = set()
        for _, window, entry in sorted(self._scored(windows), key=_rank):
            place = range(window.start, window.end)
            if taken.isdisjoint(place):
                taken.update(place)
                yield window, entry

    def _scored(self, windows: list[_Window]) -> Iterator[tuple[float, _Window, _Entry]]:
        """Yield for each window the entry it is likest to, with how alike they are, where that is enough."""
        if not windows:
            return
        scores = self._likeness(windows)
        for window, best, score in zip(windows, scores.argmax(axis=1), scores.max(axis=1), strict=True):
            entry = self._entries[best]
            if score and not _is_form(window.key, entry.key):
                yield float(score), window, entry

    def _likeness(self, windows: list[_Window]) -> Any:
        """Return a row a window, a column an entry: per cent, or 0 for too little.

        Where the number of words differs too, half of what is missing to 100 is asked on top.
        """
        import numpy as np  # noqa: PLC0415 (only where near misses are corrected)
        from rapidfuzz import fuzz, process  # noqa: PLC0415 (the same)

        keys = [entry.key for entry in self._entries]
        scores = process.cdist([window.key for window in windows], keys, scorer=fuzz.ratio, dtype=np.float32)
        words = np.array([[window.words] for window in windows]) - [entry.words for entry in self._entries]
        needed = np.where(words, (self._least + 100) / 2, self._least)
        needed = np.where([len(key) < SHORTEST for key in keys], 100, needed)
        return np.where(scores >= needed, scores, 0)

    def _corrected(self, found: str, entry: _Entry) -> str:
        if found in self._texts:
            return found
        lower = entry.text == entry.text.lower()
        if found.casefold() == entry.text.casefold():
            inner = entry.text[1:] != entry.text[1:].lower()
            if case_of(found) is Case.ALL or (len(entry.key) < SHORTEST and not inner):
                return found
        return capitalised(entry.text) if lower and case_of(found) is Case.INITIAL else entry.text


def _rank(hit: tuple[float, _Window, _Entry]) -> tuple[float, int, int]:
    """The likest first, of these the longest, of these the first."""
    score, window, _ = hit
    return -score, -len(window.key), window.start


def _windows(text: str, most: int) -> Iterator[_Window]:
    """Yield every row of up to `most` words with nothing but a space or a hyphen between them."""
    spans = [found.span() for found, _ in zip(_WORD.finditer(text), range(MOST_WORDS), strict=False)]
    for first, (start, _) in enumerate(spans):
        for last in range(first, min(first + most, len(spans))):
            if last > first and text[spans[last - 1][1] : spans[last][0]] not in _GAP:
                break
            end = spans[last][1]
            word = text[start:end]
            word = word[: len(word) - len(ending[0])] if (ending := _POSSESSIVE.search(word)) else word
            yield _Window(start, start + len(word), plain(word), last - first + 1)


def _is_form(one: str, other: str) -> bool:
    """Whether one of two is the other with an ending."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and long[len(short) :] in _ENDINGS


def plain(text: str) -> str:
    """Return the letters and digits of a text alone: without case, accents and spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(char for char in parts if char.isalnum())
