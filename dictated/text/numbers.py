"""Writes numbers that are spoken as words in figures, with per cent and units: "25 %", where it is sure.

Words are kept where figures may be wrong or ugly: numbers up to twelve in prose, ordinals ("the twenty second
pause"), "a hundred", round millions, a lone "hundred", "eighteen hundreds", times and other idioms, and
numbers side by side ("three thirty"), but for years ("nineteen ninety five") and three or more figures read
out ("one zero three").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex

from dictated.text.idioms import idioms
from dictated.text.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LANGUAGES = frozenset({"da", "de", "en", "es", "fr", "it", "nl", "pt"})
"""What text2num 3.1 knows (ISO 639)."""

MOST_IN_WORDS = 12
"""A number up to this stays a word, unless a unit or a decimal point makes it a measure."""

LONGEST = 20_000
"""Characters; a longer text stays as it is."""

_ROUND = 1_000_000

_SCALES = (100, 1000)
"""One such word alone is as often "many" as a number: "thousands of them"."""

_ARTICLES = frozenset(
    {"ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno", "een", "um", "uma", "en"}
)
"""Words for one that are seldom a number: "un euro"."""

_PLURALS = frozenset({"hundreds", "thousands"})
"""A number that ends so is a time, or "many"."""

_NAMES = frozenset({"sign", "signs"})
"""Behind a unit: it is spoken of, or a command."""

_CENTURIES = range(17, 21)
"""English years as they are spoken: "twenty twenty six"; earlier ones sound like times of day."""

_TOKEN = regex.compile(r"\w+(?:['\u2019.,\-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or a mark, in the form text2num reads it, and where it stands."""

    word: str
    start: int
    end: int

    def text(self) -> str:
        return self.word

    def nt_separated(self, _previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in words: the tokens from `first` to before `end`, and its figures."""

    first: int
    end: int
    value: float
    figures: str


class Numbers:
    """Numbers and units of one language."""

    def __init__(self, language: str) -> None:
        """Make ready for a language (ISO 639); of one text2num does not know no number is read."""
        self._language = language
        self._units = UNITS.get(language, {})
        self._longest = max((len(unit) for unit in self._units), default=0)

    def apply(self, text: str) -> str:
        """Return the text with figures for numbers in words, and signs for the units behind figures.

        Raises:
            ModuleNotFoundError: text2num is not installed.
        """
        if self._language not in LANGUAGES or len(text) > LONGEST:
            return text
        tokens = [_Token(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
        pieces, at = [], 0
        for start, end, written in self._changes(tokens):
            pieces += [text[at:start], written]
            at = end
        return "".join([*pieces, text[at:]])

    def _changes(self, tokens: Sequence[_Token]) -> Iterator[tuple[int, int, str]]:
        """Yield what is to stand from one character to another, in the order of the text."""
        numbers = {number.first: number for number in self._numbers(tokens)}
        at = 0
        while at < len(tokens):
            number = numbers.get(at)
            end = number.end if number else at + 1
            size, sign = self._unit(tokens, end)
            figures = number.figures if number else tokens[at].word
            measured = bool(size) and figures.replace(".", "").replace(",", "").isdecimal()
            measured = measured and (sign == "%" or tokens[at].word.lower() not in _ARTICLES)
            if measured:
                yield tokens[at].start, tokens[end + size - 1].end, f"{figures} {sign}"
            elif number and _is_sure(number):
                yield tokens[at].start, tokens[end - 1].end, figures
            at = end + size if measured else end

    def _unit(self, tokens: Sequence[_Token], at: int) -> tuple[int, str]:
        """Return how many tokens from `at` on are a unit, and its sign."""
        for size in range(self._longest, 0, -1):
            words = tuple(token.word.lower() for token in tokens[at : at + size])
            named = any(token.word.lower() in _NAMES for token in tokens[at + size : at + size + 1])
            if words in self._units and not named:
                return len(words), self._units[words]
        return 0, ""

    def _numbers(self, tokens: Sequence[_Token]) -> Iterator[_Number]:
        """Yield the cardinal numbers that stand apart from other numbers, years and rows of figures whole."""
        words: list[str] = []
        rows = {}  # by the index in `words` at which each stands
        at = 0
        for row in self._rows(tokens):
            words += [token.word for token in tokens[at : row[0].start]]
            rows[len(words)] = row
            at = row[-1].end
            words.append("_".join(found.text for found in row) + self._unit(tokens, at)[1])
        words += [token.word for token in tokens[at:]]
        idiomatic = {place for idiom in idioms(words, self._language) for place in idiom}
        for place, row in rows.items():
            if place not in idiomatic:
                yield from self._of_row(row, tokens)

    def _rows(self, tokens: Sequence[_Token]) -> Iterator[list[Any]]:
        """Yield the numbers that text2num finds, those side by side together."""
        from text_to_num import find_numbers  # noqa: PLC0415 (only where numbers are wanted)

        row: list[Any] = []
        for found in find_numbers(list(tokens), self._language, -1.0):
            if row and found.start != row[-1].end:
                yield row
                row = []
            row.append(found)
        if row:
            yield row

    def _of_row(self, row: Sequence[Any], tokens: Sequence[_Token]) -> Iterator[_Number]:
        """Yield the number that stands alone, or that a row of them is."""
        first, end = row[0].start, row[-1].end
        beside = [token.word for token in (*tokens[max(first - 1, 0) : first], *tokens[end : end + 1])]
        if any(found.is_ordinal for found in row) or any(word[0].isdecimal() for word in beside):
            return
        values = [found.value for found in row]
        if _is_vague(values[-1], *(token.word.lower() for token in tokens[max(first - 1, 0) : end])):
            return
        figures = "".join(found.text for found in row)
        if len(row) == 1:
            yield _Number(first, end, values[0], figures)
        elif self._language == "en" and len(row) == 2 and _is_year(*values):  # noqa: PLR2004 (its two halves)
            yield _Number(first, end, values[0] * 100 + values[1], figures)
        elif figures.isdecimal() and len(figures) > 2 and max(values) < 10:  # noqa: PLR2004 (figures read out)
            yield _Number(first, end, 0, figures)


def _is_vague(value: float, *words: str) -> bool:
    """Whether a number is "a hundred …", "… hundreds" or round millions; `words`: it and the one before."""
    return (
        (value >= _ROUND and value % 1000 == 0)
        or (words[0] == "a" and words[1:2] in {("hundred",), ("thousand",)})
        or words[-1] in _PLURALS
    )


def _is_year(century: float, year: float) -> bool:
    return century in _CENTURIES and year in range(10, 100)


def _is_sure(number: _Number) -> bool:
    """Whether figures are what a careful writer would put, no unit standing behind."""
    if number.end - number.first == 1 and number.value in _SCALES:
        return False
    return number.value > MOST_IN_WORDS or len(number.figures) > len("12")
