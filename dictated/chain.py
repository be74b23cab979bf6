"""The engines in the order of the configuration, as one: tries again, skips what is down, asks the next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated import doubt
from dictated.breaker import Breaker
from dictated.errors import TranscriberError
from dictated.hypothesis import Guessing
from dictated.lane import Condition, Lane
from dictated.race import Race, Terms, together
from dictated.turns import Turns
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dictated.ledger import Ledger
    from dictated.ports import Transcriber
    from dictated.supposition import Supposition
    from dictated.types import Hints, Transcript, Utterance

__all__ = ["Chain", "Terms", "lanes"]

FRESH = timedelta(seconds=60)
"""How long what was said before still belongs to what is said now."""

REMEMBERED = 64
"""Texts whose end is remembered, for utterances that are still on their way when later ones have come."""


@dataclass(frozen=True, slots=True)
class _Said:
    number: int
    ended: datetime
    words: str


def lanes(
    engines: Sequence[Transcriber], terms: Terms, ledger: Ledger, turns: Mapping[str, Turns] | None = None
) -> Sequence[Lane]:
    """Return a lane for each engine, in the order they are asked.

    `turns` are those at the engines by name, where others ask them, too.
    """
    shared = turns or {}
    made: list[Lane] = []

    def stand_in(absent: Lane) -> str | None:
        able = (lane.name for lane in made if lane is not absent and lane.condition is Condition.OK)
        return next(able, None)

    for engine in engines:
        breaker = Breaker(terms.skip_after, terms.skip_s)
        own = shared.get(engine.name) or Turns(terms.in_flight)
        made.append(Lane(engine, breaker, own, ledger, stand_in))
    return made


class Chain:
    """A `Transcriber` of transcribers: each is asked at most `in_flight` at once, the oldest utterance first.

    The bound is for each engine by itself: requests that hang at one never keep another from being asked, and
    a hedge waits for no turn but those at the engine it goes to.
    """

    name = "chain"

    def __init__(self, lanes: Sequence[Lane], terms: Terms, hints: Hints, ledger: Ledger) -> None:
        """`hints` go along with every utterance that brings none of its own.

        Chains may share their `lanes`: what one finds out about an engine holds for all then.
        """
        self._lanes = lanes
        self._terms = terms
        self._hints = hints
        self._ledger = ledger
        self._said: deque[_Said] = deque(maxlen=REMEMBERED)

    async def warm(self) -> None:
        """Warm every engine; one that cannot work is told and left out until it can.

        Raises:
            TranscriberError: none of them can work until somebody mends it.
        """
        async with anyio.create_task_group() as tasks:
            warming = [tasks.start_soon(lane.warm) for lane in self._lanes]
        faults = [task.return_value for task in warming]
        broken = [fault for fault in faults if fault is not None]
        if len(broken) == len(self._lanes):
            raise together(broken)
        for lane in self._lanes:
            lane.review()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the first answer, with the name of the engine that gave it, and its doubt if there is one.

        Raises:
            TranscriberError: no engine gave one within the deadline, and why.
        """
        own = self._hints if hints == NO_HINTS else hints
        race = Race(utterance, self._terms, partial(self._with_context, own), self._accept)
        return await race.run(self._lanes)

    async def suppose(self, supposition: Supposition) -> Transcript:
        """Return the answer when the supposition has come true; until then only the first engine is asked.

        Cancelled before, it leaves no trace but what the engine was paid. An engine that is down is not
        asked: whether it is up again shall be found out with words that are needed.

        Raises:
            TranscriberError: no engine that was asked gave an answer.
        """
        if self._lanes[0].condition is not Condition.OK:
            return await self.transcribe(await supposition.real())
        find_hints = partial(self._with_context, self._hints)
        accept = partial(self._accept_if_true, supposition)
        race = Race(supposition.utterance, self._terms, find_hints, accept, supposition.real)
        answer = await race.run(self._lanes)
        said = await supposition.real()
        return answer if answer.utterance is said else self._accept_if_true(supposition, answer, race.hints)

    async def guess(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return what the first engine makes of it, where that costs nothing; nobody keeps account of it.

        Raises:
            TranscriberError: it is not asked.
        """
        lane, own = self._lanes[0], self._hints if hints == NO_HINTS else hints
        if not isinstance(lane.engine, Guessing) or lane.condition is not Condition.OK:
            raise TranscriberError(f"{lane.name} is asked only for what is needed")
        guess = await lane.engine.guess(utterance, self._with_context(own, utterance))
        return self._judged(guess, own)

    async def close(self) -> None:
        """Close every engine."""
        for lane in self._lanes:
            await lane.engine.close()

    def status(self) -> list[dict[str, str | int | float]]:
        """Say of each engine: name, state, reason, and its answers and cost (US dollars) today.

        States: "ok", "skipped", "broken", "over budget".
        """
        spent = {figures.engine: figures for figures in self._ledger.figures()}
        return [
            {
                "name": lane.name,
                "state": str(lane.condition),
                "reason": lane.outage.reason if lane.outage else "",
                "answers": spent[lane.name].answers if lane.name in spent else 0,
                "cost": spent[lane.name].usage.cost if lane.name in spent else 0.0,
            }
            for lane in self._lanes
        ]

    def _with_context(self, hints: Hints, utterance: Utterance) -> Hints:
        """Add the end of what was said before, as far as it is known by now and not long ago."""
        before = (said for said in self._said if said.number < utterance.number)
        last = max(before, key=lambda said: said.number, default=None)
        if last is None or utterance.began - last.ended > FRESH:
            return hints
        return replace(hints, context=last.words)

    def _accept_if_true(self, supposition: Supposition, transcript: Transcript, hints: Hints) -> Transcript:
        """Make it the answer to what was said, if that is known by now."""
        if not supposition.came_true:
            supposition.tell(self._judged(transcript, hints))
            return transcript
        return self._accept(replace(transcript, utterance=supposition.utterance), hints)

    def _accept(self, transcript: Transcript, hints: Hints) -> Transcript:
        """Add the doubt there is, and remember the end of a text that is believed."""
        transcript = self._judged(transcript, hints)
        words = transcript.text.split()[-self._terms.context_words :]
        if self._terms.context_words and words and not transcript.doubt:
            utterance = transcript.utterance
            self._said.append(_Said(utterance.number, utterance.ended, " ".join(words)))
        return transcript

    def _judged(self, transcript: Transcript, hints: Hints) -> Transcript:
        """Add the doubt there is, where doubtful words are to be held."""
        if not self._terms.hold_doubtful:
            return transcript
        return replace(transcript, doubt=doubt.reason(transcript, hints))
