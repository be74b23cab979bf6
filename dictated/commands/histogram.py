"""A histogram as lines of text: from where to where, how many, and a bar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.figures import Bin

MOST_COLUMNS = 80
"""A wider terminal is not filled: the eye would not find from the bar to its number."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_BLOCK = "█"
_HASH = "#"
_TO = "\N{EN DASH}"
_FROM = "≥"
_SECOND = 1000  # milliseconds
_LEAST_BAR = 8


def lines(bins: Sequence[Bin], columns: int, encoding: str) -> list[str]:
    """Draw bins of milliseconds, none wider than so many columns, with what the encoding has."""
    blocks = can_show(_EIGHTHS + _BLOCK + _TO + _FROM, encoding)
    labels = spans(bins) if blocks else [span.replace(_TO, "-").replace(_FROM, ">=") for span in spans(bins)]
    counts = [f"{one.count}" for one in bins]
    heads = [
        f"{label:>{max(map(len, labels))}}  {count:>{max(map(len, counts))}}"
        for label, count in zip(labels, counts, strict=True)
    ]
    room = max(_LEAST_BAR, min(columns, MOST_COLUMNS) - len(heads[0]) - 2)
    most = max(one.count for one in bins)
    bars = [_bar(one.count / most * room, blocks=blocks) for one in bins]
    return [f"{head}  {bar}".rstrip() for head, bar in zip(heads, bars, strict=True)]


def spans(bins: Sequence[Bin]) -> list[str]:
    """Say from where to where each bin goes: in seconds where their limits are whole ones, else in ms."""
    whole = all(one.low % _SECOND == 0 for one in bins) and _width(bins) % _SECOND == 0
    unit, divisor = ("s", _SECOND) if whole else ("ms", 1)
    ends = max(len(str(one.high // divisor)) for one in bins if one.high < math.inf)
    return [_span(one, divisor, unit, ends) for one in bins]


def _span(one: Bin, divisor: int, unit: str, ends: int) -> str:
    low = one.low // divisor
    if math.isinf(one.high):
        return f"{_FROM} {low} {unit}"
    return f"{low} {_TO} {int(one.high) // divisor:>{ends}} {unit}"


def _width(bins: Sequence[Bin]) -> int:
    return int(bins[0].high) - bins[0].low


def _bar(length: float, *, blocks: bool) -> str:
    """Draw so many columns, in eighths where there are blocks; what is there at all is seen."""
    if not blocks:
        return _HASH * max(math.ceil(min(length, 1)), round(length))
    eighths = max(math.ceil(min(length, 1)), round(length * len(_EIGHTHS)))
    whole, rest = divmod(eighths, len(_EIGHTHS))
    return _BLOCK * whole + _EIGHTHS[rest].strip()


def can_show(text: str, encoding: str) -> bool:
    """Whether an encoding has all of a text; one that is not known has none."""
    try:
        text.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
