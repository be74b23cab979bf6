"""`dictated history`: what was said lately, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from dictated.errors import UsageError
from dictated.history import History
from dictated.records import Fate

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from dictated.history import Entry
    from dictated.paths import Paths

_NO_WORDS = {
    Fate.RECORDED: "its words are still to come",
    Fate.EMPTY: "no words in it",
    Fate.CANCELLED: "thrown away",
}
"""Why there is no text, where no reason is noted."""

_JOINERS = frozenset("\u200c\u200d")
"""What Persian, Hindi and 🏳️‍🌈 are spelt with, although nothing is seen of it."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print the newest entries, a line each, the newest last.

    Raises:
        UsageError: it is asked for none.
        HistoryError: the history cannot be read.
    """
    if arguments.count < 1:
        raise UsageError("-n takes a number from 1")
    entries = History(paths.history_file).entries(arguments.count)
    if arguments.json:
        print(*(_object(entry) + "\n" for entry in entries), sep="", end="")
    elif entries:
        print(*_lines(entries), sep="\n")
    else:
        print("nothing has been dictated yet")
    return 0


def _lines(entries: Sequence[Entry]) -> list[str]:
    number = max(len(str(entry.id)) for entry in entries)
    engine = max(len(entry.engine) for entry in entries)
    return [
        f"{entry.id:>{number}}  {entry.began:%Y-%m-%d %H:%M:%S}  {entry.fate:<9}  {entry.engine:<{engine}}"
        f"  {_words(entry)}"
        for entry in entries
    ]


def _words(entry: Entry) -> str:
    """Return the text, and in brackets the reason where there is one, on one line of what can be seen."""
    reason = entry.reason or ("" if entry.text else _NO_WORDS.get(entry.fate, "no longer kept"))
    shown = f"{entry.text} [{reason}]" if reason else entry.text
    return "".join(char if char.isprintable() or char in _JOINERS else "\ufffd" for char in _one_line(shown))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _object(entry: Entry) -> str:
    """Return all there is as JSON on one line, without what a terminal would obey."""
    times = {"began": _iso(entry.began), "ended": _iso(entry.ended)}
    line = json.dumps({"id": entry.id, **asdict(entry), **times}, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")
