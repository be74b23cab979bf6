"""Turns at something that only a few may use at once: among those who wait, the oldest utterance is next."""

from __future__ import annotations

from bisect import insort
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(order=True)
class _Ticket:
    number: int
    called: anyio.Event = field(default_factory=anyio.Event, compare=False)


class Turns:
    """At most `slots` turns at once; who waits longer goes before who has the same number."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._queue: list[_Ticket] = []  # the lowest number first

    @asynccontextmanager
    async def turn(self, number: int) -> AsyncIterator[None]:
        """Wait for a turn and hold it within the block; it is given back however that ends."""
        ticket = _Ticket(number)
        insort(self._queue, ticket)
        self._call()
        try:
            await ticket.called.wait()
            yield
        finally:
            if ticket.called.is_set():
                self._free += 1
                self._call()
            else:
                self._queue = [other for other in self._queue if other is not ticket]

    def _call(self) -> None:
        while self._free and self._queue:
            self._free -= 1
            self._queue.pop(0).called.set()
