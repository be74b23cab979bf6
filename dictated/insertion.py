"""Brings words that were held back to where the user wants them now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.archive import DiskArchive, Tally
from dictated.errors import HistoryError, RequestError
from dictated.records import Fate
from dictated.types import Segment, Transcript, Utterance

if TYPE_CHECKING:
    from dictated.delivery import Delivery
    from dictated.history import History
    from dictated.records import Record
    from dictated.spool import Spool

INSERTED = (Fate.HELD, Fate.DELIVERED, Fate.FAILED)
"""What may be asked for: also what was delivered, once more."""


class Insertion:
    """Puts words of the history into the window that has the focus now."""

    def __init__(self, delivery: Delivery, spool: Spool, history: History) -> None:
        self._delivery = delivery
        self._history = history
        self._archive = DiskArchive(Tally(), spool, history)

    async def insert(self, number: int | None, profile: str = "") -> int:
        """Insert the words of this number of the history, or those held last; return the number.

        They go where words of this profile go; without one, where those of the profile go that they were said
        with.

        Raises:
            RequestError: there are none, or they did not arrive.
        """
        try:
            record = await to_thread.run_sync(self._find, number)
        except HistoryError as error:
            raise RequestError(str(error)) from error
        transcript = _as_spoken_now(record, profile or record.profile)
        self._archive.found(transcript.utterance, record.id, record.audio)
        having = await self._having(record, transcript)
        came = await self._delivery.insert(transcript, self._archive, having)
        if came.held or not came.takers:
            raise RequestError(f"number {record.id} was not inserted: {came.held or _why_not(having)}")
        await self._archive.delivered(transcript)
        return record.id

    async def _having(self, record: Record, transcript: Transcript) -> list[str]:
        """Return the names of the sinks that keep words and have these; a window may get them once more."""
        having = []
        for sink in self._delivery.keepers:
            mark, place = record.mark(sink.name)
            begun = mark == "begun" and await sink.has(transcript, place)
            if begun or mark == "done" or record.fate is Fate.DELIVERED:
                having.append(sink.name)
        return having

    def _find(self, number: int | None) -> Record:
        records = self._history.records
        record = records.last(Fate.HELD) if number is None else records.find(number)
        if record is None:
            what = "nothing is held back" if number is None else f"there is no number {number}"
            raise RequestError(f"{what}; `dictated history` shows what there is")
        if not record.text or record.fate not in INSERTED:
            raise RequestError(f"number {record.id} has no words; `dictated history` shows why")
        return record


def _why_not(having: list[str]) -> str:
    return f"it is in the {' and the '.join(having)} already" if having else "no sink took it"


def _as_spoken_now(record: Record, profile: str) -> Transcript:
    """The words as if they were said this moment, to whatever window has the focus."""
    segment, asked = Segment(b"", 0, 0, 0, 0), datetime.now(UTC)
    utterance = Utterance(record.id, segment, record.began, record.ended, profile=profile, asked=asked)
    return replace(
        Transcript(utterance, record.text, record.engine, record.took), generation=record.generation
    )
