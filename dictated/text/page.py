"""What an utterance comes to while its words and commands are written down one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from dictated.text import marks
from dictated.text.scripts import are_unspaced
from dictated.text.sentence import Place, fitted

if TYPE_CHECKING:
    from dictated.text.language import Language


_LOOKED_AT = 3
"""Parts from the end in which it is looked for what comes before: a word, a space, a mark."""

_SPLIT = regex.compile(r"(?<!\w)\w['’]\Z")  # noqa: RUF001 (the apostrophe that printers use)
"""The end of what is no word for itself: "O'"."""

_SHORTENED = regex.compile(r"(?:[dmnst]|ll|re|ve)\b", regex.IGNORECASE)
"""What is left of a word behind an apostrophe: "don't", "we'll"."""


class Page:
    """The text so far, and what the next words are subject to."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._parts: list[str] = []
        self._is_quoting = False  # by a straight quotation mark
        self._is_glued = False  # no space before what comes next
        self._is_caps = False
        self._place = Place.UNKNOWN  # of the next word: the engine's own letter stays

    def words(self, text: str) -> None:
        """Write words."""
        text = fitted(text, self._place, self._language)
        self._add(text.upper() if self._is_caps else text, attaches=self._completes_a_word(text))
        self._place = Place.UNKNOWN

    def mark(self, text: str) -> None:
        """Write a mark, or a text of the user's; the next word has the capital that it asks for."""
        self._add(text, attaches=self._follows(text[0]))
        last = text.rstrip()[-1:]
        if last in marks.ENDS - {"…"}:
            self._place = Place.FIRST
        elif last in marks.PAUSES - {":"}:
            self._place = Place.INSIDE

    def behind(self, text: str) -> None:
        """Write what the engine put behind the last words: no space parts them."""
        if text:
            self._add(text, attaches=True)

    def line(self, *, is_paragraph: bool) -> None:
        """Begin a line, or a paragraph."""
        self._add("\n\n" if is_paragraph else "\n", attaches=True)
        if is_paragraph:
            self._place = Place.FIRST

    def no_space(self) -> None:
        """Let what comes next follow without a space."""
        self._is_glued = True

    def caps(self, *, on: bool) -> None:
        """Write words in capitals from here on, or no longer."""
        self._is_caps = on

    @property
    def text(self) -> str:
        """All that is written."""
        return "".join(self._parts)

    def _add(self, text: str, *, attaches: bool) -> None:
        before = "".join(self._parts[-_LOOKED_AT:])
        if before and not (self._is_glued or attaches or are_unspaced(before, text)):
            self._parts.append(" ")
        self._parts.append(text)
        self._is_quoting ^= text.count('"') % 2 == 1
        self._is_glued = text[-1].isspace() or self._leads(text)

    def _follows(self, char: str) -> bool:
        """Tell whether a mark that begins so stands close to what is before it."""
        return marks.closes(char, self._language) or marks.ties(char) or (char == '"' and self._is_quoting)

    def _leads(self, text: str) -> bool:
        """Tell whether what comes next stands close to a text that ends so."""
        last = text[-1]
        if last == '"':
            return self._is_quoting
        is_tie = marks.ties(last) and len(text) == 1 and last not in self._language.parting
        return is_tie or marks.opens(last, self._language)

    def _completes_a_word(self, text: str) -> bool:
        """Tell whether a word goes on behind an apostrophe; behind "the boys'" another begins."""
        before = "".join(self._parts[-_LOOKED_AT:])
        if before[-1:] not in self._language.parting:
            return False
        return _SHORTENED.match(text) is not None or _SPLIT.search(before) is not None
