"""Finds numbers that are said otherwise than they are written, and so stay words: "twenty past three"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIGURES = r"\d\S*"
_HOUR = r"(?:[01]?\d|2[0-4])"
_FIRST_HOUR = r"(?:[1-9]|1[0-2])"
"""Of half a day, as it is said with minutes before it."""
_MINUTES = r"[0-5]?\d"
_MANY_MINUTES = r"(?:1[3-9]|[2-5]\d)"
"""More than the hours of half a day: "five to ten" is no time."""

_SAID = {
    "en": (
        rf"{_FIGURES} (?:twen|thir|for|fif|six|seven|eigh|nine)ties",  # the nineteen eighties
        rf"{_FIGURES} oh?(?: {_FIGURES})?|oh? {_FIGURES}",  # nineteen oh five
        rf"point {_FIGURES}",  # point five
        rf"{_MANY_MINUTES} (?:minutes )?(?:past|(?:to|till?|before|after) {_FIRST_HOUR})|{_HOUR} o'clock",
    ),
    "de": (
        rf"(?:ein|{_HOUR}) uhr(?: {_MINUTES})?",
        rf"{_MANY_MINUTES} (?:minuten )?(?:vor|nach) (?:halb|{_FIRST_HOUR})",
    ),
    "nl": (
        rf"(?:een|{_HOUR}) uur(?: {_MINUTES})?",
        rf"{_MANY_MINUTES} (?:minuten )?(?:voor|over) (?:half|{_FIRST_HOUR})",
    ),
    "da": (rf"{_MANY_MINUTES} (?:over|i) (?:halv|{_FIRST_HOUR})",),
    "fr": (rf"(?:(?:une|{_HOUR}) heures?|midi|minuit)(?: (?:et |moins )?{_MINUTES})?",),
    "es": (
        rf"las? (?:una|{_HOUR}) (?:y|menos) {_MINUTES}",
        rf"{_MANY_MINUTES} para las? (?:una|{_FIRST_HOUR})",
    ),
    "it": (rf"(?:(?:d?alle|le) {_HOUR}|(?:d?all'|l')una) (?:e|meno) {_MINUTES}",),
    "pt": (
        rf"[aà]s? (?:uma|{_HOUR}) (?:e|menos) {_MINUTES}",
        rf"{_MANY_MINUTES} para as? (?:uma|{_FIRST_HOUR})",
    ),
}
"""By language, with figures for the numbers; one with a unit behind it is none of these."""

_IDIOMS = {language: regex.compile(rf"(?<!\S)(?:{'|'.join(said)})(?!\S)") for language, said in _SAID.items()}


def idioms(words: Sequence[str], language: str) -> Iterator[range]:
    """Yield which of the words, with figures for numbers and without a space in any, belong to an idiom."""
    pattern = _IDIOMS.get(language)
    text = " ".join(words).lower().replace("\u2019", "'")
    for found in pattern.finditer(text) if pattern else ():
        yield range(text.count(" ", 0, found.start()), text.count(" ", 0, found.end()) + 1)
