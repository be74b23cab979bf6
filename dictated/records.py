"""How far each utterance has come, on the disk before each step: what a crash leaves is found again here.

An utterance is `recorded` (its sound is on the disk), then `transcribed` (it has words), then it has come to
an end: delivered, held, empty, failed, cancelled. While it is being delivered, each sink has a mark: `begun`
before the words go there, `done` afterwards.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dictated.tape import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.database import Database
    from dictated.types import Transcript, Utterance

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Fate(StrEnum):
    """What became of an utterance, or how far it has come: `recorded` and `transcribed` are not the end."""

    RECORDED = "recorded"
    TRANSCRIBED = "transcribed"
    DELIVERED = "delivered"
    HELD = "held"
    EMPTY = "empty"
    FAILED = "failed"
    CANCELLED = "cancelled"


BATCH = 200
"""Entries read at once: with the longest texts a few megabytes."""

WAITING = frozenset({Fate.HELD, Fate.FAILED})
"""Ends that are none yet: the words or the sound are not where they belong."""


_OPEN = """INSERT INTO entries (began, ended, fate, text, reason, engine, took, generation, audio, speech,
    aged, size, profile) VALUES (?1, ?2, 'recorded', NULL, '', '', 0, '', ?3, ?4, ?2, ?5, ?6)"""

_HAS_TEXT = """UPDATE entries SET fate = 'transcribed', text = ?, raw = ?, reason = '', engine = ?, took = ?,
    generation = ? WHERE id = ? AND coalesce(text, '') = ''"""

_MARK = """INSERT INTO deliveries (entry, sink, mark, place) VALUES (?, ?, ?, ?)
    ON CONFLICT (entry, sink) DO UPDATE SET mark = excluded.mark, place = excluded.place"""

_ADOPT = """UPDATE entries SET audio = ?, speech = ?, size = ? WHERE id =
    (SELECT max(id) FROM entries WHERE began = ? AND fate = 'failed' AND audio = '') RETURNING id"""

_FIELDS = "id, began, ended, fate, text, reason, engine, took, generation, audio, speech, raw, profile"

_MARKS = "SELECT entry, sink, mark, place FROM deliveries WHERE entry IN"

_UNDONE = """fate IN ('recorded', 'transcribed', 'failed')
    AND (audio != '' OR (text IS NOT NULL AND text != ''))"""

_WAITING = f"SELECT count(*) FROM entries WHERE {_UNDONE} AND (fate = 'failed' OR id <= ?)"  # noqa: S608 (ours)

_OUTLIVED = """SELECT id, audio FROM entries WHERE audio != ''
    AND (fate = 'cancelled' OR (fate IN ('delivered', 'empty') AND aged <= ?))"""

_COVERS = "SELECT 1 FROM entries WHERE began >= ? AND began <= ? AND speech LIKE ? LIMIT 1"


@dataclass(frozen=True, slots=True)
class Speech:
    """Where in its sound the speech is, counted in frames from its first: `Segment` without the sound."""

    first: int
    onset: int
    offset: int
    voiced: int


@dataclass(frozen=True, slots=True)
class Record:
    """An utterance as it stands on the disk; `audio` is the name of its file, empty where there is none.

    `raw` is what the engine wrote, where the text is other than that.
    `marks` holds, by the name of the sink, the mark and the place it was made with.
    """

    id: int
    began: datetime
    ended: datetime
    fate: Fate
    audio: str
    speech: Speech | None
    text: str = field(default="", repr=False)
    engine: str = ""
    took: float = 0.0
    generation: str = ""
    reason: str = ""
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    raw: str = field(default="", repr=False)
    profile: str = ""

    def mark(self, sink: str) -> tuple[str, str]:
        """Return the mark of this sink and the place it was made with, both empty where there is none."""
        return self.marks.get(sink, ("", ""))


class Records:
    """The part of the history that is still under way. Its functions block: call them in a thread."""

    def __init__(self, database: Database, sound_horizon: Callable[[], int]) -> None:
        """`sound_horizon` tells until when sound was spoken that is not kept."""
        self._database = database
        self._sound_horizon = sound_horizon

    def open(self, utterance: Utterance, audio: str) -> int:
        """Note an utterance whose sound is in the file `audio`; return the history's number for it.

        Raises:
            HistoryError: it is not noted. So for all functions here.
        """
        began, ended = microseconds(utterance.began), microseconds(utterance.ended)
        with self._database.writing("FULL") as db:
            values = (began, ended, audio, _speech(utterance), len(utterance.pcm), utterance.profile)
            return db.execute(_OPEN, values).lastrowid or 0

    def adopt(self, utterance: Utterance, audio: str) -> int:
        """Do the same for sound that was found; what has failed at that very time gets its sound back."""
        values = (audio, _speech(utterance), len(utterance.pcm), microseconds(utterance.began))
        with self._database.writing("FULL") as db:
            rows = db.execute(_ADOPT, values).fetchall()
        return int(rows[0][0]) if rows else self.open(utterance, audio)

    def begin(self, number: int, transcript: Transcript, sink: str, place: str = "") -> None:
        """Note the words where there are none, and mark that they are about to go to a sink.

        `place` is where, as the sink understands it. Both are on the disk when this returns, at the price of
        one: nothing lies between an answer and its typing that two would make safer.
        """
        text, raw = storable(transcript.text), storable(transcript.raw) or None
        words = (text, raw, transcript.engine, transcript.seconds)
        with self._database.writing("FULL") as db:
            db.execute(_HAS_TEXT, (*words, storable(transcript.generation), number))
            db.execute(_MARK, (number, sink, "begun", place))

    def done(self, number: int, sink: str) -> None:
        """Mark that the words are there."""
        with self._database.writing("NORMAL") as db:
            db.execute(_MARK, (number, sink, "done", ""))

    def missed(self, number: int, sink: str) -> None:
        """Take the mark back: the words are certainly not there."""
        with self._database.writing("NORMAL") as db:
            db.execute("DELETE FROM deliveries WHERE entry = ? AND sink = ?", (number, sink))

    def undone(self, after: int = 0, most: int = BATCH) -> list[Record]:
        """Return what has not come to a good end and of which there is sound or words, in order of speaking.

        That is the order of their numbers, whatever the clock did meanwhile; these are the first so many
        above the number `after`.
        """
        return self._records(f"{_UNDONE} AND id > ? ORDER BY id LIMIT ?", after, most)

    def begun(self) -> list[Record]:
        """Return those of them that were on their way to a sink."""
        marked = "id IN (SELECT entry FROM deliveries WHERE mark = 'begun') ORDER BY id"
        return self._records(f"{_UNDONE} AND {marked}")

    def newest(self) -> int:
        """Return the highest number there is, 0 for none."""
        ((newest,),) = self._database.read("SELECT max(id) FROM entries") or ((0,),)
        return newest or 0

    def waiting(self, before: int) -> int:
        """Count the undone but for those above the number `before` that are still under way."""
        ((waiting,),) = self._database.read(_WAITING, before) or ((0,),)
        return int(waiting)

    def find(self, number: int) -> Record | None:
        """Return one utterance by the history's number."""
        return next(iter(self._records("id = ?", number)), None)

    def last(self, fate: Fate) -> Record | None:
        """Return the newest utterance of this fate."""
        return next(iter(self._records("fate = ? ORDER BY id DESC LIMIT 1", fate)), None)

    def audio(self) -> set[str]:
        """Return the names of all files that an entry speaks of."""
        return {name for (name,) in self._database.read("SELECT audio FROM entries WHERE audio != ''")}

    def outlived(self) -> list[tuple[int, str]]:
        """Return number and file of what was thrown away, or has come to a good end and is past its time."""
        return [(number, audio) for number, audio in self._database.read(_OUTLIVED, self._sound_horizon())]

    def covers(self, first: int, began: datetime, ended: datetime) -> bool:
        """Say whether an utterance is noted that began in this time, and at that frame of its recording."""
        times = microseconds(began - SLACK), microseconds(ended + SLACK)
        return bool(self._database.read(_COVERS, *times, f"[{first},%"))

    def forget_audio(self, *numbers: int) -> None:
        """Note that their sound is no longer kept."""
        with self._database.writing("NORMAL") as db:
            db.executemany("UPDATE entries SET audio = '', size = 0 WHERE id = ?", zip(numbers))

    def _records(self, which: str, *values: int | str) -> list[Record]:
        """Return the utterances of a condition, which is ours."""
        entries = f"SELECT {_FIELDS} FROM entries WHERE {which}"  # noqa: S608 (ours)
        deliveries = f"{_MARKS} (SELECT id FROM entries WHERE {which})"  # noqa: S608 (ours)
        rows = self._database.read(entries, *values)
        marks: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
        for entry, sink, mark, place in self._database.read(deliveries, *values):
            marks[entry][sink] = (mark, place)
        try:
            return [_record(marks[row[0]], *row) for row in rows]
        except (ArithmeticError, TypeError, ValueError) as error:
            raise self._database.damaged() from error


def _speech(utterance: Utterance) -> str:
    segment = utterance.segment
    return json.dumps([segment.first, segment.onset, segment.offset, segment.voiced])


def _record(marks: dict[str, tuple[str, str]], number: int, began: int, ended: int, *rest: Any) -> Record:
    fate, text, reason, engine, took, generation, audio, speech, raw, profile = rest
    return Record(
        id=number,
        began=from_microseconds(began),
        ended=from_microseconds(ended),
        fate=Fate(fate),
        audio=audio,
        speech=Speech(*json.loads(speech)) if speech else None,
        text=text or "",
        engine=engine,
        took=took,
        generation=generation,
        reason=reason,
        marks=marks,
        raw=raw or "",
        profile=profile,
    )


def microseconds(moment: datetime) -> int:
    """Count them since 1970."""
    return (moment - _EPOCH) // MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Return the time, as it is told here."""
    return (_EPOCH + microseconds * MICROSECOND).astimezone()


def storable(text: str) -> str:
    """Replace lone surrogates, which SQLite does not take."""
    return text.encode(errors="replace").decode()
