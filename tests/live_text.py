"""A screen where words appear while they are said, and an engine that says what a test wants it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from doubles import ListSink, NumberingTranscriber

from dictated.types import NO_HINTS, Hints, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dictated.errors import SinkError, TranscriberError


SCRIPT = ("But as", "But as the", "But as the ripe", "But as the riper should")
"""What is guessed, of a sonnet."""


class LiveScreen(ListSink):
    """Shows what is delivered, and before it what appears; `story` is all that happened, in order."""

    def __init__(self, *, live: bool = True, held: bool = False, refusal: SinkError | None = None) -> None:
        super().__init__("type")
        self.live = live
        self.corrections = 0
        self.story: list[str] = []
        self.refusal = refusal
        self.begun: int | None = None  # the utterance whose beginning stands there
        self.appeared = anyio.Event()
        self.lets_go = anyio.Event()
        if not held:
            self.lets_go.set()

    async def appear(self, utterance: Utterance, text: str) -> None:
        self._tell(f"{utterance.number} appears: {text}")
        self.appeared.set()
        await self.lets_go.wait()
        if self.refusal:
            raise self.refusal
        self.begun = utterance.number

    def stands_of(self, utterance: Utterance) -> bool:
        return self.begun == utterance.number

    async def vanish(self) -> None:
        self._tell("vanishes")
        self.begun = None
        if self.refusal:
            raise self.refusal

    async def deliver(self, transcript: Transcript) -> None:
        await super().deliver(transcript)
        self._tell(f"{transcript.utterance.number}: {transcript.text}")
        self.begun = None

    def _tell(self, line: str) -> None:
        self.story.append(line)


class GuessingTranscriber(NumberingTranscriber):
    """Guesses what is in its script, one text after the other, at once or when the test lets it.

    Of what was said it makes `words N`.
    """

    def __init__(self, guesses: Iterable[str | TranscriberError] = (), *, held: bool = False) -> None:
        super().__init__()
        self.guesses = iter(guesses)
        self.guessed_at: list[Utterance] = []
        self.guessing = 0
        self.most_guesses_at_once = 0
        self.doubt = ""
        self.lets_go = anyio.Event()
        if not held:
            self.lets_go.set()

    async def guess(self, utterance: Utterance, _hints: Hints = NO_HINTS) -> Transcript:
        self.guessed_at.append(utterance)
        self.guessing += 1
        self.most_guesses_at_once = max(self.most_guesses_at_once, self.guessing)
        try:
            await self.lets_go.wait()
        finally:
            self.guessing -= 1
        text = next(self.guesses, "")
        if not isinstance(text, str):
            raise text
        return Transcript(utterance, text, self.name, 0.0, doubt=self.doubt)
