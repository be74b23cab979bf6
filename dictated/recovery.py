"""Brings what an earlier run left behind to its end: in the background, and never blind into a window."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.archive import DiskArchive, Tally
from dictated.errors import HistoryError, RequestError, SinkError, SpoolError, TranscriberError
from dictated.ports import Searchable
from dictated.recollection import load, silent, utterance, words
from dictated.records import Fate, Speech
from dictated.types import FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.history import History
    from dictated.ports import Sink, Transcriber
    from dictated.records import Record
    from dictated.resending import Resending
    from dictated.spool import Spool
    from dictated.types import Transcript, Utterance

log = logging.getLogger(__name__)

OVER = "its moment is over"
MAY_BE_THERE = "it may have reached its place already"
AGAIN = "it is transcribed again"
"""Why words wait: they never went to the window, or may have arrived there, or were asked for once more."""

GIVE_UP = 3
"""What has failed so often while the next one did not is left alone: `dictated retry`, or the next start."""

MOST_ASKED = 1_000
"""Numbers that may be asked for at once."""


class Recovery:
    """Transcribes and delivers what is undone, the oldest first: at the start, and again when it may help."""

    def __init__(
        self,
        transcriber: Transcriber,
        sinks: Sequence[Sink],
        spool: Spool,
        history: History,
        resending: Resending,
    ) -> None:
        self._transcriber = transcriber
        self._sinks = tuple(sinks)
        self._spool = spool
        self._history = history
        self._archive = DiskArchive(Tally(), spool, history)
        self._before: frozenset[int] = frozenset()  # the history's numbers of what an earlier run left
        self._resending = resending
        self._asked: dict[int, None] = {}  # numbers of the history, in the order of asking
        self._alone: Counter[int] = Counter()  # how often a number has failed and the next one has not

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
            self._resending.now()

    def saw(self, fate: Fate, _reason: str = "") -> None:
        """Take note of what came of an utterance just now: it may be time to try again what waits."""
        if fate is Fate.FAILED:
            self._resending.failed()
        elif fate is not Fate.CANCELLED:
            self._resending.worked()

    async def retry(self, number: int | None) -> int:
        """Try what has failed once more, or what has this number of the history; return how many that are.

        Words that were understood before are replaced, and wait to be inserted.

        Raises:
            RequestError: there is nothing to be tried.
        """
        try:
            count = await to_thread.run_sync(self._ask, number)
        except HistoryError as error:
            raise RequestError(str(error)) from error
        self._resending.now()
        return count

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._resending.due()
            while self._asked:
                await self._again(next(iter(self._asked)))
            try:
                undone = await to_thread.run_sync(self._undone)
            except HistoryError as error:
                log.warning("what has failed is not tried again: %s", error)
            else:
                await self._finish_all(undone)

    async def _finish_all(self, records: Sequence[Record]) -> None:
        """Bring what is undone to its end.

        When two fail one after the other, the rest has no chance either and waits, so that the order is kept.
        """
        stuck: Record | None = None
        for record in records:
            if self._alone[record.id] >= GIVE_UP:
                continue
            if await self._finish(record):
                self._alone.update([stuck.id] if stuck else [])
                stuck = None
                continue
            self._resending.failed()
            if stuck:
                break
            stuck = record

    def _ask(self, number: int | None) -> int:
        """Note what is to be tried; return how many that are."""
        if number is None:
            self._alone.clear()
            count = len(self._undone())
            if not count:
                raise RequestError("nothing has failed; `dictated history` shows what there is")
            return count
        record = self._history.records.find(number)
        if record is None:
            raise RequestError(f"there is no number {number}; `dictated history` shows what there is")
        if not self._is_undone(record):
            _see_that_it_can_be_tried(record)
        if len(self._asked) >= MOST_ASKED:
            raise RequestError(f"{MOST_ASKED} are asked for already; wait until they are done")
        self._asked[number] = None
        return 1

    async def _again(self, number: int) -> None:
        """Do what was asked for."""
        try:
            record = await to_thread.run_sync(self._history.records.find, number)
            if record and self._is_undone(record):
                self._alone.pop(number, None)
                await self._finish(record)
            elif record:
                await self._renew(record)
        except HistoryError as error:
            log.warning("number %d is not tried again: %s", number, error)
        self._asked.pop(number, None)

    async def _renew(self, record: Record) -> None:
        """Transcribe what has come to an end once more; its words wait to be sent where they belong."""
        spoken, fault = await to_thread.run_sync(load, record, self._spool)
        try:
            transcript = None if fault else await self._transcriber.transcribe(spoken)
        except TranscriberError as error:
            transcript, fault = None, str(error)
        if transcript is None or not transcript.text:
            log.warning("number %d stays as it was: %s", record.id, fault or "there are no words in it")
            return
        if record.fate is Fate.DELIVERED:
            await self._have_it_already(record)
        self._archive.found(spoken, record.id, record.audio)
        await self._archive.held(transcript, f"{AGAIN}; `dictated insert {record.id}` inserts it")

    async def _have_it_already(self, record: Record) -> None:
        """Note that what keeps words has those of before: it gets no others."""
        for sink in self._sinks:
            if isinstance(sink, Searchable):
                await to_thread.run_sync(self._history.records.done, record.id, sink.name)

    def _find(self) -> list[Record]:
        """Sound without a record gets one: the program ended while it was spoken, or before it was noted."""
        records = self._history.records
        try:
            for found in self._spool.adopt(records.audio(), records.covers):
                frames = len(found.pcm) // FRAME_BYTES
                whole = Speech(0, 0, frames, frames)
                records.adopt(utterance(0, found.began, found.pcm, whole), found.name)
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
                    there = await sink.has(words(record, silent(record)), place)
                    step = self._history.records.done if there else self._history.records.missed
                    await to_thread.run_sync(step, record.id, sink.name)

    def _undone(self) -> list[Record]:
        return list(filter(self._is_undone, self._history.records.undone()))

    def _is_undone(self, record: Record) -> bool:
        """Say whether it is for us: what is spoken just now is the pipeline's."""
        under_way = record.fate in {Fate.RECORDED, Fate.TRANSCRIBED}
        return record.fate is Fate.FAILED or (under_way and record.id in self._before)

    async def _finish(self, record: Record) -> bool:
        """Bring one utterance to its end; say whether the next one has a chance."""
        spoken, fault = await to_thread.run_sync(load, record, self._spool)
        if record.text:
            return await self._settle(words(record, spoken), record)
        if fault:
            return await self._give_up(spoken, record, fault)
        try:
            transcript = await self._transcriber.transcribe(spoken)
        except TranscriberError as error:
            if not (error.retryable or error.lasting):
                return await self._give_up(spoken, record, str(error))
            if record.fate is not Fate.FAILED:  # told once, not with every try
                await self._fail(spoken, record, str(error))
            return False
        return await self._settle(transcript, record)

    async def _give_up(self, spoken: Utterance, record: Record, reason: str) -> bool:
        """Leave alone what cannot be helped; the next one has a chance."""
        self._alone[record.id] = GIVE_UP
        await self._fail(spoken, record, reason)
        return True

    async def _fail(
        self, spoken: Utterance, record: Record, reason: str, transcript: Transcript | None = None
    ) -> None:
        if (record.fate, record.reason) != (Fate.FAILED, reason):  # else it is noted already
            self._archive.found(spoken, record.id, record.audio)
            await self._archive.failed(spoken, reason, transcript)

    async def _settle(self, transcript: Transcript, record: Record) -> bool:
        """Bring the words to their end; say whether the next ones have a chance."""
        self._archive.found(transcript.utterance, record.id, record.audio)
        if not transcript.text:
            await self._archive.empty(transcript)
        elif transcript.doubt:
            await self._archive.held(transcript, transcript.doubt)
        else:
            return await self._deliver(transcript, record)
        return True

    async def _deliver(self, transcript: Transcript, record: Record) -> bool:
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
            await self._fail(transcript.utterance, record, lost, transcript)
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
                await sink.deliver(transcript)
            except SinkError as error:
                await to_thread.run_sync(records.missed, number, sink.name)
                return f"{sink.name}: {error}"
        except HistoryError as error:
            return str(error)
        await self._archive.done(transcript.utterance, sink.name)
        return ""


def _see_that_it_can_be_tried(record: Record) -> None:
    """Raise `RequestError` for what has come to no end yet, or has no sound any more."""
    if record.fate in {Fate.RECORDED, Fate.TRANSCRIBED}:
        raise RequestError(f"number {record.id} is under way; it needs no second try yet")
    if not record.audio:
        raise RequestError(f"the sound of number {record.id} is no longer kept (history.keep_audio)")
