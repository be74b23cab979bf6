"""Rule of the crash: killed wherever it may be, the log has the words exactly once and the window at most once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, product
from typing import TYPE_CHECKING, Any, cast

import anyio
from doubles import ListSink, NumberingTranscriber, utterance
from resting import everything_rests

from dictated import outputconfig
from dictated.archive import DiskArchive, Tally
from dictated.delivery import Delivery
from dictated.history import History
from dictated.pipeline import Pipeline
from dictated.recollection import OLD
from dictated.records import Fate
from dictated.recovery import Recovery
from dictated.resending import Resending
from dictated.sinks.log import LogSink
from dictated.spool import Spool
from dictated.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dictated.types import Transcript

IMMORTAL = 1_000_000
STRIDE = 19
"""Of the pairs of two kills, one after the other, every nineteenth is tried: each step is among them."""


class Killed(BaseException):
    """The process is gone; what it still tries to do is not done."""


class Life:
    """Ends at a step; no step is taken after it."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    @property
    def over(self) -> bool:
        return self._left <= 0

    def step(self) -> None:
        if self.over:
            raise Killed
        self._left -= 1


class Mortal:
    """Does what another object does, while alive; before and after each call is a step."""

    def __init__(self, life: Life, what: Any) -> None:
        self._life = life
        self._what = what

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._what, name)
        return self._wrapped(part) if callable(part) else Mortal(self._life, part)

    def _wrapped(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*what: Any) -> Any:
            self._life.step()
            done = act(*what)
            self._life.step()
            return done

        return acted


class MortalLog(LogSink):
    """A log in a process that may be killed."""

    life: Life

    async def deliver(self, transcript: Transcript) -> None:
        self.life.step()
        await super().deliver(transcript)
        self.life.step()


class MortalWindow(ListSink):
    """A window into which a process types that may be killed."""

    life: Life

    async def deliver(self, transcript: Transcript) -> None:
        self.life.step()
        await super().deliver(transcript)
        self.life.step()


class Process:
    """One run of the program over a folder, until it is killed."""

    def __init__(self, folder: Path, window: list[str], steps: int) -> None:
        self.life = Life(steps)
        self.spool = cast("Spool", Mortal(self.life, Spool(folder / "spool")))
        self.history = cast("History", Mortal(self.life, History(folder / "history.sqlite3")))
        self.tape = cast("Tape", Mortal(self.life, Tape(folder / "spool")))
        log = MortalLog(outputconfig.LogSink(path=str(folder / "log"), format="text"))
        typing = MortalWindow("type")
        typing.texts = window
        log.life = typing.life = self.life
        self.sinks = (log, typing)
        self.engine = NumberingTranscriber()
        self.engine.texts = dict.fromkeys((1, OLD + 1), "hello")

    async def dictate(self) -> None:
        """Take an utterance that was said a moment ago and is on the tape."""
        delivery = Delivery(self.sinks, self.sinks[0])
        archive = DiskArchive(Tally(), self.spool, self.history)
        pipeline = Pipeline(self.engine, delivery, archive, backlog=4)
        spoken = utterance(1)
        ended = datetime.now().astimezone()
        began = ended - timedelta(seconds=spoken.seconds)
        async with anyio.create_task_group() as tasks:
            await tasks.start(pipeline.run)
            await pipeline.put(replace(spoken, began=began, ended=ended))
            await anyio.to_thread.run_sync(self.tape.erase)
            pipeline.finish()

    async def recover(self) -> None:
        """Do what a start does with what was left."""
        recovery = Recovery(self.engine, self.sinks, self.spool, self.history, Resending(60, 60))
        await recovery.prepare()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(recovery.run)
            await everything_rests()
            tasks.cancel_scope.cancel()


class Story:
    """What is said once, by processes that are killed one after the other, until one is not."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.window: list[str] = []

    async def lives(self, steps: int, act: Callable[[Process], Any]) -> bool:
        """Run one process; say whether it came to its end."""
        process = Process(self.folder, self.window, steps)
        try:
            await act(process)
        except* Killed:
            pass
        return not process.life.over

    async def says(self, steps: int) -> bool:
        Tape(self.folder / "spool").write(0, utterance(1).pcm)
        return await self.lives(steps, Process.dictate)

    async def ends(self) -> tuple[list[str], bool]:
        """Start once more, twice, and return the log, and whether the window has the words or they wait."""
        for _ in range(2):
            assert await self.lives(IMMORTAL, Process.recover)
        entries = History(self.folder / "history.sqlite3").entries(9)
        waiting = [entry.text for entry in entries if entry.fate is Fate.HELD]
        log = [line[21:] for line in (self.folder / "log").read_text().splitlines()]
        return log, len(entries) == 1 and len(self.window) <= 1 and (waiting or self.window) == ["hello"]


async def test_killed_at_any_step_the_words_are_in_the_log_once_and_typed_at_most_once(
    tmp_path: Path,
) -> None:
    for steps in count(1):
        story = Story(tmp_path / str(steps))
        survived = await story.says(steps)
        assert (steps, await story.ends()) == (steps, (["hello"], True))
        if survived:
            break
    assert steps > 15


async def test_killed_again_at_any_step_of_the_recovery_that_still_holds(tmp_path: Path) -> None:
    for first, second in product(range(1, 40), range(1, 40)):
        if (first + second) % STRIDE == 0:
            story = Story(tmp_path / f"{first}-{second}")
            await story.says(first)
            await story.lives(second, Process.recover)
            assert (first, second, await story.ends()) == (first, second, (["hello"], True))
