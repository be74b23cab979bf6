"""A daemon that tells what a test says, over a real control socket."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from statuses import OFF

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator
    from pathlib import Path

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def past(number: int, text: str, **more: Any) -> dict[str, Any]:
    told = {"engine": "local", "latency_ms": 300 + number * 37 % 220, "fate": "delivered"}
    time = (NOON + timedelta(seconds=number * 17)).isoformat()
    return {"number": number, "time": time, "text": text, **told, **more}


def sound(**more: Any) -> dict[str, Any]:
    told = {"level_db": -31.4, "floor_db": -62.0, "threshold_db": -55.0, "speech": True}
    return {**told, "pause_ms": 0, "pause_of_ms": 0, **more}


def report(**more: Any) -> dict[str, Any]:
    details: dict[str, Any] = {
        "sound": None,
        "flight": [],
        "last": [],
        "cost_today": 0.0,
        "hypothesis": "",
        "profile": "",
        "profiles": [],
    }
    return {**OFF, **details, **more}


class Told:
    """Tells each follower how things stand, and notes what it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.status = report()
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self._followers: set[StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None] | None] = set()

    async def begin(self) -> None:
        self._server = await asyncio.start_unix_server(self._answer, self.path)

    async def end(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in [*self._followers]:
                writer.close()
            await self._server.wait_closed()
            await asyncio.gather(*filter(None, self._tasks))
            self.path.unlink()
            self._server = None

    def tell(self, **more: Any) -> None:
        """Tell this from now on."""
        self.status = report(**more)
        for writer in self._followers:
            self._send(writer, self.status)

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        request = json.loads(await reader.readline())
        self.asked.append(request)
        if request["command"] != "follow":
            self._send(writer, self.answers.get(request["command"], self.status))
            writer.close()
            return
        self._send(writer, self.answers.get("follow", self.status))
        self._followers.add(writer)
        await reader.read()
        self._followers.discard(writer)
        writer.close()

    def _send(self, writer: StreamWriter, told: dict[str, Any]) -> None:
        writer.write(json.dumps(told).encode() + b"\n")


@asynccontextmanager
async def telling(path: Path) -> AsyncIterator[Told]:
    made = Told(path)
    await made.begin()
    try:
        yield made
    finally:
        await made.end()
