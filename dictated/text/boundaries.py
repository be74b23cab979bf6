"""Which of the phrases in a speech are meant as commands, and which are only spoken of.

A mark that the user asked to hear anywhere, and a command that is to be written as words ("literal new
line"), are meant wherever they stand, but behind an article ("a period of time"). Other phrases form rows
("new line, new line"), and a row is meant where both its ends are clear: the end of the utterance, a spoken
mark, or a mark that the engine put there. Where one end is the utterance's own or a spoken mark, the other
may touch a word that does not tie the phrase into a sentence as "a" and "of" do; but what takes back or
stops must not touch a word on either side: "I'll undo that" would lose the words, and what was not taken back
can still be. A phrase in quotation marks or brackets is spoken of. "all caps … end caps" is meant wherever
both are said.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dictated.text.marks import ENDS, PAUSES, QUOTES, opens
from dictated.text.phrases import Act

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dictated.text.language import Language
    from dictated.text.phrases import Found
    from dictated.text.speech import Speech
    from dictated.textconfig import Commands

_EFFECTS = frozenset(Act) - {Act.CAPS_ON, Act.CAPS_OFF, Act.NO_SPACE}
"""What does something in an utterance without words."""

_QUOTES = QUOTES | {"'", "’"}  # noqa: RUF001 (the apostrophe that printers use)

_AHEAD = frozenset({Act.UNDO, Act.STOP})
"""What no word may follow."""


class _Edge(IntEnum):
    """How clearly a row of phrases ends on one side."""

    WORD = 0
    MARK = 1
    END = 2


class _Marks(NamedTuple):
    """Where spoken marks begin and end, as indexes of words."""

    firsts: set[int]
    ends: set[int]


def meant(said: Speech, found: Sequence[Found], settings: Commands, language: Language) -> list[Found]:
    """Return the phrases that are commands, in the order of speaking."""
    if _is_all(said, found):
        return list(found) if any(one.act in _EFFECTS for one in found) else []
    verbs = [one for one in found if not _is_noun(said, one, language)]
    chosen = {one.first for one in verbs if one.meaning.anywhere}
    if settings.when == "boundary":
        chosen.update(one.first for one in verbs if one.act is Act.LITERAL)
        marks = [one for one in verbs if one.meaning.anywhere and one.act is Act.WRITE]
        said_marks = _Marks({one.first for one in marks}, {one.end for one in marks})
        for row in _rows(one for one in verbs if one.first not in chosen):
            if _is_clear(said, row, said_marks, language):
                chosen.update(one.first for one in row)
        chosen.update(_framing(found))
    return [one for one in found if one.first in chosen]


def _is_all(said: Speech, found: Sequence[Found]) -> bool:
    """Tell whether nothing is said but commands."""
    return sum(one.end - one.first for one in found) == len(said.words)


def _is_noun(said: Speech, one: Found, language: Language) -> bool:
    """Tell whether an article stands before it, as in "a period of time"; a quotation may begin there."""
    if not one.first or (one.act is Act.WRITE and opens(one.meaning.text[0], language)):
        return False
    if _edge(said.gap(one.first), is_end=False):
        return False
    before, noun = said.words[one.first - 1 : one.first + 1]
    gap = said.gap(one.first - 1)
    if gap.endswith("-"):  # "fais-le"
        return False
    begins_a_sentence = one.first == 1 or not ENDS.isdisjoint(gap)
    if before in language.pronouns:
        return begins_a_sentence or f"{before} {noun}" in language.articles
    return before in language.articles


def _rows(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Yield the phrases that follow each other without a word between them."""
    row: list[Found] = []
    for one in found:
        if row and row[-1].end != one.first:
            yield row
            row = []
        row.append(one)
    if row:
        yield row


def _is_clear(said: Speech, row: Sequence[Found], marks: _Marks, language: Language) -> bool:
    """Tell whether a row of phrases is set off from the words around it."""
    first, end = row[0].first, row[-1].end
    if _is_quoted(said.gap(first), said.gap(end)) or _lacks_words(said, row):
        return False
    before = _edge(said.gap(first), is_end=first in marks.ends or not first)
    after = _edge(said.gap(end), is_end=end in marks.firsts or end == len(said.words))
    if before and after:
        return True
    if before is _Edge.END:
        return row[-1].act not in _AHEAD and said.words[end] not in language.tied_after
    return (
        after is _Edge.END
        and row[0].act is not Act.STOP
        and all(one.act is not Act.UNDO for one in row)
        and said.words[first - 1] not in language.tied_before
    )


def _edge(gap: str, *, is_end: bool) -> _Edge:
    if is_end:
        return _Edge.END
    is_dash = gap.strip() == "-" != gap
    return _Edge.MARK if is_dash or any(char in ENDS or char in PAUSES for char in gap) else _Edge.WORD


def _is_quoted(before: str, after: str) -> bool:
    return before[-1:] in _QUOTES or after[:1] in _QUOTES


def _lacks_words(said: Speech, row: Sequence[Found]) -> bool:
    """Tell whether "no space" has no words of this utterance on one side: it means nothing there."""
    opens_it = row[0].act is Act.NO_SPACE and not row[0].first
    return opens_it or (row[-1].act is Act.NO_SPACE and row[-1].end == len(said.words))


def _framing(found: Sequence[Found]) -> Iterator[int]:
    """Yield where each "all caps" stands that an "end caps" follows, and where that stands."""
    caps = [one for one in found if one.act in {Act.CAPS_ON, Act.CAPS_OFF}]
    for one, following in pairwise(caps):
        if one.act is Act.CAPS_ON and following.act is Act.CAPS_OFF:
            yield from (one.first, following.first)
