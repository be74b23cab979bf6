"""What has come to a good end and need not be kept: words and sound past their time, sound beyond the limit.

Age counts from when it was spoken. What the clock says is still to be spoken ages from the moment that is
noticed, until the clock is right again: it is neither kept for ever nor gone at once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from itertools import starmap
from typing import TYPE_CHECKING

from dictated.records import MICROSECOND, microseconds

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from dictated.database import Database

log = logging.getLogger(__name__)

MOST_ENTRIES = 100_000
"""Entries kept, the newest: two months of an utterance every five seconds, two hours a day; some 25 MB."""

BATCH = 500
"""Files that go at once."""

MEGABYTE = 1_000_000

_FOR_EVER = 2**63 - 1  # the last moment SQLite has a number for

_NOTICE = """UPDATE entries SET aged = :now
    WHERE {} AND fate IN ('delivered', 'empty', 'cancelled') AND aged > :now"""
_AHEAD = tuple(_NOTICE.format(there) for there in ("text IS NOT NULL", "audio != ''"))
_RIGHT_AGAIN = "UPDATE entries SET aged = ended WHERE aged < ended AND ended <= :now"

_FORGET = """UPDATE entries SET text = NULL, raw = NULL
    WHERE text IS NOT NULL AND fate IN ('delivered', 'empty', 'cancelled') AND aged <= ?"""

_SOUNDS = """SELECT id, audio, size FROM entries
    WHERE audio != '' AND fate IN ('delivered', 'empty', 'cancelled')"""
_PAST = f"{_SOUNDS} AND aged <= ? LIMIT ?"
_OF_OLD = f"{_SOUNDS} AND id <= (SELECT max(id) FROM entries) - ? LIMIT ?"  # noqa: S608 (ours)
_OLDEST = f"{_SOUNDS} ORDER BY aged, id LIMIT ?"

_NEXT = """SELECT min(aged) FROM entries
    WHERE {} AND fate IN ('delivered', 'empty', 'cancelled')"""
_NEXT_WORDS = _NEXT.format("text IS NOT NULL")
_NEXT_SOUND = _NEXT.format("audio != ''")


@dataclass(frozen=True, slots=True)
class Keep:
    """How long words and sound are kept after they were spoken, and how many bytes of sound there may be.

    Zero keeps none beyond delivery. What is not delivered is kept whatever these say.
    """

    text: timedelta = timedelta(days=30)
    audio: timedelta = timedelta(0)
    most_sound: int = 1000 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Sound:
    """A file of the spool: the history's number of its utterance, its name, its size in bytes."""

    id: int
    audio: str
    size: int


def surplus(oldest: Iterable[Sound], excess: int) -> list[Sound]:
    """Return as many of these, from the first on, as make up the excess of bytes, and no more."""
    going = []
    for sound in oldest:
        if excess <= 0:
            break
        going.append(sound)
        excess -= sound.size
    return going


class Expiry:
    """The part of the history that is about to go. Its functions block: call them in a thread."""

    def __init__(self, database: Database, keep: Keep, now: Callable[[], datetime]) -> None:
        self._database = database
        self._keep = keep
        self._now = now
        self._told = False  # that there is too much sound that must not go; forgotten when there is room

    def word_horizon(self) -> int:
        """Words spoken until then, in microseconds since 1970, are not kept."""
        return self._horizon(self._keep.text)

    def sound_horizon(self) -> int:
        """Sound spoken until then is not kept."""
        return self._horizon(self._keep.audio)

    def overdue(self) -> list[Sound]:
        """Forget the words past their time; return the sound past its time, or else that beyond the limit.

        At most so many at once: there is no more when none is returned. The caller removes it, and says so
        (`Records.forget_audio`). Where sound that must stay is more than the limit alone, that is told once.

        Raises:
            HistoryError: nothing is forgotten.
        """
        with self._database.writing("NORMAL") as db:
            self._age(db)
            if db.execute(_FORGET, (self.word_horizon(),)).rowcount:
                self._database.leave_no_traces()
            past = _sounds(db, _PAST, self.sound_horizon(), BATCH)
            return past or _sounds(db, _OF_OLD, MOST_ENTRIES, BATCH) or self._beyond(db)

    def due_s(self) -> float:
        """Return in how many seconds the next words or sound are past their time.

        Raises:
            HistoryError: the file cannot be read.
        """
        now = microseconds(self._now())
        pairs = ((_NEXT_WORDS, self._keep.text), (_NEXT_SOUND, self._keep.audio))
        return min((self._next(query) + keep // MICROSECOND - now) / 1e6 for query, keep in pairs)

    def _next(self, query: str) -> int:
        ((aged,),) = self._database.read(query) or [(None,)]
        return _FOR_EVER if aged is None else aged

    def _horizon(self, keep: timedelta) -> int:
        return microseconds(self._now()) - keep // MICROSECOND if keep else _FOR_EVER

    def _age(self, db: sqlite3.Connection) -> None:
        """See that nothing counts as spoken later than now, nor earlier than it was."""
        now = {"now": microseconds(self._now())}
        for statement in (*_AHEAD, _RIGHT_AGAIN):
            db.execute(statement, now)

    def _beyond(self, db: sqlite3.Connection) -> list[Sound]:
        """Return what makes room for all sound within the limit."""
        ((total,),) = db.execute("SELECT bytes FROM sound")
        excess = total - self._keep.most_sound
        going = surplus(_sounds(db, _OLDEST, BATCH), excess) if excess > 0 else []
        if excess > 0 and not going and not self._told:
            log.warning(
                "%d MB of sound is not delivered yet, more than limits.spool_mb (%d); all of it is kept",
                total // MEGABYTE,
                self._keep.most_sound // MEGABYTE,
            )
        self._told = excess > 0 and (self._told or not going)
        return going


def _sounds(db: sqlite3.Connection, query: str, *values: int) -> list[Sound]:
    return list(starmap(Sound, db.execute(query, values)))
