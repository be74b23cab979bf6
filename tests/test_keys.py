"""Rules of the daemon's hotkeys: one watcher at a time, whatever the order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.errors import HotkeyError
from dictated.keys import Keys
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from dictated.types import Wish


class Watchers:
    """All that were made, and which of them watch."""

    def __init__(self) -> None:
        self.watching: list[str] = []
        self.most = 0

    def make(self, name: str, problem: str = "") -> Watcher:
        return Watcher(self, name, problem)


class Watcher:
    """A `Hotkey` that presses its key when the test says so; one with a `problem` watches, but later."""

    def __init__(self, among: Watchers, name: str, problem: str) -> None:
        self._among = among
        self._name = name
        self._problem = problem
        self.press: Callable[[Wish], None]

    def start(self, send: Callable[[Wish], None]) -> None:
        self.press = send
        self._among.watching.append(self._name)
        self._among.most = max(self._among.most, len(self._among.watching))
        if self._problem:
            raise HotkeyError(self._problem)

    def stop(self) -> None:
        if self._name in self._among.watching:
            self._among.watching.remove(self._name)


async def test_what_is_pressed_in_another_thread_is_obeyed_on_the_loops() -> None:
    wishes: list[Wish] = []
    keys, hotkey = Keys(wishes.append), Watchers().make("f9")
    assert await keys.watch(hotkey)
    await to_thread.run_sync(hotkey.press, Command.TOGGLE)
    await anyio.wait_all_tasks_blocked()
    assert wishes == [Command.TOGGLE]


async def test_who_watches_anew_watches_alone_whatever_the_order() -> None:
    watchers = Watchers()
    keys = Keys(lambda _: None)
    async with anyio.create_task_group() as tasks:
        for name in ("f7", "f8", "f9"):
            tasks.start_soon(keys.watch, watchers.make(name))
    assert (watchers.most, watchers.watching) == (1, ["f9"])


async def test_one_that_does_not_work_yet_is_told_and_ends_too(caplog: pytest.LogCaptureFixture) -> None:
    watchers = Watchers()
    keys = Keys(lambda _: None)
    with caplog.at_level(logging.WARNING):
        works = await keys.watch(watchers.make("f8", "there is no screen"))
    await keys.watch(watchers.make("f9"))
    told = ["no hotkey: there is no screen"]
    assert (works, watchers.watching, [record.getMessage() for record in caplog.records]) == (
        False,
        ["f9"],
        told,
    )


async def test_when_closed_nobody_watches() -> None:
    watchers = Watchers()
    keys = Keys(lambda _: None)
    await keys.watch(watchers.make("f9"))
    for _ in range(2):
        await keys.close()
    assert watchers.watching == []


async def test_one_that_is_given_up_while_it_starts_ends_when_closed() -> None:
    watchers = Watchers()
    keys = Keys(lambda _: None)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await keys.watch(watchers.make("f9"))
    await keys.close()
    assert watchers.watching == []
