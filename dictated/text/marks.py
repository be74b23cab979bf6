"""What a mark does to the space beside it, and to the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dictated.text.language import Language

ENDS = frozenset(".!?…。！？｡")  # noqa: RUF001 (the marks of Chinese and Japanese)
"""What ends a sentence."""

PAUSES = frozenset(",;:–—、，；：､")  # noqa: RUF001 (the same)
"""What parts a sentence without ending it."""

QUOTES = frozenset('"“”„‟«»‹›‘‚()[]{}¿¡「」『』（）')  # noqa: RUF001 (the same)
"""What stands around words; the apostrophe is part of a word."""

MARKS = ENDS | PAUSES | QUOTES | {"-", "'", "’"}  # noqa: RUF001 (the apostrophe that printers use)
"""All that an engine puts beside words."""

_CLOSING = ENDS | frozenset(",;:、，；：､)]}」』）")  # noqa: RUF001 (the same)

_OPENING = frozenset("([{¿¡「『（")  # noqa: RUF001 (the same)

_TIES = frozenset("-/'’@_\\")  # noqa: RUF001 (the same)
"""What words on both sides stand close to."""


def closes(char: str, language: Language) -> bool:
    """Tell whether no space stands before this character."""
    return char in _CLOSING or char in language.closing


def opens(char: str, language: Language) -> bool:
    """Tell whether no space stands behind this character."""
    return char in _OPENING or char in language.opening


def ties(char: str) -> bool:
    """Tell whether no space stands on either side, as with a hyphen."""
    return char in _TIES


def is_quoting(text: str) -> bool:
    """Tell whether a straight quotation mark is open in the last line of a text."""
    return text[text.rfind("\n") + 1 :].count('"') % 2 == 1
