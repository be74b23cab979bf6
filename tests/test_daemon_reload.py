"""A new configuration while the daemon opens engines, while somebody speaks, and while it is told to end."""

from __future__ import annotations

import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio import from_thread
from anyio.lowlevel import checkpoint
from test_rounds import House

from dictated import build, daemon, journal
from dictated.paths import Paths
from dictated.systemd import Systemd
from dictated.types import Command, ToggleWith
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from anyio import TaskHandle

    from dictated.config import Config
    from dictated.parts import Parts
    from dictated.types import Wish


class Watcher:
    """Watches nothing; what it is made for and when it starts and stops is in the story of its house."""

    def __init__(self, served: Served, config: Config) -> None:
        self._served = served
        self._name = config.hotkeys.toggle

    def start(self, send: Callable[[Wish], None]) -> None:
        for wish in self._served.pressed:  # as soon as it can be
            send(wish)
        from_thread.run_sync(self._served.story.append, f"watch {self._name}")

    def stop(self) -> None:
        from_thread.run_sync(self._served.story.append, f"leave {self._name}")


class Served(House):
    """A whole daemon, with engines of the test's, which say `slow` where the model is of that name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config = folder / "config.toml"
        self.engines: dict[str, Parts] = {}
        self.pressed: list[Wish] = []
        self._around = build.Surroundings(Paths(folder, folder, folder), {}, OwnKeys())

    def make(self, config: Config, _: object, kept: Parts | None = None) -> Parts:
        """Stand for `build.parts`."""
        engine = config.stt.prompt
        parts = replace(kept or self.parts(engine, slow="slow" in engine), profiles=tuple(config.profiles))
        self.engines[engine] = parts
        return parts

    def configure(self, engine: str, more: str = "") -> None:
        self.config.write_text(
            f'[audio]\nlisten_at_start = true\n[stt]\nprompt = "{engine}"\n'
            f"[feedback]\ntray = false\nsounds = false\nnotify = false\n{more}"
        )

    def opens(self, engine: str) -> None:
        """Let a slow engine open."""
        self.engines[engine].transcriber.open.set()  # type: ignore[attr-defined]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[TaskHandle[str]]:
        """At the end, told to end unless it was."""
        program = daemon.Daemon(self._around, Systemd(), self.config)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                handle = tasks.start_soon(program.run)
                yield handle
                if handle.status is handle.Status.PENDING:
                    os.kill(os.getpid(), signal.SIGTERM)
                await handle


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    stopped = signal.getsignal(signal.SIGTSTP)
    made = Served(tmp_path)
    monkeypatch.setattr(daemon, "Session", lambda: made.desk.session)
    monkeypatch.setattr(build, "parts", made.make)
    monkeypatch.setattr(build, "hotkey", lambda config, _: Watcher(made, config))
    monkeypatch.setattr(journal, "set_up", lambda *_: None)
    yield made
    signal.signal(signal.SIGTSTP, stopped)


async def reload() -> None:
    """Send the signal, and return when it has come."""
    os.kill(os.getpid(), signal.SIGHUP)
    for _ in range(3):  # the loop reads of it from a socket, calls who waits for it, and that one goes on
        await checkpoint()
    await anyio.wait_all_tasks_blocked()


async def test_a_new_configuration_while_engines_open_leaves_one_watcher_the_new_one(served: Served) -> None:
    served.configure("slow A", '[hotkeys]\ntoggle = "<f8>"')
    async with served.running():
        await served.story.until("+slow A")
        served.configure("slow A", '[hotkeys]\ntoggle = "<f9>"')
        await reload()
        served.desk.session.submit(Command.STOP)
        served.opens("slow A")
        await served.story.until("watch <f9>")
    watching = [what for what in served.story if "<f" in what]
    assert watching in (
        ["watch <f8>", "leave <f8>", "watch <f9>", "leave <f9>"],
        ["watch <f9>", "leave <f9>"],
    )


async def test_told_to_end_while_the_engines_of_a_new_configuration_open_it_ends(served: Served) -> None:
    served.configure("A")
    async with served.running():
        await served.story.until("watch <ctrl>+<alt>+d")
        served.configure("slow B")
        await reload()
        await served.story.until("+slow B")
    assert {"-A", "-slow B"} <= set(served.story)


async def test_one_more_configuration_while_one_is_taken_is_taken_after_it(served: Served) -> None:
    served.configure("A")
    async with served.running():
        await served.story.until("watch <ctrl>+<alt>+d")
        served.desk.session.submit(Command.STOP)
        served.configure("slow B")
        await reload()
        await served.story.until("+slow B")
        served.configure("C")
        await reload()
        served.opens("slow B")
        await served.story.until("+C")
        await served.story.until("-slow B")
    engines = [what for what in served.story if what[0] in "+-"]
    assert engines == ["+A", "+slow B", "-A", "+C", "-slow B", "-C"]


async def test_the_hotkey_of_a_new_profile_comes_with_the_profile(served: Served) -> None:
    served.configure("A")
    async with served.running():
        await served.story.until("watch <ctrl>+<alt>+d")
        await served.desk.session.settled()
        await served.desk.recorder.say("..ss")
        served.pressed = [ToggleWith("code")]
        served.configure("A", '[hotkeys]\ntoggle = "<f9>"\n[profiles.code]\nhotkey = "<f8>"')
        await reload()
        served.desk.session.submit(Command.STOP)
        await served.story.until("watch <f9>")
        await anyio.wait_all_tasks_blocked()
        assert served.desk.session.chosen.name == "code"


async def test_what_is_pressed_as_soon_as_it_can_be_finds_the_session_at_work(served: Served) -> None:
    served.configure("A")
    served.pressed = [Command.UNDO]
    async with served.running() as program:
        await served.story.until("watch <ctrl>+<alt>+d")
        await anyio.wait_all_tasks_blocked()
        assert program.status is program.Status.PENDING
