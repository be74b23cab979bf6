"""The session: the only starter and stopper of listening.

Commands change what is wanted; `run` brings what is so in line with what is wanted, one step after the other.
A command therefore never waits for a device, and a burst of them ends in the state the last one asks for.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import anyio
from anyio import CancelScope, TaskHandle

from dictated.archive import Archive, Tally
from dictated.errors import AudioFileError, DictatedError, RecorderError, TranscriberError
from dictated.pipeline import Pipeline, listen
from dictated.segmenter import Segmenter
from dictated.types import FRAME_SECONDS, Command, Frame, Segment, State, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anyio.abc import TaskGroup

    from dictated.delivery import Delivery
    from dictated.history import History
    from dictated.ledger import Ledger
    from dictated.ports import Recorder, Transcriber, Vad
    from dictated.segmenter import Rules
    from dictated.spool import Spool

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a session works with, made from one configuration."""

    recorder: Recorder
    vad: Vad
    rules: Rules
    transcriber: Transcriber
    delivery: Delivery
    spool: Spool
    history: History
    ledger: Ledger
    backlog: int
    drain_s: float
    ends_with_input: bool = False
    engines: Callable[[], list[dict[str, str | int | float]]] = list


class Session:
    """Listens while that is wanted. One task calls `run`; everything else is called on the same loop."""

    def __init__(self) -> None:
        self.state = State.OFF
        self.error = ""  # why listening is off although it was wanted, for `dictated status`
        self._tally = Tally()
        self._wanted = False
        self._discard = False  # what is heard and not yet delivered is to be thrown away
        self._ending: Command | None = None  # QUIT or RELOAD, once one was asked for
        self._numbers = count(1)
        self._changed = anyio.Event()  # there is something for `run` to look at
        self._settled = anyio.Event()  # what is so is what is wanted
        self._listening: TaskHandle[None] | None = None
        self._parts: Parts | None = None
        self._pipeline: Pipeline | None = None
        self._scope: CancelScope | None = None

    def submit(self, command: Command) -> State:
        """Note what is wanted and return at once, with the state this leads to or through."""
        match command:
            case Command.TOGGLE:
                self._wanted = not self._wanted
            case Command.QUIT | Command.RELOAD:
                self._end(command)
            case Command.CANCEL:
                self._wanted = False
                self._discard = True
            case _:
                self._wanted = command is Command.START
        self._touch()
        if self._wanted == (self._listening is not None):
            return self.state
        return State.STARTING if self._wanted else State.STOPPING

    async def settled(self) -> None:
        """Wait until the last command is carried out, or has failed."""
        await self._settled.wait()

    def status(self) -> dict[str, Any]:
        """Say what goes on, in values that JSON knows."""
        return {
            "state": str(self.state),
            "waiting": self._pipeline.waiting if self._pipeline else 0,
            **asdict(self._tally),
            "overflows": self._parts.recorder.overflows if self._parts else 0,
            "error": self.error,
            "engines": self._parts.engines() if self._parts else [],
        }

    async def run(self, parts: Parts) -> Command:
        """Work with these parts until QUIT or RELOAD, and return which; what is heard by then is delivered.

        When told to end, what is not delivered within `drain_s` is kept in the spool.
        """
        self._parts = parts
        archive = Archive(self._tally, parts.spool.keep, parts.history.note)
        self._pipeline = Pipeline(parts.transcriber, parts.delivery, archive, backlog=parts.backlog)
        async with anyio.create_task_group() as tasks:
            self._scope = tasks.cancel_scope
            await tasks.start(self._pipeline.run)
            while self._ending is None:
                self._changed = anyio.Event()
                await self._settle(parts, self._pipeline, tasks)
                await self._changed.wait()
            await self._stop(parts)
            self._pipeline.finish()
        ending, self._ending = self._ending or Command.QUIT, None
        return ending

    def _end(self, command: Command) -> None:
        self._ending = Command.QUIT if self._ending is Command.QUIT else command
        if self._scope is not None and self._parts is not None:
            self._scope.deadline = anyio.current_time() + self._parts.drain_s

    def _touch(self) -> None:
        self._changed.set()
        if self._settled.is_set():
            self._settled = anyio.Event()

    async def _settle(self, parts: Parts, pipeline: Pipeline, tasks: TaskGroup) -> None:
        """Take the steps from what is so to what is wanted."""
        ended = self._listening is not None and self._listening.status is not TaskHandle.Status.PENDING
        if ended or self._discard or not self._wanted:
            await self._stop(parts)
        if self._discard:
            pipeline.cancel()
            self._discard = False
        if self._wanted and self._listening is None:
            await self._start(parts, pipeline, tasks)
        if not self._changed.is_set():
            self._settled.set()

    async def _start(self, parts: Parts, pipeline: Pipeline, tasks: TaskGroup) -> None:
        self.state = State.STARTING
        try:
            frames = await parts.recorder.open()
        except (RecorderError, AudioFileError) as error:
            self.state = State.OFF
            self._fail(error, parts)
            return
        self.error = ""
        self.state = State.LISTENING
        log.info("listening")
        self._listening = tasks.start_soon(self._listen, frames, parts, pipeline)

    async def _stop(self, parts: Parts) -> None:
        """Close the device; what was said until now goes its way, unless it is to be discarded."""
        if self._listening is None:
            return
        self.state = State.STOPPING
        if self._discard:
            self._listening.cancel()
        await parts.recorder.close()
        await self._listening.wait()
        self._listening = None
        self.state = State.OFF
        log.info("not listening")

    async def _listen(self, frames: AsyncIterator[Frame], parts: Parts, pipeline: Pipeline) -> None:
        hearing = _Hearing(frames)
        take = pipeline.put if parts.ends_with_input else pipeline.offer  # a file can wait, a speaker cannot

        async def emit(segment: Segment) -> None:
            await take(hearing.utterance(next(self._numbers), segment))

        parts.vad.reset()
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._warm, parts.transcriber)
            try:
                await listen(hearing, parts.vad, Segmenter(parts.rules), emit)
            except (RecorderError, AudioFileError) as error:
                self._fail(error, parts)
            beside.cancel_scope.cancel()
        if self.state is State.LISTENING:  # nobody asked for the end: the input has ended by itself
            self._wanted = False
            self._ending = Command.QUIT if parts.ends_with_input else self._ending
            self._touch()

    async def _warm(self, transcriber: Transcriber) -> None:
        """Have the engine ready, its connections open, before the first utterance is spoken."""
        try:
            await transcriber.warm()
        except TranscriberError as error:
            log.error("%s", error)  # noqa: TRY400 (told to a person; the sound of what is said is kept)
            self.error = str(error)

    def _fail(self, error: DictatedError, parts: Parts) -> None:
        """Say why there is no listening; where the input is a file, that is the end."""
        log.error("%s", error)
        self.error = str(error)
        self._wanted = False
        self._ending = Command.QUIT if parts.ends_with_input else self._ending
        self._touch()


class _Hearing:
    """Counts the frames that pass, to tell when in the day a segment was spoken."""

    def __init__(self, frames: AsyncIterator[Frame]) -> None:
        self._frames = frames
        self._passed = 0

    def __aiter__(self) -> _Hearing:
        return self

    async def __anext__(self) -> Frame:
        frame = await anext(self._frames)
        self._passed += 1
        return frame

    def utterance(self, number: int, segment: Segment) -> Utterance:
        """Date the segment back from now, the moment its last frames came."""
        now = datetime.now().astimezone()
        return Utterance(number, segment, self._time(now, segment.onset), self._time(now, segment.offset))

    def _time(self, now: datetime, position: int) -> datetime:
        return now - timedelta(seconds=(self._passed - position) * FRAME_SECONDS)
