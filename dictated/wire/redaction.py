"""Takes out of a service's message what it only repeats: our key, and what the user said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GAP = "…"
"""Stands where something was taken out."""

KEY_WINDOW = 6
"""A word that holds this many characters in a row of the key is a part of it: services show its ends."""

TOLD_WINDOW = 12
"""This many characters in a row of what was sent are a quotation, not chance."""

LONGEST_TOLD = 8192
"""Characters of a text that is looked for; longer ones are sound."""

PLAIN = frozenset(
    {
        "model",
        "language",
        "languages",
        "languages[]",
        "response_format",
        "format",
        "task",
        "stream",
        "include",
        "include[]",
        "timestamp_granularities",
        "timestamp_granularities[]",
        "data_collection",
        "chunking_strategy",
    }
)
"""Fields of a request that hold nothing the user said, and that help to mend what a message is about."""

_SHAPES = re.compile(
    r"\bbearer\s+\S+"
    r"|\b(?:sk|pk|gsk|hf|cfut|cfat)[-_][\w*.…-]{4,}"  # keys of OpenAI, OpenRouter, Groq, …
    r"|\S*\*{3,}\S*"  # a key that the service has masked itself
    r"|\S{60,}",  # sound in base64, long keys
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What must not come back: the key, and the texts that went along with the sound."""

    key: str = field(default="", repr=False)
    told: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, text: str) -> str:
        """Return the text with a gap where it repeats either, or where something looks like a key."""
        hidden = [*_matches(text, self.key), *(span for told in self.told for span in _quotes(text, told))]
        hidden += [found.span() for found in _SHAPES.finditer(text)]
        kept, end = [], 0
        for first, last in sorted(hidden):
            if first >= end:
                kept += [text[end:first], GAP]
            end = max(end, last)
        return "".join([*kept, text[end:]])


NOTHING = Redaction()
"""Takes out what looks like a key, whosever."""


def told(what: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts in a request (its `json` or `data`) that a service might repeat."""
    return tuple({text for part in (what.get("json"), what.get("data")) for text in _texts(part)})


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for name, inner in value.items():
                if name not in PLAIN:
                    yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
        case str() if 0 < len(value) <= LONGEST_TOLD:
            yield value


def _matches(text: str, key: str) -> Iterator[tuple[int, int]]:
    """Where words stand that hold a part of the key."""
    parts = _windows(key, KEY_WINDOW)
    for word in re.finditer(r"\S+", text) if parts else ():
        width = len(next(iter(parts)))
        if not parts.isdisjoint(_windows(word[0], width)):
            yield word.span()


def _quotes(text: str, told: str) -> Iterator[tuple[int, int]]:
    """Where the text repeats a piece of what was told, capitals or not."""
    text, told = _lower(text), _lower(" ".join(told.split()))
    width = min(TOLD_WINDOW, len(told))
    pieces = _windows(told, width)
    if width == len(told):
        yield from (found.span() for found in re.finditer(rf"(?<!\w){re.escape(told)}(?!\w)", text))
        return
    for start in range(len(text) - width + 1):
        if text[start : start + width] in pieces:
            yield start, start + width


def _windows(text: str, width: int) -> set[str]:
    width = min(width, len(text))
    return {text[start : start + width] for start in range(len(text) - width + 1)} if width else set()


def _lower(text: str) -> str:
    """Lower case, character for character: the places stay what they were."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
