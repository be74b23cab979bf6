"""What became of each utterance, and what it cost: a SQLite file in the state directory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar

from dictated.database import Database
from dictated.expiry import BATCH, MOST_ENTRIES, Expiry, Keep, Sound
from dictated.recent import recent
from dictated.records import WAITING, Fate, Records, from_microseconds, microseconds, storable
from dictated.schema import STEPS
from dictated.stages import Latency, Stages
from dictated.types import Usage

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from dictated.details import Past

MOST_DAYS = 1_100
"""Days whose figures are kept: three years."""

KEEP = Keep()

_FIRST = date(1970, 1, 2)  # of which each zone knows when it began

_Row = TypeVar("_Row")

_NOTE = """INSERT INTO entries (began, ended, aged, fate, text, raw, reason, engine, took, generation,
    pause, wait, delivery, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_SPEND = """INSERT INTO spent (day, engine, answers, seconds, tokens_in, tokens_out, cost)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (day, engine) DO UPDATE SET answers = answers + excluded.answers,
        seconds = seconds + excluded.seconds, tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out, cost = cost + excluded.cost"""

_SETTLE = """UPDATE entries SET fate = ?1, text = ?2,
    raw = CASE WHEN ?2 = text THEN coalesce(?3, raw) ELSE ?3 END,  -- one text, one raw text
    reason = ?4, engine = ?5, took = ?6, generation = ?7, pause = ?8, wait = ?9, delivery = ?10, length = ?11
    WHERE id = ?12"""

_PRUNE = """DELETE FROM entries WHERE fate IN ('delivered', 'empty', 'cancelled') AND audio = ''
    AND id <= (SELECT max(id) FROM entries) - ?"""

_FIELDS = "began, ended, fate, text, raw, reason, engine, took, generation, id, audio"
_ENTRIES = f"SELECT {_FIELDS} FROM entries ORDER BY id DESC LIMIT ?"  # noqa: S608 (ours)
_OF_NUMBERS = f"SELECT {_FIELDS} FROM entries WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"  # noqa: S608 (ours)

_TEXTS = "SELECT id, text FROM entries WHERE text IS NOT NULL AND text != '' ORDER BY id"

_LATENCIES = """SELECT ended, engine, took, pause, wait, delivery, length FROM entries
    WHERE pause IS NOT NULL AND fate = 'delivered' AND ended >= ? ORDER BY id"""

_SPENT = """SELECT day, engine, answers, seconds, tokens_in, tokens_out, cost
    FROM spent WHERE day >= ? ORDER BY day, rowid"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance: when it was spoken, what was understood, by whom, and what became of it.

    `reason` says why it was held or has failed; `took` is how long the answer took, in seconds; `generation`
    the service's name for the answer; `id` the history's own number, 0 before it is noted; `audio` the name
    of its file in the spool, where there is one; `raw` what the engine wrote, where the text is other than
    that.
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
    audio: str = ""
    raw: str = field(default="", repr=False)


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

    def __init__(self, file: Path, keep: Keep = KEEP, now: Callable[[], datetime] = utc_now) -> None:
        self._database = Database(file, STEPS)
        self.expiry = Expiry(self._database, keep, now)
        self.records = Records(self._database, self.expiry.sound_horizon)
        self.listeners: set[Callable[[], object]] = set()  # told, by the thread that notes, of each note

    def note(self, entry: Entry, stages: Stages | None = None) -> None:
        """Add an entry, or bring the one of its `id` up to date.

        It is on the disk when this returns; words that are past their time are not. Words that are not where
        they belong are never past it, words that were thrown away always. `stages` is for what is delivered
        as soon as it was said.

        Raises:
            HistoryError: it is not noted.
        """
        kept = entry.fate in WAITING or microseconds(entry.ended) > self.expiry.word_horizon()
        kept = kept and entry.fate is not Fate.CANCELLED
        text, raw = _words(entry) if kept else (None, None)
        words = (text, raw, storable(entry.reason), entry.engine, entry.took, storable(entry.generation))
        took = (stages.pause, stages.wait, stages.delivery, stages.sound) if stages else (None,) * 4
        with self._database.writing("FULL") as db:
            if entry.id:
                self._settle(db, entry, *words, *took)
                if not kept:
                    self._database.leave_no_traces()
            else:
                began, ended = microseconds(entry.began), microseconds(entry.ended)
                db.execute(_NOTE, (began, ended, ended, entry.fate, *words, *took))
            db.execute(_PRUNE, (MOST_ENTRIES,))
        for tell in tuple(self.listeners):
            tell()

    def _settle(self, db: sqlite3.Connection, entry: Entry, *values: Any) -> None:
        db.execute(_SETTLE, (entry.fate, *values, entry.id))
        if entry.fate not in WAITING:
            db.execute("DELETE FROM deliveries WHERE entry = ?", (entry.id,))

    def sounds(self, fates: Collection[Fate]) -> list[Sound]:
        """Return sound of these fates, some of it; there is no more when none is returned.

        Raises:
            HistoryError: the file cannot be read.
        """
        query = f"SELECT id, audio, size FROM entries WHERE audio != '' AND fate IN ({_marks(fates)}) LIMIT ?"  # noqa: S608 (marks)
        return self._made(Sound, self._database.read(query, *fates, BATCH))

    def remove(self, fates: Collection[Fate]) -> tuple[int, int]:
        """Remove the entries of these fates, as far as their sound is gone, without a trace of the words.

        Return how many were removed, and how many stay.

        Raises:
            HistoryError: not all of it is removed.
        """
        query = f"DELETE FROM entries WHERE audio = '' AND fate IN ({_marks(fates)})"  # noqa: S608 (marks)
        with self._database.writing("FULL") as db:
            removed = db.execute(query, tuple(fates)).rowcount
            db.execute("DELETE FROM deliveries WHERE entry NOT IN (SELECT id FROM entries)")
            ((left,),) = db.execute("SELECT count(*) FROM entries")
        self._database.rebuild()
        return removed, left

    def entries(self, most: int) -> Sequence[Entry]:
        """Return the newest entries, oldest first.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_entry, self._database.read(_ENTRIES, min(most, MOST_ENTRIES)))[::-1]

    def recent(self) -> Sequence[Past]:
        """Return the newest that are over, oldest first.

        Raises:
            HistoryError: the file cannot be read.
        """
        return recent(self._database)

    def texts(self) -> list[tuple[int, str]]:
        """Return every text there is, with its number, oldest first.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_numbered, self._database.read(_TEXTS))

    def chosen(self, numbers: Iterable[int]) -> Sequence[Entry]:
        """Return the entries of these numbers, oldest first.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_entry, self._database.read(_OF_NUMBERS, json.dumps(list(numbers))))

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

    def latencies(self, since: date) -> Sequence[Latency]:
        """Return how long what was said from that day on took, where that was delivered at once, in order.

        Raises:
            HistoryError: the file cannot be read.
        """
        return self._made(_latency, self._database.read(_LATENCIES, _midnight(since)))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _made(self, make: Callable[..., _Row], rows: list[tuple[Any, ...]]) -> list[_Row]:
        try:
            return [make(*row) for row in rows]
        except (ArithmeticError, TypeError, ValueError) as error:
            raise self._database.damaged() from error


def _entry(began: int, ended: int, fate: str, text: str | None, raw: str | None, *rest: Any) -> Entry:
    times = from_microseconds(began), from_microseconds(ended)
    return replace(Entry(*times, Fate(fate), text or "", *rest), raw=raw or "")


def _numbered(number: int, text: str) -> tuple[int, str]:
    return number, text


def _words(entry: Entry) -> tuple[str | None, str | None]:
    """Return what is written of its text and raw text: where there is a raw one, the text is not NULL."""
    text, raw = storable(entry.text), storable(entry.raw)
    return (text, raw) if raw and raw != text else (text or None, None)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _spent(day: str, engine: str, answers: int, *used: Any) -> Spent:
    return Spent(date.fromisoformat(day), engine, answers, Usage(*used))


def _latency(ended: int, engine: str, took: float, *stages: Any) -> Latency:
    return Latency(from_microseconds(ended).date(), engine, float(took), Stages(*map(float, stages)))


def _midnight(day: date) -> int:
    """When the day begins here; long before there was such a program, some day is as good as another."""
    return microseconds(datetime.combine(max(day, _FIRST), time()).astimezone())


def _before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))
