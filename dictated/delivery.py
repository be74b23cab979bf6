"""Hands a transcript to every sink; what a sink cannot take goes to the log instead."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dictated.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.ports import Sink
    from dictated.types import Transcript

log = logging.getLogger(__name__)


class Delivery:
    """Several sinks at once: one that fails does not stop the others.

    When any of them fails, the words go to `rescue` too, unless that is among the sinks already.
    """

    def __init__(self, sinks: Sequence[Sink], rescue: Sink) -> None:
        self._sinks = tuple(sinks)
        self._rescue = rescue
        self._complaints: dict[str, str] = {}  # what was last said about a sink that does not work

    async def deliver(self, transcript: Transcript) -> bool:
        """Return whether any sink took the words."""
        takers = [sink.name for sink in self._sinks if await self._offer(sink, transcript)]
        if len(takers) < len(self._sinks) and self._rescue.name not in {s.name for s in self._sinks}:
            takers += [self._rescue.name] if await self._offer(self._rescue, transcript) else []
        return bool(takers)

    async def close(self) -> None:
        """Close every sink."""
        for sink in (*self._sinks, self._rescue):
            await sink.close()

    async def _offer(self, sink: Sink, transcript: Transcript) -> bool:
        try:
            await sink.deliver(transcript)
        except SinkError as error:
            self._complain(sink, str(error))
            return False
        if self._complaints.pop(sink.name, None):
            log.info("%s works again", sink.name)
        return True

    def _complain(self, sink: Sink, complaint: str) -> None:
        """Say it once, not with every utterance."""
        if self._complaints.get(sink.name) == complaint:
            return
        self._complaints[sink.name] = complaint
        instead = "" if sink.name == self._rescue.name else f"; the words go to {self._rescue.name} instead"
        log.error("%s: %s%s", sink.name, complaint, instead)
