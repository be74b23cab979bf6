"""The way of a word: `listen` cuts it out, `Pipeline` transcribes a few at once and delivers in order.

Order needs no sequence numbers: `put` starts a transcription and puts its task handle on a stream, in the
order of speaking; `run` awaits the oldest. The stream of handles is the reorder buffer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope, CapacityLimiter, TaskCancelled, to_thread

from dictated.errors import AudioFileError, DictatedError, RecorderError, SpoolError, TranscriberError
from dictated.types import Failure, Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from anyio import TaskHandle
    from anyio.abc import TaskGroup, TaskStatus

    from dictated.delivery import Delivery
    from dictated.ports import Transcriber, Vad
    from dictated.segmenter import Segmenter
    from dictated.types import Frame, Segment, Utterance

log = logging.getLogger(__name__)


async def listen(
    frames: AsyncIterator[Frame],
    vad: Vad,
    segmenter: Segmenter,
    emit: Callable[[Segment], Awaitable[None]],
) -> None:
    """Cut frames into segments until they end, the open one included, and hand each to `emit`.

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
    except (RecorderError, AudioFileError) as error:
        early = error
    last = segmenter.flush()
    if last is not None:
        await emit(last)
    if early is not None:
        raise early


@dataclass(slots=True)
class Tally:
    """What became of the utterances since the daemon started."""

    heard: int = 0
    delivered: int = 0
    empty: int = 0
    kept: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a pipeline takes on: transcriptions at once, and utterances that may wait."""

    in_flight: int
    backlog: int


class Pipeline:
    """Transcribes at most `in_flight` utterances at once; delivers them strictly in the order of speaking.

    At most `backlog` of them wait for their text or their turn. The sound of what can be neither transcribed
    nor delivered is kept, and so is that of what still waits when `run` is cancelled.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        delivery: Delivery,
        keep: Callable[[Utterance], Path],
        bounds: Bounds,
        tally: Tally,
    ) -> None:
        """`keep` saves the sound of an utterance, in a worker thread; it raises `SpoolError`."""
        self._transcriber = transcriber
        self._delivery = delivery
        self._save = keep
        self._tally = tally
        self._slots = CapacityLimiter(bounds.in_flight)
        self._backlog = bounds.backlog
        self._inlet, self._outlet = anyio.create_memory_object_stream[
            "tuple[Utterance, TaskHandle[Transcript | Failure]]"
        ](bounds.backlog)
        self._waiting: dict[int, tuple[Utterance, TaskHandle[Transcript | Failure]]] = {}
        self._dropped_to = 0  # utterances up to this number were cancelled by the user
        self._tasks: TaskGroup

    @property
    def waiting(self) -> int:
        """How many utterances are heard and not yet delivered."""
        return len(self._waiting)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Deliver until `finish` was called and nothing waits; takes utterances once it is started."""
        try:
            with self._inlet, self._outlet:
                await self._deliver_all(task_status)
        finally:
            with CancelScope(shield=True):  # on the way out, nothing that was said is left behind
                for utterance, _ in self._waiting.values():
                    await self._keep(utterance, "the program ended before its text came")

    async def _deliver_all(self, task_status: TaskStatus[None]) -> None:
        async with anyio.create_task_group() as self._tasks:
            task_status.started()
            async for utterance, handle in self._outlet:
                await self._settle(utterance, handle)
                self._waiting.pop(utterance.number)

    async def put(self, utterance: Utterance) -> None:
        """Take the next utterance; waits while the backlog is full."""
        self._tally.heard += 1
        handle = self._tasks.start_soon(self._transcribe, utterance)
        self._waiting[utterance.number] = (utterance, handle)
        await self._inlet.send((utterance, handle))

    async def offer(self, utterance: Utterance) -> None:
        """Take the next utterance without waiting: where the backlog is full, its sound goes to the spool."""
        if len(self._waiting) < self._backlog:
            await self.put(utterance)
        else:
            self._tally.heard += 1
            await self._keep(utterance, f"{self._backlog} utterances wait already (limits.backlog)")

    def finish(self) -> None:
        """Take no more; `run` ends when all is delivered."""
        self._inlet.close()

    def cancel(self) -> None:
        """Throw away what is heard and not yet delivered."""
        for number, (_, handle) in self._waiting.items():
            self._dropped_to = max(self._dropped_to, number)
            handle.cancel()

    async def _transcribe(self, utterance: Utterance) -> Transcript | Failure:
        async with self._slots:
            try:
                return await self._transcriber.transcribe(utterance)
            except TranscriberError as error:
                return Failure(utterance, str(error))

    async def _settle(self, utterance: Utterance, handle: TaskHandle[Transcript | Failure]) -> None:
        """Await the outcome and bring it to its place."""
        try:
            outcome: Transcript | Failure | None = await handle
        except TaskCancelled:
            if utterance.number > self._dropped_to:  # not the user's doing: the whole program is ending
                raise
            outcome = None
        if outcome is None or utterance.number <= self._dropped_to:
            self._tally.cancelled += 1
        elif isinstance(outcome, Failure):
            await self._keep(utterance, outcome.reason)
        elif not outcome.text:
            self._tally.empty += 1
        else:
            await self._deliver(outcome)

    async def _deliver(self, transcript: Transcript) -> None:
        if await self._delivery.deliver(transcript):
            self._tally.delivered += 1
            log.debug("utterance %d delivered", transcript.utterance.number)
        else:
            await self._keep(transcript.utterance, "no sink could take its text")

    async def _keep(self, utterance: Utterance, reason: str) -> None:
        """Save the sound of an utterance whose words went nowhere, and say where it is."""
        try:
            path = await to_thread.run_sync(self._save, utterance)
        except SpoolError as error:
            log.error("utterance %d is lost: %s, and %s", utterance.number, reason, error)  # noqa: TRY400 (told)
            return
        self._tally.kept += 1
        log.warning(
            "utterance %d: %s; its sound is kept: dictated transcribe %s", utterance.number, reason, path
        )
