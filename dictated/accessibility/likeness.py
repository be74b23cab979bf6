"""Tells whether what a window holds is what was typed, though an editor may have improved it."""

from __future__ import annotations

import unicodedata
from collections import Counter

ENOUGH = 0.8
"""The share of words that must be the same in both; what an editor mends is less."""

MOST = 1000
"""Characters of a text that is compared whole; a longer one is judged by its length and its end."""

END = 100
"""Characters of the end that is compared then."""

_IMPROVED = str.maketrans("“”„«»‘’‚‹›\u2013\u2014", "\"\"\"\"\"'''''--")  # noqa: RUF001  (those that editors put)


def alike(ours: str, theirs: str) -> bool:
    """Say whether both are one text, but for case, quotes, dashes, spaces and one word in five.

    The order of words is not asked for: nothing else came between the two places of the caret. Counting
    takes well under a millisecond whatever the texts, which no edit distance does.
    """
    here, there = Counter(_words(ours)), Counter(_words(theirs))
    return here == there or (here & there).total() >= ENOUGH * max(here.total(), there.total())


def as_long(ours: str, length: int) -> bool:
    """Say whether `length` may be that of our text; some windows count in UTF-16."""
    return len(ours) * ENOUGH <= length <= len(ours.encode("utf-16-le", "surrogatepass")) / 2 / ENOUGH


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text).translate(_IMPROVED).casefold().split()
