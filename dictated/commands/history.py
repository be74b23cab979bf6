"""`dictated history`: what was said lately, and what became of it; removes it when told to."""

from __future__ import annotations

import fcntl
import json
import unicodedata
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from dictated.errors import UsageError
from dictated.expiry import MEGABYTE
from dictated.history import History
from dictated.records import Fate
from dictated.retention import Retention
from dictated.spool import Spool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from dictated.history import Entry
    from dictated.paths import Paths

_NO_WORDS = {
    Fate.RECORDED: "its words are still to come",
    Fate.EMPTY: "no words in it",
    Fate.CANCELLED: "thrown away",
}
"""Why there is no text, where no reason is noted."""

DELIVERED = frozenset({Fate.DELIVERED, Fate.EMPTY, Fate.CANCELLED})
UNDER_WAY = frozenset({Fate.RECORDED, Fate.TRANSCRIBED})
"""What has come to a good end, and what a daemon is busy with."""

_JOINERS = frozenset("\u200c\u200d")
"""What Persian, Hindi and 🏳️‍🌈 are spelt with, although nothing is seen of it."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print the newest entries, a line each, the newest last; or remove them, and print what was removed.

    Raises:
        UsageError: it is asked for none, or for all without removing.
        HistoryError: the history cannot be read, or not all of it is removed.
        SpoolError: not all of the sound is removed.
    """
    if arguments.count < 1:
        raise UsageError("-n takes a number from 1")
    if arguments.all and not arguments.purge:
        raise UsageError("--all goes with --purge")
    if arguments.purge:
        return _purge(paths, everything=arguments.all)
    entries = History(paths.history_file).entries(arguments.count)
    if arguments.json:
        print(*(as_object(entry, paths.spool_dir) + "\n" for entry in entries), sep="", end="")
    elif entries:
        print(*_lines(entries), sep="\n")
    else:
        print("nothing has been dictated yet")
    return 0


def _purge(paths: Paths, *, everything: bool) -> int:
    if not (paths.history_file.exists() or paths.spool_dir.exists()):
        print("nothing has been dictated yet")
        return 0
    spool = Spool(paths.spool_dir)
    with closing(History(paths.history_file)) as history, _daemon_kept_away(paths.lock) as alone:
        under_way = frozenset[Fate]() if alone else UNDER_WAY
        purged = Retention(spool, history).purge(frozenset(Fate) - under_way if everything else DELIVERED)
        if everything and alone:
            spool.clear()
    removed = f"{_count(purged.entries)} and {purged.bytes / MEGABYTE:.1f} MB of sound removed"
    print(removed + _left(purged.left, everything=everything))
    return 0


def _left(left: int, *, everything: bool) -> str:
    """Say what was not removed, and how it goes where it belongs."""
    if not left:
        return ""
    if everything:
        return f"; {left} under way: kept"
    return f"; {left} not delivered yet: kept (`dictated retry --all`; --all removes them too)"


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


@contextmanager
def _daemon_kept_away(lock: Path) -> Iterator[bool]:
    """Say whether no daemon runs; as long as this lasts, none starts then."""
    try:
        file = lock.open("a")
    except FileNotFoundError:
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


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
    return visible(" ".join((f"{entry.text} [{reason}]" if reason else entry.text).split()))


def visible(text: str) -> str:
    """Replace what cannot be seen, and what a terminal would obey."""
    return "".join(char if _is_visible(char) else "\ufffd" for char in text)


def _is_visible(char: str) -> bool:
    """Whether it can be seen; what is not assigned may be an emoji newer than the tables here."""
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Cn"


def as_object(entry: Entry, spool: Path) -> str:
    """Return all there is as JSON on one line, without what a terminal would obey."""
    times = {"began": _iso(entry.began), "ended": _iso(entry.ended)}
    audio = {"audio": str(spool / entry.audio) if entry.audio else None}
    fields = {"id": entry.id, **asdict(entry), **times, **audio}
    if not entry.raw:
        del fields["raw"]
    line = json.dumps(fields, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")
