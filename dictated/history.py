"""What became of each utterance, and what it cost: a SQLite file in the state directory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from dictated.database import Database
from dictated.records import MICROSECOND, Fate, Records, from_microseconds, microseconds, storable
from dictated.types import Usage

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

KEEP_TEXT = timedelta(days=30)
"""How long words are kept unless told otherwise."""

MOST_ENTRIES = 100_000
"""Entries kept, the newest: two months of an utterance every five seconds, two hours a day; some 25 MB."""

MOST_DAYS = 1_100
"""Days whose figures are kept: three years."""

_Row = TypeVar("_Row")

_FOR_EVER = 2**63 - 1  # the last moment SQLite has a number for

_STEPS = (
    (
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- no number is given twice
            began INTEGER NOT NULL,  -- microseconds since 1970, UTC: in order whatever the zone was
            ended INTEGER NOT NULL,
            fate TEXT NOT NULL,
            text TEXT,  -- the only place where words stand; NULL where they are not kept
            reason TEXT NOT NULL,
            engine TEXT NOT NULL,
            took REAL NOT NULL,
            generation TEXT NOT NULL
        )""",
        "CREATE INDEX words ON entries (ended) WHERE text IS NOT NULL",
        """CREATE TABLE spent (
            day TEXT NOT NULL,  -- ISO 8601, local
            engine TEXT NOT NULL,
            answers INTEGER NOT NULL,
            seconds REAL NOT NULL,
            tokens_in INTEGER NOT NULL,
            tokens_out INTEGER NOT NULL,
            cost REAL NOT NULL,
            PRIMARY KEY (day, engine)
        )""",
    ),
    (
        "ALTER TABLE entries ADD COLUMN audio TEXT NOT NULL DEFAULT ''",  # a file in the spool
        "ALTER TABLE entries ADD COLUMN speech TEXT NOT NULL DEFAULT ''",  # where in it the speech is, JSON
        "CREATE INDEX undone ON entries (fate) WHERE fate IN ('recorded', 'transcribed', 'failed')",
        """CREATE TABLE deliveries (
            entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            sink TEXT NOT NULL,
            mark TEXT NOT NULL,  -- 'begun' before the words go there, 'done' when they are there
            place TEXT NOT NULL,
            PRIMARY KEY (entry, sink)
        )""",
    ),
)

