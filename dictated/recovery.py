"""Brings what an earlier run left behind to its end: in the background, and never blind into a window."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.archive import DiskArchive, Tally
from dictated.belated import Belated
from dictated.errors import HistoryError, RequestError, SpoolError, TranscriberError
from dictated.recollection import load, utterance, words
from dictated.records import Fate, Speech
from dictated.types import FRAME_BYTES, Failure, Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from dictated.belated import Route
    from dictated.history import History
    from dictated.ports import Sink, Transcriber
    from dictated.records import Record
    from dictated.resending import Resending
    from dictated.spool import Spool
    from dictated.types import Utterance

log = logging.getLogger(__name__)

AGAIN = "it is transcribed again"
"""Why words wait that were asked for once more."""

GIVE_UP = 3
"""What has failed so often while the next one did not is left alone: `dictated retry`, or the next start."""

MOST_ASKED = 1_000
"""Numbers that may be asked for at once."""


class Recovery:
    """Transcribes and delivers what is undone, the oldest first: at the start, and again when it may help."""

    def __init__(  # noqa: PLR0913 (one of each)
        self,
        transcriber: Transcriber,
        sinks: Sequence[Sink],
        spool: Spool,
        history: History,
        resending: Resending,
        *,
        route: Route | None = None,
    ) -> None:
        """`route` says which of the sinks the words of a profile go to; all, where it is not given."""
        self._transcriber = transcriber
        self._spool = spool
        self._history = history
        self._archive = DiskArchive(Tally(), spool, history)
        self._belated = Belated(sinks, history, self._archive, route)
        self._before = 0  # up to this number of the history, an earlier run left what is undone
        self._resending = resending
        self._asked: dict[int, None] = {}  # numbers of the history, in the order of asking
        self._alone: Counter[int] = Counter()  # how often a number has failed and the next one has not

    async def prepare(self) -> None:
        """Find what an earlier run left, before this one adds to it."""
        try:
            begun = await to_thread.run_sync(self._find)
            await self._belated.look(begun)
            self._before = await to_thread.run_sync(self._history.records.newest)
            left = await to_thread.run_sync(self._history.records.waiting, self._before)
        except HistoryError as error:
            log.warning("what was said before is not looked for: %s", error)
            return
        if left:
            log.info("utterances of before that are brought to their end: %d", left)
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
                await self._finish_all()
            except HistoryError as error:
                log.warning("what has failed is not tried again: %s", error)

    async def _finish_all(self) -> None:
        """Bring what is undone to its end, in order.

        When one cannot be transcribed and the next one can, an engine works, and the first has another chance
        before the words of the next go anywhere. When neither can, the rest has no chance either and waits.
        Words that are known already wait for no engine, and say nothing of any.
        """
        stuck: Record | None = None
        async for record in self._undone():
            said = await self._understand(record)
            if said is None and stuck:
                break
            if said is None:
                stuck = replace(record, fate=Fate.FAILED)  # as it now stands on the disk
                continue
            if stuck and isinstance(said, Transcript) and not record.text:
                self._alone[stuck.id] += not await self._finish(stuck)
                stuck = None
            if isinstance(said, Transcript) and not await self._belated.settle(said, record):
                stuck = record
                break
        if stuck:
            self._resending.failed()

    def _ask(self, number: int | None) -> int:
        """Note what is to be tried; return how many that are."""
        if number is None:
            self._alone.clear()
            waiting = self._history.records.waiting(self._before)
            if not waiting:
                raise RequestError("nothing has failed; `dictated history` shows what there is")
            return waiting
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
            await self._belated.have_it_already(record)
        self._archive.found(spoken, record.id, record.audio)
        await self._archive.held(transcript, f"{AGAIN}; `dictated insert {record.id}` inserts it")

    def _find(self) -> list[Record]:
        """Sound without a record gets one: the program ended while it was spoken, or before it was noted.

        Return what was on its way.
        """
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
        return records.begun()

    async def _undone(self) -> AsyncIterator[Record]:
        """What is for us and has a chance, in order, however much that is."""
        after = 0
        while records := await to_thread.run_sync(self._history.records.undone, after):
            for record in records:
                if self._is_undone(record) and self._alone[record.id] < GIVE_UP:
                    yield record
            after = records[-1].id

    def _is_undone(self, record: Record) -> bool:
        """Say whether it is for us: what is spoken just now is the pipeline's."""
        under_way = record.fate in {Fate.RECORDED, Fate.TRANSCRIBED}
        return record.fate is Fate.FAILED or (under_way and record.id <= self._before)

    async def _finish(self, record: Record) -> bool:
        """Bring one utterance to its end; say whether the next one has a chance."""
        said = await self._understand(record)
        return await self._belated.settle(said, record) if isinstance(said, Transcript) else said is not None

    async def _understand(self, record: Record) -> Transcript | Failure | None:
        """Return its words, a failure where there is no hope for any, or None where that may get better."""
        spoken, fault = await to_thread.run_sync(load, record, self._spool)
        if record.text:
            return words(record, spoken)
        if fault:
            return await self._give_up(spoken, record, fault)
        try:
            return await self._transcriber.transcribe(spoken)
        except TranscriberError as error:
            if not (error.retryable or error.lasting):
                return await self._give_up(spoken, record, str(error))
            if record.fate is not Fate.FAILED:  # told once, not with every try
                await self._belated.fail(spoken, record, str(error))
        return None

    async def _give_up(self, spoken: Utterance, record: Record, reason: str) -> Failure:
        """Leave alone what cannot be helped."""
        self._alone[record.id] = GIVE_UP
        await self._belated.fail(spoken, record, reason)
        return Failure(spoken, reason)


def _see_that_it_can_be_tried(record: Record) -> None:
    """Raise `RequestError` for what has come to no end yet, or has no sound any more."""
    if record.fate in {Fate.RECORDED, Fate.TRANSCRIBED}:
        raise RequestError(f"number {record.id} is under way; it needs no second try yet")
    if not record.audio:
        raise RequestError(f"the sound of number {record.id} is no longer kept (history.keep_audio)")
