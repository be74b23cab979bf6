"""Hours of speech through the whole daemon in minutes, while network, microphone, log and screen come and go.

The speaker waits for the daemon, so that nothing is lost for want of time.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from fixtures.screen import Screen, x_server
from marked import Speech
from moods import Moody
from soaked import SINK_FAULTS, Gauge, Soaked
from verdict import Line, Typed, Verdict, judge, read_log
from Xlib.error import ConnectionClosedError

from dictated.errors import NotRunningError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

ROOM = 40
"""Utterances that wait for their words before the speaker takes a break."""

LOOK_S = 0.05
"""Seconds between two looks at what the daemon still has to do."""

AGAIN_S = 1.0
"""Seconds between two `dictated retry` of somebody who waits for the rest."""

SETTLED_S = 60.0
"""Seconds it may take to bring everything to its end once there are no more faults."""

STEPS = 20
"""Parts of the speech after which we look what has become of the daemon."""

WARM = 2
"""Steps after which everything is loaded and has had its first faults."""

WINDOWS = ((6, 9), (10, 12))
"""Between which steps there is a screen with a window; it is killed at the end."""

MARGIN = timedelta(seconds=1)
"""Time a word may take from the daemon to the window and back to us."""


@dataclass(frozen=True)
class Plan:
    """How much is said, and what happens meanwhile; times in seconds, those of faults by the clock."""

    seconds: float
    seed: int = 0
    minutes: float = 20.0  # by the clock; then nobody says more
    display: str = ""  # the number of a display that is free; "" for no typing
    pauses: tuple[float, float] = (1.2, 7.0)
    calm: tuple[float, float] = (10.0, 30.0)
    storm: tuple[float, float] = (1.0, 8.0)
    lost: float = 0.02  # how likely the microphone is lost in a pause, and for how long
    lost_s: tuple[float, float] = (0.0, 2.0)
    silent: float = 0.02  # how likely it is muted for a while, and for how many seconds of sound
    silent_s: tuple[float, float] = (1.0, 20.0)
    reload: float = 0.002  # how likely the configuration is read again in the midst of a saying


@dataclass
class Story:
    """What was said, what befell the daemon, and what it took."""

    sayings: list[tuple[int, np.ndarray]] = field(default_factory=list)  # the first frame, which are loud
    faults: Counter[str] = field(default_factory=Counter)
    gauges: list[Gauge] = field(default_factory=list)
    windows: list[Typed] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)  # when in their order each text was given
    seconds: float = 0.0  # of sound
    elapsed: float = 0.0  # by the clock
    heard: int = 0  # utterances, as the daemon counts them
    undone: int = 0
    code: int = -1  # the daemon's exit code

    @property
    def warm(self) -> Gauge:
        """What the daemon took when everything was loaded."""
        return self.gauges[WARM - 1]


class Soak:
    """One run."""

    def __init__(self, plan: Plan, home: Path) -> None:
        self.plan = plan
        self.story = Story()
        self.service = Moody(plan.seed)
        self.subject = Soaked(home)
        if plan.display:
            self.subject.program.environ["DISPLAY"] = f":{plan.display}"
        self._home = home
        self._reread = anyio.Event()  # not set while the configuration is to be read again
        self._reread.set()
        self._speech = Speech(plan.seed)
        self._chance = random.Random(plan.seed)
        self._sinks = anyio.Lock()  # what is in a window need not be in the log, so that is left alone then
        self._steps: defaultdict[int, anyio.Event] = defaultdict(anyio.Event)

    async def run(self) -> Story:
        """Speak, harm, wait, and say what happened."""
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            await tasks.start(self.service.serve)
            self.subject.configure(self.service.port, "log")
            with self.subject.running():
                await self._ready()
                await self._live(began + self.plan.minutes * 60)
                await self._settle()
            tasks.cancel_scope.cancel()
        self.story.faults += self.service.faults
        self.story.answered = self.service.answered
        self.story.seconds = self._speech.seconds
        self.story.elapsed = time.monotonic() - began
        return self.story

    def verdict(self) -> Verdict:
        """What is to be said of it."""
        return judge(self.story, self.lines(), self.subject.entries(), self.subject.spooled)

    def lines(self) -> list[Line]:
        """What stands in the log."""
        return read_log(self.subject.notes, self.subject.belated)

    async def _ready(self) -> None:
        with anyio.fail_after(SETTLED_S):
            while True:
                try:
                    await self.subject.ask("status")
                except NotRunningError:
                    assert self.subject.alive, self.subject.said
                    await anyio.sleep(LOOK_S)
                else:
                    return

    async def _live(self, deadline: float) -> None:
        """Everything that is said, and everything that goes wrong."""
        async with anyio.create_task_group() as weather:
            weather.start_soon(self._network_weather)
            weather.start_soon(self._log_weather)
            if self.plan.display:
                weather.start_soon(self._screens)
            await self._speak(deadline)
            weather.cancel_scope.cancel()
        await self.subject.finish()

    async def _speak(self, deadline: float) -> None:
        for step in range(1, STEPS + 1):
            end = self.plan.seconds * step / STEPS
            while self._speech.seconds < end and time.monotonic() < deadline:
                await self._room(ROOM)
                saying = self._speech.say()
                self.story.sayings.append((saying.first, saying.loud))
                if self._chance.random() < self.plan.reload and self._reread.is_set():
                    self._reread = anyio.Event()
                if self._reread.is_set():
                    await self.subject.hear(saying.sound)
                    await self._pause()
                else:
                    await self._reload_in(saying.sound)
            await self._room(0)
            self.story.gauges.append(self.subject.gauge(self._speech.seconds))
            self._steps[step].set()

    async def _room(self, most: int) -> None:
        """Wait until no more than so many utterances wait for their words."""
        with anyio.fail_after(SETTLED_S):
            while (await self.subject.ask("status"))["waiting"] > most:  # noqa: ASYNC110 (another process)
                await anyio.sleep(LOOK_S)

    async def _pause(self) -> None:
        """Say nothing for a while, in the midst of which something may happen to the microphone."""
        plan, half = self.plan, self._chance.uniform(*self.plan.pauses) / 2
        await self.subject.hear(self._speech.pause(half))
        drawn = self._chance.random()
        if drawn < plan.lost:
            self.story.faults["microphone lost"] += 1
            await self.subject.lose(self._chance.uniform(*plan.lost_s))
        elif drawn < plan.lost + plan.silent:
            self.story.faults["microphone muted"] += 1
            await self.subject.hear(self._speech.silence(self._chance.uniform(*plan.silent_s)))
        await self.subject.hear(self._speech.pause(half))

    async def _reload_in(self, sound: np.ndarray) -> None:
        """Say it, and have the configuration read again in its midst."""
        self.story.faults["configuration read again"] += 1
        middle = self._chance.randrange(1, len(sound))
        await self.subject.hear(sound[:middle])
        await self.subject.finish()
        reread, rounds = self._reread, self.subject.rounds  # a newer configuration has a reload of its own
        self.subject.reload()
        await self.subject.hear(sound[middle:])
        await self._pause()
        with anyio.fail_after(SETTLED_S):
            while self.subject.rounds == rounds:
                await self.subject.hear(self._speech.pause(LOOK_S))  # a microphone never stops giving sound
                await anyio.sleep(LOOK_S)
        reread.set()

    async def _network_weather(self) -> None:
        """After each storm the user tries again what has failed."""
        chance = random.Random(self.plan.seed + 1)
        while True:
            await anyio.sleep(chance.uniform(*self.plan.calm))
            async with self.service.away():
                await anyio.sleep(chance.uniform(*self.plan.storm))
            await self.subject.retry()

    async def _log_weather(self) -> None:
        chance = random.Random(self.plan.seed + 2)
        while True:
            await anyio.sleep(chance.uniform(*self.plan.calm))
            async with self._sinks:
                fault = chance.choice(SINK_FAULTS)
                self.story.faults[f"log {fault}"] += 1
                with self.subject.harmed(fault):
                    await anyio.sleep(chance.uniform(*self.plan.storm))

    async def _screens(self) -> None:
        """Have words typed for a while, into windows whose screen is killed."""
        await self._steps[WINDOWS[0][0]].wait()
        async with self._sinks:
            await self._configure("type", "log")
            for begin, end in WINDOWS:
                await self._steps[begin].wait()
                await self._screen(begin, self._steps[end])
            await self._configure("log")

    async def _configure(self, *sinks: str) -> None:
        """Write a configuration, and return when it holds."""
        self.subject.configure(self.service.port, *sinks)
        self._reread = anyio.Event()
        await self._reread.wait()

    async def _screen(self, number: int, over: anyio.Event) -> None:
        folder = self._home / f"screen-{number}"
        folder.mkdir()
        with _killed_screen(folder, self.plan.display) as screen:
            window = await to_thread.run_sync(screen.window)
            opened = datetime.now(UTC) + MARGIN
            text = ""
            while not over.is_set():
                text += await to_thread.run_sync(window.rest, LOOK_S)
            closed = datetime.now(UTC) - MARGIN
            text += await to_thread.run_sync(window.rest, MARGIN.total_seconds())
        self.story.windows.append(Typed(text, opened, closed))
        self.story.faults["screen killed"] += 1

    async def _settle(self) -> None:
        """Try again until all is done, and end."""
        with anyio.move_on_after(SETTLED_S):
            await self._room(0)
            while await self.subject.undone():
                await self.subject.retry()
                await anyio.sleep(AGAIN_S)
        self.story.gauges.append(self.subject.gauge(self._speech.seconds))
        self.story.undone = await self.subject.undone()
        self.story.heard = (await self.subject.ask("status"))["heard"]
        await self.subject.ask("stop")
        self.story.code = await self.subject.end()


@contextmanager
def _killed_screen(folder: Path, number: str) -> Iterator[Screen]:
    """A screen that does not end in good order."""
    gone = suppress(ConnectionClosedError)  # what it tells to whoever takes leave of it
    with gone, x_server(folder, number) as (display, process), ExitStack() as stack:
        screen = Screen(display, folder, stack)
        screen.start_window_manager()
        yield screen
        process.kill()
