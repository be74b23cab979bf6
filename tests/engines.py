"""Engines that do what a test says, and the story of what was asked of them and what came of it."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from doubles import utterance

from dictated.chain import Chain, Terms, lanes
from dictated.errors import TranscriberError
from dictated.history import History
from dictated.ledger import Ledger
from dictated.types import NO_HINTS, Hints, Transcript, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.types import Utterance

Step = tuple[float, str | TranscriberError]
"""After so many seconds, a text or an error."""

TERMS = Terms(
    in_flight=3,
    tries=1,
    deadline_s=60.0,
    hedge_after=0.0,
    skip_after=3,
    skip_s=30.0,
    context_words=0,
    hold_doubtful=False,
)
"""One try each, nothing special."""

NEVER: Step = (math.inf, "")
"""No answer at all."""


def busy(name: str, retry_after: float | None = None) -> TranscriberError:
    return TranscriberError(f"{name} is busy", retryable=True, retry_after=retry_after)


def wrong_key(name: str) -> TranscriberError:
    return TranscriberError(f"{name}: wrong key", lasting=True)


def unclear(name: str) -> TranscriberError:
    return TranscriberError(f"{name}: no such sound")


class ScriptedEngine:
    """Takes a step each time it is asked, the last one again and again."""

    def __init__(self, name: str, script: Sequence[Step], story: list[str]) -> None:
        self.name = name
        self.script = list(script)
        self.story = story
        self.cold: TranscriberError | None = None  # what warming meets
        self.warming = 0.0  # how long it takes, in seconds
        self.hints: list[Hints] = []
        self.asked: list[int] = []  # the utterances, in the order in which they came
        self.times: list[float] = []  # when each came
        self.running = 0
        self.most_at_once = 0
        self.closed = False

    async def warm(self) -> None:
        await anyio.sleep(self.warming)
        if self.cold:
            raise self.cold

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        after, outcome = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.hints.append(hints)
        self.asked.append(utterance.number)
        self.times.append(anyio.current_time())
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        self._tell("asked")
        end = "cut off"
        try:
            await anyio.sleep(after)
            end = "fails" if isinstance(outcome, TranscriberError) else "answers"
        finally:
            self.running -= 1
            self._tell(end)
        if isinstance(outcome, TranscriberError):
            raise outcome
        return Transcript(utterance, outcome, self.name, after, Usage(cost=0.5))

    async def close(self) -> None:
        self.closed = True

    def _tell(self, what: str) -> None:
        self.story.append(f"{anyio.current_time():.4g} {self.name} {what}")


class Stage:
    """A chain of scripted engines, by name in their order."""

    def __init__(self, terms: Terms = TERMS, *, cost_per_day: float = 0.0, **scripts: Sequence[Step]) -> None:
        self.story: list[str] = []
        self.ended: dict[int, float] = {}  # when each utterance had its text, or its failure
        self.engines = {name: ScriptedEngine(name, script, self.story) for name, script in scripts.items()}
        self.day = date(2026, 11, 21)
        self.ledger = Ledger(History(Path("never written")), cost_per_day, lambda: self.day)
        hints = Hints(prompt="a prompt")
        self.chain = Chain(lanes(list(self.engines.values()), terms, self.ledger), terms, hints, self.ledger)

    async def say(self, *numbers: int) -> list[str]:
        """Transcribe utterances, all put at once; return their texts, or why there is none."""
        async with anyio.create_task_group() as tasks:
            said = [tasks.start_soon(self._outcome, number) for number in numbers]
        return [task.return_value for task in said]

    async def hear(self, number: int) -> Transcript:
        """Transcribe one utterance."""
        return await self.chain.transcribe(utterance(number))

    def state(self, name: str) -> str:
        return next(str(figures["state"]) for figures in self.chain.status() if figures["name"] == name)

    async def _outcome(self, number: int) -> str:
        try:
            return (await self.hear(number)).text
        except TranscriberError as error:
            return str(error)
        finally:
            self.ended[number] = anyio.current_time()
