"""What has become of hours of marked speech: what of it is in the log, how often, and in which order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from moods import places_of, text_of

from dictated.records import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from soaking import Story

    from dictated.history import Entry

GROWTH_MB = 20.0
"""Memory that may be added to what the daemon took once everything was loaded."""

MORE = 6
"""Descriptors and threads that may be more then: connections and workers that wait to be used again."""

HEARD = 0.8
"""The part of a saying's loud frames that are in the log at least; a VAD may miss an edge of one."""


@dataclass(frozen=True)
class Line:
    """One line of the log: the frames it speaks of, when it was delivered, and whether later than in its turn."""

    places: range
    time: datetime
    recovered: bool = False


def read_log(path: Path, belated: Path) -> list[Line]:
    """Read it in its order; `belated` has the texts that were delivered later than in their turn."""
    late = set(belated.read_text(encoding="utf-8").splitlines()) if belated.exists() else set()
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Line(places_of(line["text"]), datetime.fromisoformat(line["time"]), line["text"] in late)
        for line in read
    ]


@dataclass(frozen=True)
class Verdict:
    """What is not as promised; every figure is a count but for the memory."""

    lost: int  # sayings that are not in the log
    said_twice: int  # frames that are in the log more than once
    unaccounted: int  # utterances the daemon has heard beyond the log's lines, or the other way round
    out_of_order: int  # lines delivered at once that stand behind a later one
    overtaken: int  # the same among those delivered later
    disagreements: int  # lines the history does not know of, and the other way round
    typed_twice: int
    not_typed: int  # words that neither came into the window that was there nor wait
    undone: int
    left_in_spool: int  # files, but for those of words that wait
    ended_badly: int  # the daemon's exit code
    growth_mb: float
    descriptors_more: int
    threads_more: int

    @property
    def faults(self) -> dict[str, float]:
        """Those beyond their bounds; empty where all is as promised."""
        bounds = {"growth_mb": GROWTH_MB, "descriptors_more": MORE, "threads_more": MORE}
        return {name: value for name, value in asdict(self).items() if value > bounds.get(name, 0)}


def judge(story: Story, lines: Sequence[Line], entries: Sequence[Entry], spooled: int) -> Verdict:
    """Compare what was said with the log, the history, the windows and the spool at the end."""
    warm, end = story.warm, story.gauges[-1]
    held = sum(entry.fate is Fate.HELD for entry in entries)
    return Verdict(
        lost=len(sayings_lost(story.sayings, lines)),
        said_twice=said_twice(lines),
        unaccounted=abs(story.heard - len(lines)),
        out_of_order=out_of_order([line.places for line in lines if not line.recovered]),
        overtaken=overtaken([line for line in lines if line.recovered], story.answered),
        disagreements=disagreements(lines, entries),
        typed_twice=typed_twice(story.windows),
        not_typed=not_typed(story.windows, lines, entries),
        undone=story.undone,
        left_in_spool=abs(spooled - held),
        ended_badly=abs(story.code),
        growth_mb=round(end.resident_mb - warm.resident_mb, 1),
        descriptors_more=max(0, end.descriptors - warm.descriptors),
        threads_more=max(0, end.threads - warm.threads),
    )


def sayings_lost(sayings: Iterable[tuple[int, np.ndarray]], lines: Sequence[Line]) -> list[int]:
    """The places of those that are not in the log; each is its first place and which frames are loud."""
    covered = coverage(lines)
    return [first for first, loud in sayings if _part(covered, first, loud) < HEARD]


def coverage(lines: Sequence[Line]) -> np.ndarray:
    """How often each frame is in the log."""
    covered = np.zeros(max((line.places.stop for line in lines), default=0), dtype=np.uint8)
    for line in lines:
        covered[line.places.start : line.places.stop] += 1
    return covered


def _part(covered: np.ndarray, first: int, loud: np.ndarray) -> float:
    here = np.zeros(len(loud), dtype=bool)
    known = covered[first : first + len(loud)]
    here[: len(known)] = known > 0
    return float(here[loud].mean())


def said_twice(lines: Sequence[Line]) -> int:
    """How many frames are in the log more than once."""
    return int((coverage(lines) > 1).sum())


def out_of_order(places: Sequence[range]) -> int:
    """How often one stands behind another that was spoken later."""
    return sum(after.start < before.start for before, after in pairwise(places))


def overtaken(lines: Sequence[Line], answered: Mapping[str, int]) -> int:
    """How often that is so although its words came earlier, too: who waits for the log waits for no network."""
    return sum(
        after.places.start < before.places.start
        and answered[text_of(after.places)] < answered[text_of(before.places)]
        for before, after in pairwise(lines)
    )


def disagreements(lines: Sequence[Line], entries: Iterable[Entry]) -> int:
    """How many lines the history does not know of as delivered or held, and the other way round."""
    noted = Counter(entry.text for entry in entries if entry.fate in {Fate.DELIVERED, Fate.HELD})
    logged = Counter(text_of(line.places) for line in lines)
    return (noted - logged).total() + (logged - noted).total()


@dataclass(frozen=True)
class Typed:
    """What stood in one window, and between which moments whatever was said had to come there."""

    text: str
    opened: datetime
    closed: datetime

    @property
    def places(self) -> list[range]:
        """In the order of the window; the last word may have been broken off with it."""
        return [places_of(word) for word in self.text[: self.text.rfind(" ") + 1].split()]


def typed_twice(windows: Iterable[Typed]) -> int:
    """How many words stand in windows more than once."""
    return sum(count - 1 for count in Counter(place for one in windows for place in one.places).values())


def not_typed(windows: Iterable[Typed], lines: Iterable[Line], entries: Iterable[Entry]) -> int:
    """How many words went to the log in their turn while a window was there, and neither came there nor wait."""
    held = {entry.text for entry in entries if entry.fate is Fate.HELD}
    due = {
        line.places
        for line in lines
        for window in windows
        if window.opened < line.time < window.closed and not line.recovered
    }
    here = {place for window in windows for place in window.places}
    return sum(text_of(place) not in held for place in due - here)
