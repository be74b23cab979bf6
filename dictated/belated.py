"""Old words: what keeps words gets them, once; for every other place they wait, for its moment is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.errors import HistoryError, SinkError
from dictated.ports import Searchable
from dictated.recollection import silent, words
from dictated.records import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dictated.archive import DiskArchive
    from dictated.history import History
    from dictated.ports import Sink
    from dictated.records import Record
    from dictated.types import Transcript, Utterance

    Route = Callable[[str], Sequence[Sink]]

OVER = "its moment is over"
MAY_BE_THERE = "it may have reached its place already"
"""Why words wait: they never went to the window, or it is not known whether they arrived."""


class Belated:
    """Brings what was said before to its end."""

    def __init__(
        self,
        sinks: Sequence[Sink],
        history: History,
        archive: DiskArchive,
        route: Route | None = None,
    ) -> None:
        """`route` says which of the sinks the words of a profile go to; all, where it is not given."""
        self._sinks = tuple(sinks)
        self._route = route or (lambda _: self._sinks)
        self._history = history
        self._archive = archive

    async def look(self, left: Sequence[Record]) -> None:
        """See whether what was on its way when the program ended has arrived, before anything else does."""
        for record in left:
            for sink in self._sinks:
                mark, place = record.mark(sink.name)
                if mark == "begun" and isinstance(sink, Searchable):
                    there = await sink.has(words(record, silent(record)), place)
                    step = self._history.records.done if there else self._history.records.missed
                    await to_thread.run_sync(step, record.id, sink.name)

    async def have_it_already(self, record: Record) -> None:
        """Note that what keeps words has those of before: it gets no others."""
        for sink in self._route(record.profile):
            if isinstance(sink, Searchable):
                await to_thread.run_sync(self._history.records.done, record.id, sink.name)

    async def settle(self, transcript: Transcript, record: Record) -> bool:
        """Bring the words to their end; say whether the next ones have a chance."""
        self._archive.found(transcript.utterance, record.id, record.audio)
        if not transcript.text:
            await self._archive.empty(transcript)
        elif transcript.doubt:
            await self._archive.held(transcript, transcript.doubt)
        else:
            return await self._deliver(transcript, record)
        return True

    async def fail(
        self, spoken: Utterance, record: Record, reason: str, transcript: Transcript | None = None
    ) -> None:
        """Note why it comes to no end, once."""
        if (record.fate, record.reason) != (Fate.FAILED, reason):  # else it is noted already
            self._archive.found(spoken, record.id, record.audio)
            await self._archive.failed(spoken, reason, transcript)

    async def _deliver(self, transcript: Transcript, record: Record) -> bool:
        """Bring the words to the log; for every other sink they wait, for its moment is over."""
        held, lost = "", ""
        for sink in self._route(record.profile):
            mark, place = record.mark(sink.name)
            if mark == "done":
                continue
            if not isinstance(sink, Searchable):
                held = MAY_BE_THERE if mark == "begun" or held == MAY_BE_THERE else OVER
            elif mark != "begun" or not await sink.has(transcript, place):
                lost = await self._append(sink, transcript, record.id) or lost
        if lost:
            await self.fail(transcript.utterance, record, lost, transcript)
        elif held:
            await self._archive.held(transcript, f"{held}; `dictated insert {record.id}` inserts it")
        else:
            await self._archive.delivered(transcript)
        return not lost

    async def _append(self, sink: Searchable, transcript: Transcript, number: int) -> str:
        """Add the words, if that can be marked; return why it is not possible."""
        records = self._history.records
        try:
            await to_thread.run_sync(records.begin, number, transcript, sink.name, await sink.place())
            try:
                await sink.deliver(replace(transcript, number=number))
            except SinkError as error:
                await to_thread.run_sync(records.missed, number, sink.name)
                return f"{sink.name}: {error}"
        except HistoryError as error:
            return str(error)
        await self._archive.done(transcript.utterance, sink.name)
        return ""
