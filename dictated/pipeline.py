"""The way of a word: `listen` cuts it out, `Pipeline` transcribes a few at once and delivers in order.

Order needs no sequence numbers: `put` starts a transcription and puts its task handle on a stream, in the
order of speaking; `run` awaits the oldest. The stream of handles is the reorder buffer.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope, TaskCancelled, TaskHandle, to_thread

from dictated.errors import AudioFileError, DictatedError, RecorderError, SpoolError, TranscriberError
from dictated.supposition import Foresighted, Supposition
from dictated.types import Failure, Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from anyio.abc import TaskGroup, TaskStatus

    from dictated.archive import Archive
    from dictated.delivery import Delivery
    from dictated.ports import Transcriber, Vad
    from dictated.segmenter import Segmenter
    from dictated.tape import Tape
    from dictated.types import Frame, Segment, Utterance

log = logging.getLogger(__name__)


async def listen(
    frames: AsyncIterator[Frame],
    vad: Vad,
    segmenter: Segmenter,
    emit: Callable[[Segment], Awaitable[None]],
    tape: Tape | None = None,
) -> None:
    """Cut frames into segments until they end, the open one included, and hand each to `emit`.

    What is still being said is on the tape; it is erased when `emit` has it.

    Raises:
        RecorderError: the frames ended before their time; what was said until then is emitted.
        AudioFileError: the same, for a file.
    """
    early: DictatedError | None = None
    try:
        async for frame in frames:
            segment = segmenter.push(frame, speech=vad.is_speech(frame))
            if segment is not None:
                await emit(segment)
            await _follow(tape, segmenter)
    except (RecorderError, AudioFileError) as error:
        early = error
    last = segmenter.flush()
    if last is not None:
        await emit(last)
    await _follow(tape, segmenter)
    if early is not None:
        raise early


async def _follow(tape: Tape | None, segmenter: Segmenter) -> None:
    """Bring the tape up to date; the archive tells of a disk that refuses, when the sentence has ended."""
    if tape is None:
        return
    open_at = segmenter.open_at
    try:
        if open_at is None:
            if tape.used:
                await to_thread.run_sync(tape.erase)
        elif tape.lacks(*open_at):
            await to_thread.run_sync(tape.write, open_at[0], segmenter.open_sound())
    except SpoolError as error:
        log.debug("what is being said is not on the disk until it is said: %s", error)


async def throw_away(tape: Tape, delivery: Delivery) -> None:
    """Erase what was being said, also where it appeared: nothing of it may come back at the next start."""
    await delivery.vanish()
    try:
        await to_thread.run_sync(tape.erase)
    except SpoolError as error:
        log.warning("what was thrown away is still on the disk: %s", error)


class Pipeline:
    """Has utterances transcribed side by side and delivers them strictly in the order of speaking.

    At most `backlog` of them wait for their text or their turn; how many requests are under way at once is
    the transcriber's business. What can be neither transcribed nor delivered goes to the archive with its
    sound, and so does what still waits when `run` is cancelled.
    """

    def __init__(  # noqa: PLR0913 (what is told is told by name)
        self,
        transcriber: Transcriber,
        delivery: Delivery,
        archive: Archive,
        *,
        backlog: int,
        tell: Callable[[], None] = lambda: None,
        stop: Callable[[], object] = lambda: None,
    ) -> None:
        """Take utterances once it runs.

        `tell` is called when another utterance waits, and when one no longer does; `stop` when words that
        were said ask for an end of listening.
        """
        self._transcriber = transcriber
        self._delivery = delivery
        self._archive = archive
        self._backlog = backlog
        self._tell = tell
        self._stop = stop
        self._inlet, self._outlet = anyio.create_memory_object_stream[
            "tuple[Utterance, TaskHandle[Transcript | Failure]]"
        ](backlog)
        self._waiting: dict[int, tuple[Utterance, TaskHandle[Transcript | Failure]]] = {}
        self._ahead: tuple[Supposition, TaskHandle[Transcript | Failure]] | None = None
        self._answered = False  # there are words for what is `_ahead`
        self._dropped_to = 0  # utterances up to this number were cancelled by the user
        self._over = False  # `run` has ended
        self._tasks: TaskGroup

    @property
    def waiting(self) -> int:
        """How many utterances are heard and not yet delivered."""
        return len(self._waiting)

    @property
    def under_way(self) -> list[tuple[Utterance, TaskHandle[Transcript | Failure]]]:
        """They, in the order of speaking, with what comes of each."""
        return list(self._waiting.values())

    @property
    def busy(self) -> bool:
        """Whether an engine is asked for what was said, or may have been."""
        return (self._ahead is not None and not self._answered) or self._behind()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Deliver until `finish` was called and nothing waits; takes utterances once it is started."""
        try:
            with self._inlet, self._outlet:
                await self._deliver_all(task_status)
        finally:
            self._over = True
            with CancelScope(shield=True):  # on the way out, nothing that was said is left behind
                for number, (utterance, _) in self._waiting.items():
                    cancelled = number <= self._dropped_to
                    await (self._archive.cancelled if cancelled else self._archive.left)(utterance)

    async def _deliver_all(self, task_status: TaskStatus[None]) -> None:
        async with anyio.create_task_group() as self._tasks:
            task_status.started()
            async for utterance, handle in self._outlet:
                await self._settle(utterance, handle)
                self._waiting.pop(utterance.number)
                self._tell()

    async def put(self, utterance: Utterance) -> None:
        """Take the next utterance; waits while the backlog is full."""
        with CancelScope(shield=True):  # what is put down is ours: it comes to an end, cancelled or not
            await self._archive.heard(utterance)
            if self._over:
                await self._archive.left(utterance)
                return
        handle = self._foreseen(utterance) or self._tasks.start_soon(self._transcribe, utterance)
        self._waiting[utterance.number] = (utterance, handle)
        self._tell()
        try:
            self._inlet.send_nowait((utterance, handle))
        except anyio.WouldBlock:
            await self._inlet.send((utterance, handle))

    async def offer(self, utterance: Utterance) -> None:
        """Take the next utterance without waiting: where the backlog is full, its sound goes to the spool."""
        if len(self._waiting) < self._backlog:
            await self.put(utterance)
        else:
            self.forget()
            with CancelScope(shield=True):
                await self._archive.heard(utterance)
            reason = f"{self._backlog} utterances wait already (limits.backlog)"
            await self._archive.failed(utterance, reason)
            self._tell()

    def suppose(self, utterance: Utterance, tell: Callable[[Transcript], None] = lambda _: None) -> None:
        """Have what may be the next utterance transcribed, for the case that it is; only the last one counts.

        `tell` is called with an answer that comes before that is known. It is let be while others still wait
        for their text: the engine is behind already.
        """
        self.forget()
        if isinstance(self._transcriber, Foresighted) and not (self._behind() or self._over):
            supposition = Supposition(utterance, partial(self._answer, tell))
            self._ahead = (
                supposition,
                self._tasks.start_soon(self._transcribe_ahead, self._transcriber, supposition),
            )

    def forget(self) -> None:
        """Throw away what was supposed."""
        if self._ahead is not None:
            self._ahead[1].cancel()
        self._ahead, self._answered = None, False

    def _answer(self, tell: Callable[[Transcript], None], answer: Transcript) -> None:
        self._answered = True
        tell(answer)

    def _behind(self) -> bool:
        """Say whether any utterance still waits for its text."""
        return any(handle.status is TaskHandle.Status.PENDING for _, handle in self._waiting.values())

    def _foreseen(self, utterance: Utterance) -> TaskHandle[Transcript | Failure] | None:
        """Take over the transcription that was begun for this utterance; end one that was for another."""
        if self._ahead is None or not self._ahead[0].covers(utterance):
            self.forget()
            return None
        (supposition, handle), self._ahead = self._ahead, None
        supposition.come_true(utterance)
        return handle

    def finish(self) -> None:
        """Take no more; `run` ends when all is delivered."""
        self.forget()
        self._inlet.close()

    def cancel(self) -> None:
        """Throw away what is heard and not yet delivered."""
        self.forget()
        for number, (_, handle) in self._waiting.items():
            self._dropped_to = max(self._dropped_to, number)
            handle.cancel()

    async def _transcribe(self, utterance: Utterance) -> Transcript | Failure:
        try:
            return await self._transcriber.transcribe(utterance)
        except TranscriberError as error:
            return Failure(utterance, str(error))

    async def _transcribe_ahead(
        self, transcriber: Foresighted, supposition: Supposition
    ) -> Transcript | Failure:
        """Transcribe what is supposed; a failure before it has come true means nothing."""
        try:
            return await transcriber.suppose(supposition)
        except TranscriberError as error:
            if supposition.came_true:  # every engine has been asked for it
                return Failure(supposition.utterance, str(error))
            return await self._transcribe(await supposition.real())

    async def _settle(self, utterance: Utterance, handle: TaskHandle[Transcript | Failure]) -> None:
        """Await the outcome and bring it to its place."""
        try:
            outcome: Transcript | Failure | None = await handle
        except TaskCancelled:
            if utterance.number > self._dropped_to:  # not the user's doing: the whole program is ending
                raise
            outcome = None
        cancelled = utterance.number <= self._dropped_to
        if isinstance(outcome, Transcript) and not (outcome.doubt or cancelled):
            await self._carry_out(outcome)
            return
        await self._delivery.vanish()
        if outcome is None or cancelled:
            await self._archive.cancelled(utterance)
        elif isinstance(outcome, Failure):
            await self._archive.failed(utterance, outcome.reason)
        else:
            await self._archive.held(outcome, outcome.doubt)

    async def _carry_out(self, transcript: Transcript) -> None:
        """Do what the words ask for, in their place among the others."""
        if transcript.takes_back or not transcript.text:
            await self._delivery.vanish()
        await self._delivery.take_back(transcript.takes_back)
        if transcript.text:
            await self._deliver(transcript)
        else:
            await self._archive.empty(transcript)
        if transcript.stops:
            self._stop()

    async def _deliver(self, transcript: Transcript) -> None:
        came = await self._delivery.deliver(transcript, self._archive)
        if came.held:
            await self._archive.held(transcript, came.held)
        elif came.missed:
            await self._archive.failed(transcript.utterance, came.missed, transcript)
        elif came.takers:
            await self._archive.delivered(transcript)
        else:
            await self._archive.failed(transcript.utterance, "no sink could take its text", transcript)
