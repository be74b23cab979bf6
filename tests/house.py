"""The state folder of one user, and what works in it at a start."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import anyio
from doubles import SPOKEN_AT, ListSink, NumberingTranscriber, transcript, utterance
from resting import everything_rests

from dictated import outputconfig
from dictated.errors import TranscriberError
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.recovery import Recovery
from dictated.resending import Resending
from dictated.sinks.log import LogSink
from dictated.spool import Spool
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from dictated.errors import SinkError
    from dictated.ports import Sink
    from dictated.records import Record
    from dictated.types import Hints, Transcript, Utterance


class ShakyLog(LogSink):
    """A log that refuses with `broken` while that is set."""

    broken: SinkError | None = None

    def __init__(self, settings: outputconfig.LogSink) -> None:
        super().__init__(settings)
        self.appended = anyio.Event()

    async def deliver(self, transcript: Transcript) -> None:
        if self.broken:
            raise self.broken
        await super().deliver(transcript)
        self.appended.set()


class Engine(NumberingTranscriber):
    """Remembers what it was given."""

    def __init__(self, *, held: bool = False) -> None:
        super().__init__(held=held)
        self.heard: list[Utterance] = []
        self.failing_once: set[int] = set()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        self.heard.append(utterance)
        if utterance.number in self.failing_once:
            self.failing_once.remove(utterance.number)
            raise TranscriberError("no network", retryable=True)
        return await super().transcribe(utterance, hints)


class House:
    """The state folder of one user, with a log, a window, and an engine that says `words N`."""

    def __init__(self, folder: Path, form: Literal["text", "jsonl"] = "text") -> None:
        self.folder = folder
        self.spool = Spool(folder / "spool")
        self.history = History(folder / "history.sqlite3", now=lambda: SPOKEN_AT)
        self.log = ShakyLog(outputconfig.LogSink(path=str(folder / "log"), format=form))
        self.window = ListSink("type")
        self.sinks: list[Sink] = [self.log, self.window]
        self.engine = Engine()
        self.resending = Resending(60, 60)
        self.recovery = Recovery(self.engine, self.sinks, self.spool, self.history, self.resending)

    def recorded(self, number: int = 1) -> int:
        """Leave an utterance as a crash does that comes before its text."""
        spoken = utterance(number)
        return self.history.records.open(spoken, self.spool.keep(spoken).name)

    def transcribed(self, text: str = "hello") -> int:
        """Leave an utterance as a crash does that comes before its delivery."""
        number = self.recorded()
        self.history.records.begin(number, transcript(text), "log")
        self.history.records.missed(number, "log")
        return number

    def failed(self, number: int = 1, text: str = "") -> None:
        self.ended(Fate.FAILED, text, number)

    def ended(self, fate: Fate, text: str = "", number: int = 1) -> None:
        """Leave an utterance that has come to its end, and whose sound is there."""
        self.history.note(Entry(SPOKEN_AT, SPOKEN_AT, fate, text, "so it is", id=self.recorded(number)))

    async def retry(self, number: int | None = None) -> None:
        await self.recovery.retry(number)
        await self.work()

    @property
    def lines(self) -> list[str]:
        """The words in the log."""
        log = self.folder / "log"
        return [line[21:] for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def fates(self) -> list[Fate]:
        return [entry.fate for entry in self.history.entries(100)]

    @property
    def sound(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "spool").iterdir())

    def record(self, number: int = 1) -> Record:
        record = self.history.records.find(number)
        assert record
        return record

    async def recover(self) -> None:
        """Do what the daemon does at its start, until all is done."""
        await self.recovery.prepare()
        await self.work()

    async def work(self) -> None:
        async with self.running():
            pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.recovery.run)
            yield
            await everything_rests()
            tasks.cancel_scope.cancel()
