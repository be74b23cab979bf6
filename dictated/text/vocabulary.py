"""Corrects words that are nearly an entry of `text.vocabulary`: "pipe wire", "Cubernetes".

Letters are compared without case, accents and spaces (insertions and deletions, as a share of both lengths:
`rapidfuzz.fuzz.ratio`). Left as they are: an entry with more before or behind it ("pipewires", "l'amour") or
without its ending ("window" where "Windows" is one), what differs in nothing but capitals and is short
("will", "mark") or ALL CAPITALS, and what is an entry already. Nothing else is meant for a short entry with a
mark at its edge (".NET"), nor for one in a script without spaces, or in Korean, where endings stand close.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import regex

from dictated.text.casing import Case, capitalised, case_of
from dictated.text.scripts import UNSPACED
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_ENTRY = 5
"""Words; a longer entry is only told to engines."""

MOST_WORDS = 2500
"""Words of a text that are looked at; what comes after stays as it is. A quarter of an hour of speech."""

SHORTEST = 5
"""Letters an entry must have for words unlike it, or unlike in capitals only, to be corrected to it."""

_LETTER = rf"[\w--[{UNSPACED}\p{{Hangul}}]]"
_WORD = regex.compile(rf"(?V1){_LETTER}+(?:['\u2019.&]{_LETTER}+)*")
_POSSESSIVE = regex.compile(r"['\u2019]s$", regex.IGNORECASE)
_GAP = frozenset({" ", "-"})
_ENDINGS = frozenset({"s", "es", "n", "en", "e", "er", "ers", "ed", "d", "r", "ing", "in"})
"""What a word may lack to be another form of an entry rather than another word, in the languages we know."""

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart into a letter and an accent."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry, and the marks that stand before its first letter and behind its last."""

    text: str
    key: str
    words: int
    lead: str
    tail: str

    @property
    def may_be_missed(self) -> bool:
        """Whether anything but itself may be meant for it."""
        bare = self.text[len(self.lead) : len(self.text) - len(self.tail)]
        if regex.search(rf"(?V1)[{UNSPACED}\p{{Hangul}}]", bare):
            return False
        return len(self.key) >= SHORTEST or bare == self.text


@dataclass(frozen=True, slots=True)
class _Window:
    """Words side by side, from one character to another, without a possessive."""

    start: int
    end: int
    key: str
    words: int


@dataclass(frozen=True, slots=True)
class _Hit:
    """A place in a text and what is to stand there; of those that overlap the likest counts."""

    start: int
    end: int
    becomes: str
    score: float

    @property
    def rank(self) -> tuple[float, int, int]:
        """The likest first, of these the longest, of these the first."""
        return -self.score, self.start - self.end, self.start


class Vocabulary:
    """The entries, and how alike words must be to one."""

    def __init__(self, entries: Iterable[str], least: int) -> None:
        """Make the entries ready; `least` is in per cent, and 0 corrects nothing."""
        read = (_entry(tidy(entry)) for entry in entries)
        known = [entry for entry in read if entry.key and entry.words <= LONGEST_ENTRY]
        self._by_text = {entry.text.casefold(): entry for entry in known}
        self._texts = {entry.text for entry in known}
        self._literal = _literal(self._texts)
        self._entries = [entry for entry in known if entry.may_be_missed]
        self._least = least

    def apply(self, text: str) -> str:
        """Return the text with its near misses corrected, the likest first; punctuation and 's stay."""
        if not self._least or not self._texts:
            return text
        pieces, at = [], 0
        for hit in sorted(self._hits(text), key=lambda hit: hit.start):
            pieces += [text[at : hit.start], hit.becomes]
            at = hit.end
        return "".join([*pieces, text[at:]])

    def _hits(self, text: str) -> Iterator[_Hit]:
        """Yield the places that do not overlap."""
        taken: set[int] = set()
        for hit in sorted([*self._written(text), *self._meant(text)], key=lambda hit: hit.rank):
            place = range(hit.start, hit.end)
            if taken.isdisjoint(place):
                taken.update(place)
                yield hit

    def _written(self, text: str) -> Iterator[_Hit]:
        """Yield the places where an entry stands, marks and all."""
        spans = _spans(text)
        end = spans[-1][1] if len(spans) == MOST_WORDS else len(text)
        for found in self._literal.finditer(text, 0, end):
            if entry := self._by_text.get(found[0].casefold()):
                yield _Hit(found.start(), found.end(), self._corrected(found[0], entry), 100)

    def _meant(self, text: str) -> Iterator[_Hit]:
        """Yield the places that are like enough to an entry; where it is a form of one, it becomes itself."""
        windows = list(_windows(text, 1 + max((entry.words for entry in self._entries), default=0)))
        if not windows or not self._entries:
            return
        scores = self._likeness(windows)
        for window, best, score in zip(windows, scores.argmax(axis=1), scores.max(axis=1), strict=True):
            if score:
                yield self._meaning(text, window, self._entries[best], float(score))

    def _meaning(self, text: str, window: _Window, entry: _Entry, score: float) -> _Hit:
        """Return what a place becomes; the entry's own marks, where they stand beside it, are part of it."""
        start, end = window.start, window.end
        if _is_form(window.key, entry.key):
            return _Hit(start, end, text[start:end], score)
        becomes = self._corrected(text[start:end], entry)
        start -= len(entry.lead) if text.endswith(entry.lead, 0, start) else 0
        end += len(entry.tail) if text.startswith(entry.tail, end) else 0
        return _Hit(start, end, becomes, score)

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


def _entry(text: str) -> _Entry:
    marks = regex.fullmatch(r"(\W*)(?:.*\w)?(\W*)", text)
    lead, tail = marks.groups() if marks else ("", "")
    return _Entry(text, plain(text), len(_WORD.findall(text)), lead, tail)


def _literal(texts: Iterable[str]) -> Any:
    """Return a pattern for any of the texts in any case, the longest first, inside no word."""
    either = "|".join(map(regex.escape, sorted(texts, key=len, reverse=True)))
    source = rf"(?V1)(?<!{_LETTER}['\u2019.&]?)(?:{either})(?!['\u2019.&]?(?<!['\u2019](?=s\b)){_LETTER})"
    return regex.compile(source, regex.IGNORECASE)


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the words stand that are looked at."""
    return [found.span() for found in islice(_WORD.finditer(text), MOST_WORDS)]


def _windows(text: str, most: int) -> Iterator[_Window]:
    """Yield every row of up to `most` words with nothing but a space or a hyphen between them."""
    spans = _spans(text)
    for first, (start, _) in enumerate(spans):
        for last in range(first, min(first + most, len(spans))):
            if last > first and text[spans[last - 1][1] : spans[last][0]] not in _GAP:
                break
            end = spans[last][1]
            word = text[start:end]
            word = word[: len(word) - len(ending[0])] if (ending := _POSSESSIVE.search(word)) else word
            yield _Window(start, start + len(word), plain(word), last - first + 1)


def _is_form(found: str, entry: str) -> bool:
    """Whether a word is an entry with more before or behind it, or without its ending."""
    if found == entry:
        return False
    lacks = entry.startswith(found) and entry[len(found) :] in _ENDINGS
    return lacks or found.startswith(entry) or found.endswith(entry)


def plain(text: str) -> str:
    """Return the letters and digits of a text alone: without case, accents and spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(char for char in parts if char.isalnum())
