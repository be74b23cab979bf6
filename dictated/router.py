"""A transcriber that asks another one for each profile."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING

import anyio

from dictated.errors import TranscriberError
from dictated.hypothesis import guessed, previewed
from dictated.notice import Subject, about
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.supposition import Foresighted, Supposition
    from dictated.types import Hints, Transcript, Utterance

log = logging.getLogger(__name__)


class Router:
    """Asks the transcriber of an utterance's profile; the default one where the profile has none."""

    name = "router"

    def __init__(self, default: Foresighted, others: Mapping[str, Foresighted]) -> None:
        """`others` are those of the profiles, by name."""
        self._default = default
        self._others = dict(others)
        self._told: dict[str, str] = {}  # by profile, what was last said of why its own cannot work

    async def warm(self) -> None:
        """Warm all, side by side; one of a profile that cannot work is told, once until that changes.

        It is found out again when it is asked.

        Raises:
            TranscriberError: the default one cannot work now.
        """
        every = dict.fromkeys([self._default, *self._others.values()])
        async with anyio.create_task_group() as tasks:
            warming = {one: tasks.start_soon(_fault, one) for one in every}
        faults = {one: task.return_value for one, task in warming.items()}
        fault = faults[self._default]
        found = {name: str(faults[other] or "") for name, other in self._others.items()}
        self._tell({name: "" if reason == str(fault) else reason for name, reason in found.items()})
        if fault is not None:
            raise fault

    def _tell(self, reasons: Mapping[str, str]) -> None:
        """Say of each profile why its own cannot work, where that was not said before."""
        news: defaultdict[str, list[str]] = defaultdict(list)
        for name, reason in reasons.items():
            if reason and reason != self._told.get(name):
                news[reason].append(name)
        self._told = dict(reasons)
        for reason, names in news.items():
            log.warning("profile %s: %s", ", ".join(names), reason, extra=about(Subject.ENGINE))

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text.

        Raises:
            TranscriberError: there is none.
        """
        return await self._of(utterance).transcribe(utterance, hints)

    async def suppose(self, supposition: Supposition) -> Transcript:
        """Return the text, once the supposition has come true.

        Raises:
            TranscriberError: there is none.
        """
        return await self._of(supposition.utterance).suppose(supposition)

    async def guess(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return what is being said, as far as it goes.

        Raises:
            TranscriberError: it cannot be guessed at.
        """
        return await guessed(self._of(utterance), utterance, hints)

    async def preview(self, answer: Transcript) -> Transcript:
        """Return the answer of an engine as it would be shown while the utterance is not over."""
        return await previewed(self._of(answer.utterance), answer)

    async def close(self) -> None:
        """Close all."""
        for transcriber in dict.fromkeys([self._default, *self._others.values()]):
            await transcriber.close()

    def _of(self, utterance: Utterance) -> Foresighted:
        return self._others.get(utterance.profile, self._default)


async def _fault(transcriber: Foresighted) -> TranscriberError | None:
    """Warm it; return why it cannot work."""
    try:
        await transcriber.warm()
    except TranscriberError as error:
        return error
    return None
