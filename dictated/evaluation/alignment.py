"""The least changes that make what was understood of what was said (Levenshtein), and which they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

CELLS = 1_000_000
"""Largest table that is kept whole; beyond, the text is halved (D. Hirschberg, "A linear space algorithm for
computing maximal common subsequences", 1975), so that an hour of speech needs no gigabyte."""


class Kind(StrEnum):
    """What became of a word."""

    SUBSTITUTION = "substitution"
    INSERTION = "insertion"
    DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change before or at position `at` of what was said; the word that is not there is empty."""

    kind: Kind
    at: int
    said: str
    heard: str


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of words changed, left out or put in."""
    return int(_last(said, heard)[-1])


def differences(said: Sequence[str], heard: Sequence[str]) -> list[Difference]:
    """Return such changes, as few as there can be, in the order of what was said."""
    return list(_differences(said, heard, 0))


def _differences(said: Sequence[str], heard: Sequence[str], at: int) -> Iterator[Difference]:
    if len(said) < 2 or len(said) * len(heard) <= CELLS:  # noqa: PLR2004 (one word has no halves)
        yield from reversed(list(_traced(said, heard, at)))
        return
    middle = len(said) // 2
    behind = _last(said[middle:][::-1], heard[::-1])[::-1]
    cut = int((_last(said[:middle], heard) + behind).argmin())
    yield from _differences(said[:middle], heard[:cut], at)
    yield from _differences(said[middle:], heard[cut:], at + middle)


def _traced(said: Sequence[str], heard: Sequence[str], at: int) -> Iterator[Difference]:
    """Walk back through the table, from the end."""
    rows = list(_rows(said, heard))
    i, j = len(said), len(heard)
    while i or j:
        here = rows[i][j]
        if i and j and here == rows[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            if said[i] != heard[j]:
                yield Difference(Kind.SUBSTITUTION, at + i, said[i], heard[j])
        elif i and here == rows[i - 1][j] + 1:
            i -= 1
            yield Difference(Kind.DELETION, at + i, said[i], "")
        else:
            j -= 1
            yield Difference(Kind.INSERTION, at + i, "", heard[j])


def _last(said: Sequence[str], heard: Sequence[str]) -> NDArray[np.int32]:
    row = np.zeros(0, np.int32)
    for row in _rows(said, heard):  # noqa: B007 (the last one is wanted)
        pass
    return row


def _rows(said: Sequence[str], heard: Sequence[str]) -> Iterator[NDArray[np.int32]]:
    """Yield, for each beginning of what was said, its distance to every beginning of what was understood."""
    numbers: dict[str, int] = {}
    found = np.array([numbers.setdefault(word, len(numbers)) for word in heard], np.int32)
    steps = np.arange(len(heard) + 1, dtype=np.int32)
    row = steps
    yield row
    for word in said:
        longer = row + 1
        longer[1:] = np.minimum(longer[1:], row[:-1] + (found != numbers.get(word, -1)))
        row = np.minimum.accumulate(longer - steps) + steps
        yield row
