"""What many numbers come to: percentiles, and how many there are from where to where."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_BINS = 12
"""Bins of one histogram: each is a line on a terminal."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many numbers there are, their 50th and 95th percentile, the largest."""

    count: int
    p50: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class Bin:
    """How many numbers are at least `low` and below `high`, which is infinite in a bin without an end."""

    low: int
    high: float
    count: int


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the least of the ordered numbers that so many in a hundred are not above (the nearest rank)."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def figures(numbers: Sequence[float]) -> Figures:
    """Sum up numbers, one at least."""
    ordered = sorted(numbers)
    return Figures(len(ordered), percentile(ordered, 50), percentile(ordered, 95), ordered[-1])


def bins(numbers: Sequence[float], most: int = MOST_BINS, least_width: int = 1) -> list[Bin]:
    """Count numbers from 0 on, one at least, in `most` bins (two or more) at most, all of one round width.

    None is narrower than `least_width`. The few numbers far above the others are in a last bin without end:
    they do not squeeze the others into one.
    """
    ordered = sorted(numbers)
    usual = percentile(ordered, 95)
    spread = (width for width in _widths() if usual // width - ordered[0] // width + 2 <= most)
    width = next(width for width in spread if width >= least_width)
    counts = Counter(int(number // width) for number in ordered)
    first, last = int(ordered[0] // width), int(ordered[-1] // width)
    end = last + 1 if last - first < most else first + most - 1
    closed = [Bin(place * width, (place + 1) * width, counts[place]) for place in range(first, end)]
    beyond = len(ordered) - sum(one.count for one in closed)
    return [*closed, Bin(end * width, math.inf, beyond)] if beyond else closed


def _widths() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    return (step * 10**power for power in count() for step in (1, 2, 5))
