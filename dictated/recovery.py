"""Brings what an earlier run left behind to its end: in the background, and never blind into a window."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.archive import DiskArchive, Tally
from dictated.errors import HistoryError, SinkError, SpoolError, TranscriberError
from dictated.ports import Searchable
from dictated.records import Fate, Speech
from dictated.types import FRAME_BYTES, FRAME_SECONDS, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dictated.history import History
    from dictated.ports import Sink, Transcriber
    from dictated.records import Record
    from dictated.spool import Spool

log = logging.getLogger(__name__)

OLD = 1_000_000_000
"""Utterances of before are numbered from here on: whoever speaks now goes first."""

OVER = "its moment is over"
MAY_BE_THERE = "it may have reached its place already"
"""Why words wait: they never went to the window, or it is not known whether they arrived."""


class Recovery:
    """Transcribes and delivers what is undone, the oldest first: at the start, and when told to try again."""

    def __init__(
        self, transcriber: Transcriber, sinks: Sequence[Sink], spool: Spool, history: History
    ) -> None:
        self._transcriber = transcriber
        self._sinks = tuple(sinks)
        self._spool = spool
        self._history = history
        self._archive = DiskArchive(Tally(), spool, history)
        self._before: frozenset[int] = frozenset()  # the history's numbers of what an earlier run left
        self._wanted = anyio.Event()

    async def prepare(self) -> None:
        """Find what an earlier run left, before this one adds to it."""
        try:
            left = await to_thread.run_sync(self._find)
            await self._look(left)
        except HistoryError as error:
            log.warning("what was said before is not looked for: %s", error)
            return
        self._before = frozenset(record.id for record in left)
        if left:
            log.info("utterances of before that are brought to their end: %d", len(left))
            self._wanted.set()

    def again(self) -> None:
        """Try what has failed once more, and what waits behind it."""
        self._wanted.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted = anyio.Event()
            for record in await to_thread.run_sync(self._undone):
                if not await self._finish(record):
                    break

    def _find(self) -> list[Record]:
        """Sound without a record gets one: the program ended while it was spoken, or before it was noted."""
        records = self._history.records
        try:
            for found in self._spool.adopt(records.audio(), records.covers):
                frames = len(found.pcm) // FRAME_BYTES
                whole = Speech(0, 0, frames, frames)
                records.adopt(_utterance(0, found.began, found.pcm, whole), found.name)
            for number, audio in records.outlived():
                self._spool.drop(audio)
                records.forget_audio(number)
        except SpoolError as error:
            log.warning("sound of before is not looked after: %s", error)
        return records.undone()

    async def _look(self, left: Sequence[Record]) -> None:
        """See whether what was on its way when the program ended has arrived, before anything else does."""
        for record in left:
            for sink in self._sinks:
                mark, place = record.marks.get(sink.name, ("", ""))
                if mark == "begun" and isinstance(sink, Searchable):
                    there = await sink.has(_known(record, _silent(record)), place)
                    step = self._history.records.done if there else self._history.records.missed
                    await to_thread.run_sync(step, record.id, sink.name)

    def _undone(self) -> list[Record]:
        try:
            undone = self._history.records.undone()
        except HistoryError as error:
            log.warning("what has failed is not tried again: %s", error)
            return []
        return [record for record in undone if record.fate is Fate.FAILED or record.id in self._before]

    async def _finish(self, record: Record) -> bool:
        """Bring one utterance to its end; say whether the next one has a chance."""
        utterance, fault = await to_thread.run_sync(self._load, record)
        self._archive.found(utterance, record.id, record.audio)
        if record.text:
            await self._settle(_known(record, utterance), record)
            return True
        if fault:
            await self._archive.failed(utterance, fault)
            return True
        try:
            transcript = await self._transcriber.transcribe(utterance)
        except TranscriberError as error:
            await self._archive.failed(utterance, str(error))
            return not (error.retryable or error.lasting)
        await self._settle(transcript, record)
        return True

    async def _settle(self, transcript: Transcript, record: Record) -> None:
        if not transcript.text:
            await self._archive.empty(transcript)
        elif transcript.doubt:
            await self._archive.held(transcript, transcript.doubt)
        else:
            await self._deliver(transcript, record)

    async def _deliver(self, transcript: Transcript, record: Record) -> None:
        """Bring the words to the log; for every other sink they wait, for its moment is over."""
        held, lost = "", ""
        for sink in self._sinks:
            mark, place = record.marks.get(sink.name, ("", ""))
            if mark == "done":
                continue
            if not isinstance(sink, Searchable):
                held = MAY_BE_THERE if mark == "begun" or held == MAY_BE_THERE else OVER
            elif mark != "begun" or not await sink.has(transcript, place):
                lost = await self._append(sink, transcript, record.id) or lost
        if lost:
            await self._archive.failed(transcript.utterance, lost, transcript)
        elif held:
            await self._archive.held(transcript, f"{held}; `dictated insert {record.id}` types it")
        else:
            await self._archive.delivered(transcript)

    async def _append(self, sink: Searchable, transcript: Transcript, number: int) -> str:
        """Add the words, if that can be marked; return why it is not possible."""
        records = self._history.records
        try:
            await to_thread.run_sync(records.begin, number, transcript, sink.name, await sink.place())
            try:
                await sink.deliver(transcript)
            except SinkError as error:
                await to_thread.run_sync(records.missed, number, sink.name)
                return f"{sink.name}: {error}"
        except HistoryError as error:
            return str(error)
        await self._archive.done(transcript.utterance, sink.name)
        return ""

    def _load(self, record: Record) -> tuple[Utterance, str]:
        """Return it with its sound, or why there is none."""
        try:
            pcm = self._spool.load(record.audio)
        except SpoolError as error:
            return _silent(record), str(error)
        frames = len(pcm) // FRAME_BYTES
        speech = record.speech
        if speech is None or speech.offset > speech.first + frames:  # the file has lost its end
            speech = Speech(0, 0, frames, frames)
        return _utterance(OLD + record.id, record.began, pcm, speech), ""


def _known(record: Record, utterance: Utterance) -> Transcript:
    return Transcript(utterance, record.text, record.engine, record.took, generation=record.generation)


def _silent(record: Record) -> Utterance:
    return _utterance(OLD + record.id, record.began, b"", Speech(0, 0, 0, 0))


def _utterance(number: int, began: datetime, pcm: bytes, speech: Speech) -> Utterance:
    whole = pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES]
    segment = Segment(whole, speech.first, speech.onset, speech.offset, speech.voiced)
    spoken = timedelta(seconds=(speech.offset - speech.onset) * FRAME_SECONDS)
    return Utterance(number, segment, began, began + spoken)
