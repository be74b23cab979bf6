"""An utterance that is still being said, as it would be if nothing more were said: transcribed ahead of time.

At the beginning of a pause nobody knows whether it lasts. If it does, the answer is there when the pause is
over; if not, it is thrown away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import anyio

from dictated.ports import Transcriber
from dictated.types import FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.types import Transcript, Utterance


class Supposition:
    """What may be the next utterance, until it is known whether it is; awaited by who transcribes it."""

    def __init__(self, utterance: Utterance, tell: Callable[[Transcript], None] = lambda _: None) -> None:
        """Suppose it; it has the number that the next one will have.

        `tell` is called with the answer as the engine wrote it, and the doubt there is, where there is one
        before it is known whether it has come true.
        """
        self.utterance = utterance  # the one that was said, once it has come true
        self.tell = tell
        self._came_true = anyio.Event()

    @property
    def came_true(self) -> bool:
        """Whether it is known to be the next utterance."""
        return self._came_true.is_set()

    def covers(self, said: Utterance) -> bool:
        """Say whether it is this utterance, with its profile; its last silence alone may differ."""
        mine, other = self.utterance.segment, said.segment
        end = (other.offset - other.first) * FRAME_BYTES
        return (
            (self.utterance.number, self.utterance.profile) == (said.number, said.profile)
            and (mine.first, mine.offset, mine.voiced) == (other.first, other.offset, other.voiced)
            and mine.pcm[:end] == other.pcm[:end]
        )

    def come_true(self, said: Utterance) -> None:
        """Let it be this utterance, which it covers."""
        self.utterance = said
        self._came_true.set()

    async def real(self) -> Utterance:
        """Wait until it has come true; return what was said."""
        await self._came_true.wait()
        return self.utterance


@runtime_checkable
class Foresighted(Transcriber, Protocol):
    """A transcriber that can be asked about what may never have been said."""

    async def suppose(self, supposition: Supposition) -> Transcript:
        """Return the text, once the supposition has come true; cancelled before, it leaves no trace.

        Raises:
            TranscriberError: there is no text; the utterance may be asked for as any other.
        """
        ...
