r"""What is typed for a text, so that it follows from what was typed before it.

What is typed cannot be changed any more. So in the mode "smart" the space stands before a text, not behind
it, and a full stop that the engine put behind a word that ends no sentence ("because.") is not typed at all:
the next text then goes on in small letters, as far as its first word cannot be a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import regex

from dictated.text import marks
from dictated.text.language import language as table
from dictated.text.scripts import are_unspaced
from dictated.text.sentence import fitted, goes_on, place

if TYPE_CHECKING:
    from dictated.text.language import Language

Mode = Literal["smart", "space", "line", "none"]

NARROW = "\u202f"
"""Narrow no-break space (Unicode), as French sets it before "?", "!", ";", ":" and inside « »."""

_PAIR = 2
"""A mark and the character behind it tell ".", ends, from ".NET", begins."""


def join(before: str, text: str, mode: Mode, language: str, *, verbatim: bool = False) -> str:
    r"""Return what is to be typed for a text that follows `before`, both as they are or are to be typed.

    `before` is the end of what was typed last in this window, "" where that is not known. "space" puts a
    space behind the text (none behind a line break), "line" a line break, "none" nothing; nothing stays
    nothing. A text that is `verbatim` is changed in no mode, but parted from what stands beside it.
    """
    if not text or mode == "none":
        return text
    if mode == "line":
        return text + "\n"
    if mode == "space":
        return text if text.endswith("\n") else text + " "
    if verbatim:
        return _parted(before, text, table(language))
    return _smart(before, text.strip(" "), table(language))


def _parted(before: str, text: str, language: Language) -> str:
    """Return the text with what parts it from a word before it; its own marks do not matter."""
    first = text[0] if text[0].isalnum() or text[0].isspace() else "a"
    return _gap(before, first, language) + text


def _smart(before: str, text: str, language: Language) -> str:
    words = fitted(goes_on(text, language), place(before), language)
    if language.narrow:
        words = _narrowed(words)
    return _gap(before, words, language) + words


def _gap(before: str, text: str, language: Language) -> str:
    """Return what stands between the two: a space, a narrow one, or nothing."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return ""
    if _begins_with_a_closing_mark(text, language) or _closes_a_quotation(before, text):
        return NARROW if text[0] in language.narrow else ""
    if marks.opens(before[-1], language) or _has_opened_a_quotation(before):
        return NARROW if before[-1] == "«" and language.narrow else ""
    if _is_tied(before, text, language) or are_unspaced(before, text):
        return ""
    return " "


def _begins_with_a_closing_mark(text: str, language: Language) -> bool:
    """Tell whether the text goes on the sentence before it by a mark, unlike ".NET" and ".5"."""
    return marks.closes(text[0], language) and not (text[0] == "." and text[1:_PAIR].isalnum())


def _closes_a_quotation(before: str, text: str) -> bool:
    return text[0] == '"' and marks.is_quoting(before)


def _has_opened_a_quotation(before: str) -> bool:
    return before[-1] == '"' and marks.is_quoting(before)


def _is_tied(before: str, text: str, language: Language) -> bool:
    """Tell whether a hyphen, a slash or a French apostrophe holds the two together; a dash does not."""
    if before[-1] in "'’":  # noqa: RUF001 (the apostrophe that printers use)
        return language.code == "fr"
    behind = marks.ties(before[-1]) and not before[-_PAIR:-1].isspace() and len(before) > 1
    ahead = text[0] in "-/" and (len(text) == 1 or text[1].isalpha())
    if behind and not _is_path(before.rsplit(maxsplit=1)[-1]):
        return True
    return ahead and not _is_path(text.split(maxsplit=1)[0])


def _is_path(word: str) -> bool:
    """Tell whether a word has more than the one slash that parts two of a kind ("and/or")."""
    return word.count("/") > 1


_BEFORE_MARK = regex.compile(r"(?<=[^\s?!;:«])[ \u00a0\u202f]?(?<![?!;:])([?!;:]++)(?=[\s»”\")\]]|\Z)")

_INSIDE_OPENING = regex.compile(r"«[ \u00a0\u202f]?(?=\S)")

_INSIDE_CLOSING = regex.compile(r"(?<=\S)[ \u00a0\u202f]?»")


def _narrowed(text: str) -> str:
    """Return a French text with its narrow spaces; times ("10:30") and addresses ("http://") stay whole."""
    text = _BEFORE_MARK.sub(NARROW + r"\1", text)
    text = _INSIDE_OPENING.sub("«" + NARROW, text)
    narrowed: str = _INSIDE_CLOSING.sub(NARROW + "»", text)
    return narrowed
