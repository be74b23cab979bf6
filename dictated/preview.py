"""Shows what is being said before it is over: where words may appear, and to who follows closely."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from anyio import current_time

from dictated.errors import SinkError, TranscriberError
from dictated.hypothesis import Guessing, Hypothesis, previewed

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from dictated.bulletin import Bulletin
    from dictated.parts import Parts
    from dictated.pipeline import Pipeline
    from dictated.types import Transcript, Utterance

log = logging.getLogger(__name__)


class _Said:
    """What is being said, and what came of guessing at it."""

    def __init__(self, utterance: Utterance) -> None:
        self.utterance = utterance  # as it was when it was last guessed at
        self.hypothesis = Hypothesis()
        self.shown = ""
        self.has_failed = False  # to be guessed at
        self.is_refused = False  # by a sink


class Preview:
    """Has what is being said guessed at, while somebody wants to know and the engine has nothing else to do.

    One guess at a time, and after each a rest as long as it took: at most half of the engine's time. It runs
    in `tasks`, and is over when they are, after `end`.
    """

    def __init__(self, parts: Parts, pipeline: Pipeline, bulletin: Bulletin, tasks: TaskGroup) -> None:
        self._engine = parts.transcriber
        self._delivery = parts.delivery
        self._every = parts.guess_every
        self._pipeline = pipeline
        self._bulletin = bulletin
        self._tasks = tasks
        self._said: _Said | None = None  # None before it is guessed at
        self._frames: int | None = None  # of it when it was last guessed at, or began; None: nobody speaks
        self._rests_until = 0.0  # by the event loop's clock
        self._guessing = False
        self._showing = False
        self._stands = False  # something appeared, and was neither handed on nor taken back

    def hear(self, frames: int, so_far: Callable[[], Utterance]) -> None:
        """Take note that what is being said has so many frames, the last of them speech."""
        if self._frames is None:
            self._frames = frames
        if frames - self._frames >= self._every and self._may_guess():
            self._frames = frames
            self._guessing = True
            self._tasks.start_soon(self._guess, self._at(so_far()))
        elif (
            not self._showing and self._said and self._is_due(self._said)
        ):  # what was before it has been delivered meanwhile
            self._tasks.start_soon(self._show)

    def learn(self, answer: Transcript) -> None:
        """Take what came of transcribing ahead for another guess; it had all that was said until then."""
        if self._is_wanted and self._frames is not None and not answer.doubt:
            self._tasks.start_soon(self._learn, self._at(answer.utterance), answer)

    def over(self) -> None:
        """It was handed on: guess at it no more."""
        self._said, self._frames, self._stands = None, None, False
        self._bulletin.say("")

    def drop(self) -> None:
        """It was nothing: what appeared of it goes."""
        if self._frames is not None:
            self._said, self._frames = None, None
            self._bulletin.say("")
            self._tasks.start_soon(self._vanish)

    async def end(self) -> None:
        """Listening is over: what still stands there was nothing, too."""
        self.drop()
        await self._vanish()

    async def _vanish(self) -> None:
        if self._stands:
            self._stands = False
            await self._delivery.vanish()

    @property
    def _is_wanted(self) -> bool:
        return bool(self._bulletin.readers or self._delivery.live)

    def _may_guess(self) -> bool:
        failed = self._said is not None and self._said.has_failed
        rested = not self._guessing and current_time() >= self._rests_until
        return rested and self._is_wanted and not (failed or self._pipeline.busy)

    def _at(self, utterance: Utterance) -> _Said:
        """Return what is being said, which is this by now."""
        if self._said is None:
            self._said = _Said(utterance)
        self._said.utterance = utterance
        return self._said

    async def _learn(self, said: _Said, answer: Transcript) -> None:
        self._believe(said, (await previewed(self._engine, answer)).text)
        await self._show()

    async def _guess(self, said: _Said) -> None:
        began = current_time()
        try:
            if isinstance(self._engine, Guessing):
                guess = await self._engine.guess(said.utterance)
                if not guess.doubt:
                    self._believe(said, guess.text)
        except TranscriberError as error:
            said.has_failed = True
            log.debug("what is being said is not guessed at: %s", error)
        finally:
            self._rests_until = 2 * current_time() - began
            self._guessing = False
        await self._show()

    def _believe(self, said: _Said, text: str) -> None:
        if said is self._said:
            said.hypothesis.hear(text)
            self._bulletin.say(text)

    async def _show(self) -> None:
        """Have appear what counts, and then what has come to count meanwhile; never twice at once."""
        if self._showing:
            return
        self._showing = True
        try:
            while (said := self._said) and self._is_due(said):
                await self._have_appear(said)
        finally:
            self._showing = False

    async def _have_appear(self, said: _Said) -> None:
        self._stands = True
        said.shown = said.hypothesis.text
        try:
            await self._delivery.appear(said.utterance, said.shown)
        except SinkError as error:
            said.is_refused = True
            log.debug("nothing more of what is being said appears: %s", error)

    def _is_due(self, said: _Said) -> bool:
        """Say whether there is something to show, and all that was said before is where it belongs."""
        fresh = said.hypothesis.text != said.shown and not said.is_refused
        return fresh and not self._pipeline.waiting and bool(self._delivery.live)
