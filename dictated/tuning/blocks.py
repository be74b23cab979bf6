"""A recording as block characters in a terminal: its level, what counts as speech, and the utterances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.tuning.trace import runs
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dictated.tuning.trace import Trace

ROW_S = 10.0
"""Seconds in a row."""

STEPS = " ▁▂▃▄▅▆▇█"
LOW_DB, HIGH_DB = -60.0, -8.0
"""Levels shown as nothing and as a full block."""

MARGIN = len("  100 s  ")
LEGEND = "level; ▬ speech; [──] utterances"


def blocks(heard: Trace, columns: int) -> Iterator[str]:
    """Yield the lines, at most so many columns wide."""
    frames = round(ROW_S / FRAME_SECONDS)
    across = max(10, columns - MARGIN)
    whole = [frame * across // frames for frame in range(len(heard.levels) + 1)]
    width = whole[-1] or 1
    levels, speech, cuts = _levels(heard.levels, whole, width), [" "] * width, [" "] * width
    for first, end in runs(heard.speech):
        _fill(speech, whole[first], whole[end], "▬▬▬")
    for first, end in heard.cuts:
        _fill(cuts, whole[first], whole[end], "[─]")
    for row, at in enumerate(range(0, width, across)):
        yield f"{row * ROW_S:5.0f} s  {''.join(levels[at : at + across])}"
        yield f"{'':{MARGIN}}{''.join(speech[at : at + across])}".rstrip()
        yield f"{'':{MARGIN}}{''.join(cuts[at : at + across])}".rstrip()
    yield f"{'':{MARGIN}}{LEGEND}"


def _levels(levels: Sequence[float], whole: Sequence[int], width: int) -> list[str]:
    """Return the loudest of each column."""
    loudest = [LOW_DB] * width
    for level, column in zip(levels, whole, strict=False):
        place = min(column, width - 1)
        loudest[place] = max(loudest[place], level)
    return [_step(level) for level in loudest]


def _step(level: float) -> str:
    share = (level - LOW_DB) / (HIGH_DB - LOW_DB)
    return STEPS[min(max(round(share * (len(STEPS) - 1)), 0), len(STEPS) - 1)]


def _fill(line: list[str], first: int, end: int, marks: str) -> None:
    """Write a stretch, at least one column of it, with its own marks at both ends."""
    last = min(max(first, end - 1), len(line) - 1)
    for column in range(first, last + 1):
        line[column] = marks[1]
    if last >= first:
        line[last] = marks[2]
        line[first] = marks[0]