_NOTE = """INSERT INTO entries (began, ended, fate, text, reason, engine, took, generation)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_SPEND = """INSERT INTO spent (day, engine, answers, seconds, tokens_in, tokens_out, cost)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (day, engine) DO UPDATE SET answers = answers + excluded.answers,
        seconds = seconds + excluded.seconds, tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out, cost = cost + excluded.cost"""

_SETTLE = """UPDATE entries SET fate = ?, text = ?, reason = ?, engine = ?, took = ?, generation = ?
    WHERE id = ?"""

_PRUNE = """DELETE FROM entries WHERE id <= (SELECT max(id) FROM entries) - ?
    AND fate NOT IN ('recorded', 'transcribed', 'held', 'failed')"""

_FORGET = """UPDATE entries SET text = NULL WHERE text IS NOT NULL AND ended <= ?
    AND fate NOT IN ('recorded', 'transcribed', 'held', 'failed')"""

_ENTRIES = """SELECT began, ended, fate, text, reason, engine, took, generation, id
    FROM entries ORDER BY id DESC LIMIT ?"""

_SPENT = """SELECT day, engine, answers, seconds, tokens_in, tokens_out, cost
    FROM spent WHERE day >= ? ORDER BY day, rowid"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance: when it was spoken, what was understood, by whom, and what became of it.

    `reason` says why it was held or has failed; `took` is how long the answer took, in seconds; `generation`
    the service's name for the answer; `id` the history's own number, 0 before it is noted.
    """

    began: datetime
    ended: datetime
    fate: Fate
    text: str = field(default="", repr=False)
    reason: str = ""
    engine: str = ""
    took: float = 0.0
    generation: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one engine did on one day (local time)."""

    day: date
    engine: str
    answers: int
    usage: Usage

    def plus(self, more: Spent) -> Spent:
        """Return both together, under this day and engine."""
        ours, theirs = self.usage, more.usage
        usage = Usage(
            seconds=ours.seconds + theirs.seconds,
            tokens_in=ours.tokens_in + theirs.tokens_in,
            tokens_out=ours.tokens_out + theirs.tokens_out,
            cost=ours.cost + theirs.cost,
        )
        return replace(self, answers=self.answers + more.answers, usage=usage)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class History:
    """The file, made when it is first needed, 0600. Its functions block: call them in a thread.

    Several threads and several programs may use it at once; reading makes nothing.
    """

    def __init__(
        self, file: Path, keep_text: timedelta = KEEP_TEXT, now: Callable[[], datetime] = utc_now
    ) -> None:
        """`keep_text` is how long words are kept; zero keeps none."""
        self._database = Database(file, _STEPS)
        self.records = Records(self._database)
        self._keep_text = keep_text
        self._now = now

    def note(self, entry: Entry) -> None:
        """Add an entry, or bring the one of its `id` up to date; words past their time are removed.

        It is on the disk when this returns. Words that are not where they belong are kept for longer.

        Raises:
            HistoryError: it is not noted.
        """
        horizon = self._horizon()
        began, ended = microseconds(entry.began), microseconds(entry.ended)
        kept = ended > horizon or entry.fate in (Fate.HELD, Fate.FAILED)
        text = storable(entry.text) if kept else None
        words = (text, storable(entry.reason), entry.engine, entry.took, storable(entry.generation))
        with self._database.writing("FULL") as db:
            if entry.id:
                db.execute(_SETTLE, (entry.fate, *words, entry.id))
                if entry.fate not in (Fate.HELD, Fate.FAILED):
                    db.execute("DELETE FROM deliveries WHERE entry = ?", (entry.id,))
                if text is None:
                    self._database.leave_no_traces()
            else:
                db.execute(_NOTE, (began, ended, entry.fate, *words))
            db.execute(_PRUNE, (MOST_ENTRIES,))
            self._forget(db, horizon)

    def forget(self) -> None:
        """Remove the words past their time, whether or not anything is noted.

        Raises:
            HistoryError: they are not removed.
        """
        with self._database.writing("FULL") as db:
            self._forget(db, self._horizon())

    def entries(self, most: int) -> Sequence[Entry]:
        """Return the newest entries, oldest first.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_entry, self._database.read(_ENTRIES, min(most, MOST_ENTRIES)))[::-1]

    def spend(self, day: date, engine: str, usage: Usage, answers: int = 1) -> None:
        """Add to what the engine did that day.

        It outlives this program at once, and a power cut as soon as the next entry is noted: an answer is
        followed by its entry, and need not wait for the disk twice.

        Raises:
            HistoryError: it is not noted.
        """
        used = (usage.seconds, usage.tokens_in, usage.tokens_out, usage.cost)
        with self._database.writing("NORMAL") as db:
            db.execute(_SPEND, (day.isoformat(), engine, answers, *used))
            db.execute("DELETE FROM spent WHERE day <= ?", (_before(day, MOST_DAYS).isoformat(),))

    def spent(self, since: date) -> Sequence[Spent]:
        """Return what was spent from that day on, by day, and by engine in the order they were first asked.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_spent, self._database.read(_SPENT, since.isoformat()))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _horizon(self) -> int:
        """Words spoken until then are not kept."""
        if not self._keep_text:
            return _FOR_EVER
        return microseconds(self._now()) - self._keep_text // MICROSECOND

    def _forget(self, db: sqlite3.Connection, horizon: int) -> None:
        if db.execute(_FORGET, (horizon,)).rowcount:
            self._database.leave_no_traces()

    def _made(self, make: Callable[..., _Row], rows: list[tuple[Any, ...]]) -> list[_Row]:
        try:
            return [make(*row) for row in rows]
        except (ArithmeticError, TypeError, ValueError) as error:
            raise self._database.damaged() from error


def _entry(began: int, ended: int, fate: str, text: str | None, *rest: Any) -> Entry:
    return Entry(from_microseconds(began), from_microseconds(ended), Fate(fate), text or "", *rest)


def _spent(day: str, engine: str, answers: int, *used: Any) -> Spent:
    return Spent(date.fromisoformat(day), engine, answers, Usage(*used))


def _before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))
