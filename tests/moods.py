"""A service with moods, and a network that goes away: what it answers says which frames it was sent."""

from __future__ import annotations

import random
import socket
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope
from fixtures.service import Answer, Service
from marked import places_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anyio.abc import TaskStatus
    from fixtures.service import Received

MOODY = 0.2
"""The part of the requests that fail."""

TIMEOUT_S = 1.0
"""How long the program waits for an answer, as it is configured here."""

FAULTS: dict[str, Callable[[str], Answer]] = {
    "500": lambda _: Answer(status=500, body={"error": {"message": "oh"}}),
    "429": lambda _: Answer(status=429, body={"error": {"message": "wait"}}, headers={"Retry-After": "1"}),
    "hang": lambda text: Answer(body={"text": text}, delay=TIMEOUT_S * 2),
    "reset": lambda _: Answer(reset=True),
    "cut": lambda text: Answer(body={"text": text}, cut=5),
    "no JSON": lambda _: Answer(body="<html>"),
}


def text_of(places: range) -> str:
    """The words for these frames: few letters, so that no short sound seems too short for them."""
    return f"{places.start:x}-{len(places):x}"


def places_of(text: str) -> range:
    """The frames these words are for.

    Raises:
        ValueError: they are no words of ours.
    """
    start, length = (int(number, 16) for number in text.split("-"))
    return range(start, start + length)


class Moody:
    """A service on loopback, at one port for good, that may be away."""

    def __init__(self, seed: int) -> None:
        self.port = 0  # any, until it has served
        self.faults: Counter[str] = Counter()
        self.answered: dict[str, int] = {}  # when in their order each text was given
        self._chance = random.Random(seed)
        self._service = Service()
        self._service.answers(self._answer)
        self._there = anyio.Event()
        self._there.set()
        self._listening = anyio.Event()
        self._serving: CancelScope

    async def serve(self, *, task_status: TaskStatus[None]) -> None:
        """Answer until cancelled, while it is there."""
        with socket.socket() as place:  # never listens: nobody else gets the port while it is away
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind(("127.0.0.1", 0))
            self.port = place.getsockname()[1]
            await self._serve(task_status)

    async def _serve(self, task_status: TaskStatus[None]) -> None:
        while True:
            async with await anyio.create_tcp_listener(
                local_host="127.0.0.1", local_port=self.port
            ) as listener:
                with CancelScope() as self._serving:
                    task_status.started()
                    self._listening.set()
                    await listener.serve(self._service.converse)
            await self._there.wait()
            task_status = anyio.TASK_STATUS_IGNORED

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody listens at its port, and every connection is closed, until the block is left."""
        self.faults["network away"] += 1
        self._there, self._listening = anyio.Event(), anyio.Event()
        self._serving.cancel()
        try:
            yield
        finally:
            self._there.set()
        await self._listening.wait()

    def _answer(self, received: Received) -> Answer:
        self._service.requests.clear()  # hours of them
        if received.method != "POST":
            return Answer(body={"data": []})
        text = text_of(places_in(received.body))
        if self._chance.random() < MOODY:
            name = self._chance.choice(list(FAULTS))
            self.faults[name] += 1
            return FAULTS[name](text)
        self.answered[text] = len(self.answered)
        return Answer(body={"text": text}, delay=self._chance.uniform(0, 0.03))
