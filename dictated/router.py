"""A transcriber that asks another one for each profile."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dictated.errors import TranscriberError
from dictated.hypothesis import guessed
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

    async def warm(self) -> None:
        """Warm all; one of a profile that cannot work is told, and found out again when it is asked.

        Raises:
            TranscriberError: the default one cannot work now.
        """
        await self._default.warm()
        for name, other in self._others.items():
            try:
                await other.warm()
            except TranscriberError as error:
                log.warning("profile %s: %s", name, error, extra=about(Subject.ENGINE))

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

    async def close(self) -> None:
        """Close all."""
        for transcriber in (self._default, *self._others.values()):
            await transcriber.close()

    def _of(self, utterance: Utterance) -> Foresighted:
        return self._others.get(utterance.profile, self._default)
