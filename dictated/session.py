"""The session: the only starter and stopper of listening.

Commands change what is wanted; `run` brings what is so in line with what is wanted, one step after the other.
A command never waits for a device, and a burst of them ends in the state the last one asks for. A microphone
lost while it is wanted is tried again until it is back or no longer wanted.
"""

from __future__ import annotations

import logging
import math
from dataclasses import asdict
from itertools import count
from typing import TYPE_CHECKING, Any

import anyio
from anyio import CancelScope, TaskHandle

from dictated.archive import Tally
from dictated.bulletin import Bulletin
from dictated.chosen import Chosen
from dictated.errors import AudioFileError, DictatedError, RecorderError, RequestError, TranscriberError
from dictated.listening import Listening
from dictated.notice import Subject, about, over
from dictated.persistence import Persistence
from dictated.pipeline import throw_away
from dictated.types import Command, Frame, State
from dictated.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anyio.abc import TaskGroup

    from dictated.mute import Mute
    from dictated.parts import Parts
    from dictated.pipeline import Pipeline
    from dictated.ports import Transcriber

log = logging.getLogger(__name__)


class Session:
    """Listens while that is wanted. One task calls `run`; everything else is called on the same loop."""

    def __init__(self) -> None:
        self.state = State.OFF
        self.error = ""  # what keeps us from listening as it was wanted, for `dictated status`
        self.bulletin = Bulletin(self.status)
        self.chosen = Chosen(self.bulletin.post)
        self._tally = Tally()
        self._wanted = Wanted()
        self._numbers = count(1)
        self._changed = anyio.Event()  # there is something for `run` to look at
        self._settled = anyio.Event()  # what is so is what is wanted
        self._listening: TaskHandle[None] | None = None
        self._persistence: Persistence | None = None  # there once the microphone is to be had again when lost
        self._next_try = 0.0  # when it may be opened, by the event loop's clock
        self._attempt: CancelScope | None = None  # the last opening of it
        self._parts: Parts | None = None
        self._take_a_breath: Callable[[], None] = lambda: None  # end listening when nobody speaks
        self.pipeline: Pipeline | None = None
        self._scope: CancelScope | None = None

    def submit(self, command: Command) -> State:
        """Note what is wanted and return at once, with the state this leads to or through."""
        if self._wanted.take(command):
            self.chosen.give_back()
        if command is Command.QUIT and self._scope is not None and self._parts is not None:
            self._scope.deadline = anyio.current_time() + self._parts.drain_s
        if not (self._wanted.listening or self._wanted.ending):
            self.error = ""  # who stops it has seen what is shown
        self._next_try = 0.0
        if self.state is State.LOST and self._attempt and (self._wanted.ending or not self._wanted.listening):
            self._attempt.cancel()
        self._touch()
        return self._wanted.heading(None if self._listening is None else self.state)

    def toggle_with(self, profile: str) -> State:
        """Listen with this profile, until the end of it; where that is so already, stop."""
        stops = self._wanted.listening and self.chosen.lends(profile)
        heading = self.submit(Command.STOP if stops else Command.START)
        if not stops:
            self.chosen.lend(profile)
        return heading

    @property
    def parts(self) -> Parts:
        """What it works with now.

        Raises:
            RequestError: it has not begun.
        """
        if self._parts is None:
            raise RequestError("the daemon is not ready yet; try again in a moment")
        return self._parts

    def noticed(self) -> None:
        """Note that the user knows of words that wait."""
        self._tally.on_hold = 0
        self.bulletin.post()

    async def settled(self) -> None:
        """Wait until the last command is carried out, or has failed."""
        await self._settled.wait()

    def status(self) -> dict[str, Any]:
        """Say what goes on, in values that JSON knows."""
        return {
            "state": str(self.state),
            "waiting": self.pipeline.waiting if self.pipeline else 0,
            **asdict(self._tally),
            "corrections": self._parts.delivery.corrections if self._parts else 0,
            "overflows": self._parts.recorder.overflows if self._parts else 0,
            "profile": self.chosen.shown,
            "profiles": list(self.chosen.names),
            "error": self.error,
            "engines": self._parts.engines() if self._parts else [],
        }

    async def run(self, parts: Parts) -> Command:
        """Work with these parts until QUIT or RELOAD, and return which; what is heard by then is delivered.

        When told to end, what is not delivered within `drain_s` is kept in the spool.
        """
        self._parts = parts
        self.chosen.take(parts.profiles)
        stop = Command.QUIT if parts.ends_with_input else Command.STOP
        self.pipeline = parts.pipeline(self._tally, self.bulletin.post, lambda: self.submit(stop))
        async with anyio.create_task_group() as tasks:
            self._scope = tasks.cancel_scope
            delivering = await tasks.start(self.pipeline.run, return_handle=True)
            while self._wanted.ending is None:
                self._changed = anyio.Event()
                await self._settle(parts, self.pipeline, tasks)
                self.bulletin.post()
                with CancelScope(deadline=self._next_try if self._lacks_microphone() else math.inf):
                    await self._changed.wait()
            if self._wanted.ending is Command.RELOAD:
                await self._finish_sentence()
                self._scope.deadline = anyio.current_time() + parts.drain_s
            await self._stop(parts)
            self.pipeline.finish()
            cancelling = tasks.start_soon(self._cancel_late, self.pipeline)
            await delivering.wait()
            cancelling.cancel()
        return self._wanted.ended()

    async def _finish_sentence(self) -> None:
        """What changes waits for a pause with no words on their way; to be told to stop or end does not."""
        self._take_a_breath()
        while self._wanted.ending is Command.RELOAD and self._wanted.listening and self._is_listening():
            self._changed = anyio.Event()
            await self._changed.wait()

    async def _cancel_late(self, pipeline: Pipeline) -> None:
        """Throw away what is on its way, also when that is asked for only now, until cancelled."""
        while True:
            self._changed = anyio.Event()
            if self._wanted.discards():
                pipeline.cancel()
            if not self._lacks_microphone():
                self._settled.set()
            await self._changed.wait()

    def _is_listening(self) -> bool:
        runs = self._listening is not None and self._listening.status is TaskHandle.Status.PENDING
        return runs and self.state is not State.LOST  # one that has lost its microphone is about to end

    def _lacks_microphone(self) -> bool:
        return self._wanted.listening and self._listening is None

    def _touch(self) -> None:
        self._changed.set()
        if self._settled.is_set():
            self._settled = anyio.Event()

    async def _settle(self, parts: Parts, pipeline: Pipeline, tasks: TaskGroup) -> None:
        """Take the steps from what is so to what is wanted."""
        ended = self._listening is not None and not self._is_listening()
        if ended or self.state is State.LOST or self._wanted.discard or not self._wanted.listening:
            await self._stop(parts)
        if self._wanted.discards():
            pipeline.cancel()
        if not self._wanted.listening:
            self._persistence = None
        if self._lacks_microphone() and anyio.current_time() >= self._next_try:
            await self._start(parts, pipeline, tasks)
        if not self._changed.is_set():
            self._settled.set()

    async def _start(self, parts: Parts, pipeline: Pipeline, tasks: TaskGroup) -> None:
        if self.state is not State.LOST:
            self.state = State.STARTING
            self.bulletin.post()
        if parts.keeps_trying:
            self._persist(parts)
        with CancelScope() as self._attempt:
            try:
                frames = await parts.recorder.open()
            except (RecorderError, AudioFileError) as error:
                self._miss(error, parts)
                return
        if self._attempt.cancelled_caught:
            return
        self._persist(parts)
        if self._persistence is not None:
            self._persistence.came_back(anyio.current_time())
        self.error = ""
        self._tally.on_hold = 0  # who starts it sees what is shown
        self.state = State.LISTENING
        log.info("listening", extra=over(Subject.MICROPHONE))
        self._listening = tasks.start_soon(self._listen, frames, parts, pipeline)

    async def _stop(self, parts: Parts) -> None:
        """Close the device; what was said until now goes its way, unless it is to be discarded."""
        lost = self.state is State.LOST and self._wanted.listening and self._wanted.ending is None
        if self._listening is not None:
            if not lost:
                self.state = State.STOPPING
                self.bulletin.post()
            if self._wanted.discard:
                self._listening.cancel()
            await parts.recorder.close()
            await self._listening.wait()
            self._listening = None
            if self._wanted.discard:
                await throw_away(parts.tape, parts.delivery)
            log.info("not listening")
        elif self.state is State.LOST and not lost:
            log.info("no longer waiting for the microphone", extra=over(Subject.MICROPHONE))
        if not lost:
            self.state = State.OFF
        if not (self._wanted.listening or self._wanted.paused):  # what was said until now had it
            self.chosen.give_back()

    async def _listen(self, frames: AsyncIterator[Frame], parts: Parts, pipeline: Pipeline) -> None:
        async with anyio.create_task_group() as beside:
            listening = Listening(frames, parts, self._tell_mute, beside, self.bulletin, chosen=self.chosen)
            self._take_a_breath = listening.take_a_breath
            beside.start_soon(self._warm, parts.transcriber)
            try:
                await listening.run(pipeline, self._numbers)
            except (RecorderError, AudioFileError) as error:
                self._miss(error, parts)
            beside.cancel_scope.cancel()
        if self.state is State.LISTENING:  # nobody asked for the end: the input has ended by itself
            self._wanted.listening = self._wanted.ending is Command.RELOAD
            if parts.ends_with_input and not self._wanted.listening:
                self._wanted.ending = Command.QUIT
            self._touch()

    async def _warm(self, transcriber: Transcriber) -> None:
        """Have the engine ready, its connections open, before the first utterance is spoken."""
        try:
            await transcriber.warm()
        except TranscriberError as error:
            log.error("%s", error, extra=about(Subject.ENGINE))  # noqa: TRY400 (told to a person)
            self.error = str(error)
            self.bulletin.post()

    def _persist(self, parts: Parts) -> None:
        """From now on, have the microphone again whenever it is lost; a file is had once."""
        if self._persistence is None and not parts.ends_with_input:
            self._persistence = Persistence(parts.reopen_s, parts.reopen_max_s)

    def _miss(self, error: DictatedError, parts: Parts) -> None:
        """Say why there is no listening, and see whether there may be some later."""
        self.error = str(error)
        if self._persistence is None:
            self._give_up(error, parts)
        elif not self._wanted.listening:
            log.error("%s", error)
        else:
            self._lose(error, self._persistence)
        self._touch()

    def _give_up(self, error: DictatedError, parts: Parts) -> None:
        """Listen no more; where the input is a file, that is the end."""
        log.error("%s", error, extra=about(Subject.MICROPHONE))
        if self.state is State.STARTING:
            self.state = State.OFF
        self._wanted.listening = False
        self._wanted.ending = Command.QUIT if parts.ends_with_input else self._wanted.ending

    def _lose(self, error: DictatedError, persistence: Persistence) -> None:
        """Go on when the microphone is back; this is said when it is lost, not at each try."""
        if self.state is State.LOST:
            log.debug("tried again: %s", error)
        else:
            lost = "%s; listening goes on by itself once the microphone is back"
            log.error(lost, error, extra=about(Subject.MICROPHONE))
        self.state = State.LOST
        self._next_try = persistence.again_at(anyio.current_time())

    def _tell_mute(self, mute: Mute) -> None:
        self.error = mute.tell(self.error)
        self.bulletin.post()
