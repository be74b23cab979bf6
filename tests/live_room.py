"""A room where words appear while they are said, all in the hands of a test; no disk, no threads."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import anyio
from doubles import ListSink, LoudnessVad, SpokenRecorder
from live_text import SCRIPT, GuessingTranscriber, LiveScreen
from test_listening import PARTS

from dictated.archive import Archive, Tally
from dictated.bulletin import Bulletin
from dictated.delivery import Delivery
from dictated.listening import Listening
from dictated.pipeline import Pipeline
from dictated.segmenter import Rules
from dictated.types import Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from anyio import TaskHandle
    from anyio.abc import TaskGroup

    from dictated.errors import TranscriberError
    from dictated.ports import Transcriber
    from dictated.supposition import Supposition

RULES = Rules(onset=1, pause=6, tail=3, least_speech=3, longest=1000, dip_window=10)
EVERY = 5


class Room:
    """Somebody who speaks, a screen, and an engine; five frames of speech, and it is guessed at.

    Who is `asked` asks the engine; without that it is asked itself.
    """

    def __init__(  # noqa: PLR0913 (what is other than usual is given by name)
        self,
        guesses: Iterable[str | TranscriberError] = SCRIPT,
        *,
        screen: LiveScreen | None = None,
        before: LiveScreen | None = None,
        engine: GuessingTranscriber | None = None,
        asked: Transcriber | None = None,
        held: bool = False,
    ) -> None:
        self.engine = engine or GuessingTranscriber(guesses, held=held)
        self.screen = screen or LiveScreen()
        delivery = Delivery([*([before] if before else []), self.screen], ListSink("log"))
        self.pipeline = Pipeline(asked or self.engine, delivery, Archive(Tally()), backlog=9)
        self.bulletin = Bulletin(dict)
        self.recorder = SpokenRecorder()
        self.parts = replace(
            PARTS,
            rules=RULES,
            transcriber=asked or self.engine,
            delivery=delivery,
            vad=LoudnessVad(),
            guess_every=EVERY,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as outer:
            await outer.start(self.pipeline.run)
            async with anyio.create_task_group() as tasks:
                listening = await self._listen(tasks)
                yield
                self.engine.lets_go.set()
                self.screen.lets_go.set()
                await self.recorder.close()
                await listening
                tasks.cancel_scope.cancel()  # as the session does
            self.pipeline.finish()

    async def _listen(self, tasks: TaskGroup) -> TaskHandle[None]:
        frames = await self.recorder.open()
        listening = Listening(frames, self.parts, lambda _: None, tasks, self.bulletin)
        return tasks.start_soon(listening.run, self.pipeline, count(1))

    async def say(self, *pictures: str) -> None:
        """Say one after the other, each when all that the one before leads to has happened."""
        for picture in pictures:
            await self.recorder.say(picture)
            await anyio.wait_all_tasks_blocked()


SPEECH = "s" * EVERY
BEGINNING = "s" + SPEECH
"""With the frame that the first guess counts from."""


class ForesightedGuesser(GuessingTranscriber):
    """Can be asked ahead, too: it has its answer at once, and may doubt it."""

    ahead = "But as the riper"
    ahead_doubt = ""

    async def suppose(self, supposition: Supposition) -> Transcript:
        utterance, doubt = supposition.utterance, self.ahead_doubt
        supposition.tell(Transcript(utterance, self.ahead, self.name, 0.0, doubt=doubt))
        return await self.transcribe(await supposition.real())
