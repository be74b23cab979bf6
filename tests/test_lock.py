from __future__ import annotations

import logging
import os
import socket
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from fixtures.notifications import Complaints
from fixtures.screen import DEADLINE

from dictated import lock
from dictated.lock import Lock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping
    from pathlib import Path

    from fixtures.logind import Logind
    from fixtures.notifications import Bus

AWAY = "whether the screen is locked is not known: "


class Watch:
    """A lock that is followed, and what it told."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._inlet, self._outlet = anyio.create_memory_object_stream[bool](10)
        self.lock = Lock(environ, self._inlet.send_nowait)

    async def told(self) -> bool:
        """Wait for the next that it tells."""
        with anyio.fail_after(DEADLINE):
            return await self._outlet.receive()

    def close(self) -> None:
        self._inlet.close()
        self._outlet.close()


@asynccontextmanager
async def watching(environ: Mapping[str, str]) -> AsyncIterator[Watch]:
    watch = Watch(environ)
    async with anyio.create_task_group() as tasks:
        task = tasks.start_soon(watch.lock.run)
        yield watch
        task.cancel()
    watch.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no pause before it is tried again."""
    monkeypatch.setattr(lock, "AGAIN_S", (0.01,))


@pytest.fixture
def lines() -> Generator[Complaints]:
    """What it logs."""
    logger, handler = logging.getLogger("dictated.lock"), Complaints()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)
    handler.close()


async def do(logind: Logind, *, locked: bool, session: int = 7) -> None:
    await anyio.to_thread.run_sync(partial(logind.lock, locked=locked, session=session))


async def add(logind: Logind, leader: int) -> None:
    """Have it know of session 8, which is not that of the screen."""
    logind.kill()
    logind.add(8, leader)
    await anyio.to_thread.run_sync(logind.start)


async def test_a_screen_that_is_locked_and_unlocked_is_told_each_time(logind: Logind) -> None:
    async with watching(logind.environ) as watch:
        await do(logind, locked=True)
        assert (await watch.told(), watch.lock.locked) == (True, True)
        await do(logind, locked=False)
        assert (await watch.told(), watch.lock.locked) == (False, False)


async def test_a_screen_that_was_locked_before_we_came_is_known(logind: Logind) -> None:
    await do(logind, locked=True)
    async with watching(logind.environ) as watch:
        assert await watch.told()


async def test_the_session_that_the_environment_names_is_looked_at(logind: Logind) -> None:
    await add(logind, leader=1)
    async with watching(logind.environ | {"XDG_SESSION_ID": "8"}) as watch:
        await do(logind, locked=True, session=8)
        assert await watch.told()


async def test_the_name_of_a_session_that_has_gone_does_not_hide_the_one_that_is_there(
    logind: Logind,
) -> None:
    await do(logind, locked=True)
    async with watching(logind.environ | {"XDG_SESSION_ID": "1"}) as watch:
        assert await watch.told()


async def test_the_session_we_are_in_is_looked_at_rather_than_that_of_the_screen(logind: Logind) -> None:
    await add(logind, leader=os.getpid())
    async with watching(logind.environ) as watch:
        await do(logind, locked=True, session=8)
        assert await watch.told()


@pytest.mark.usefixtures("hasty")
async def test_while_the_bus_is_away_what_was_known_holds(logind: Logind, lines: Complaints) -> None:
    await do(logind, locked=True)
    async with watching(logind.environ) as watch:
        await watch.told()
        logind.bus.kill()
        while AWAY not in await lines.next():
            pass
        assert watch.lock.locked


@pytest.mark.usefixtures("hasty")
async def test_a_bus_that_comes_back_is_listened_to_again(logind: Logind) -> None:
    await do(logind, locked=True)
    async with watching(logind.environ) as watch:
        await watch.told()
        logind.kill()
        logind.bus.kill()
        await anyio.to_thread.run_sync(logind.bus.start)
        assert not await watch.told()  # nobody is there to say that it is locked
        await anyio.to_thread.run_sync(logind.start)
        await do(logind, locked=True)
        assert await watch.told()


async def test_a_logind_that_goes_leaves_the_screen_unlocked_and_one_that_comes_is_asked(
    logind: Logind,
) -> None:
    await do(logind, locked=True)
    async with watching(logind.environ) as watch:
        await watch.told()
        logind.kill()
        assert not await watch.told()
        await anyio.to_thread.run_sync(logind.start)
        await do(logind, locked=True)
        assert await watch.told()


async def test_without_logind_the_screen_counts_as_unlocked_and_nobody_is_warned(
    bus: Bus, lines: Complaints
) -> None:
    async with watching({"DBUS_SYSTEM_BUS_ADDRESS": bus.environ["DBUS_SESSION_BUS_ADDRESS"]}) as watch:
        assert await lines.next() == "DEBUG: logind knows no session of ours: the screen counts as unlocked"
        assert not watch.lock.locked


async def test_without_a_bus_it_is_one_quiet_line(tmp_path: Path, lines: Complaints) -> None:
    async with watching({"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/away"}) as watch:
        assert (await lines.next()).startswith(f"DEBUG: {AWAY}")
        assert not watch.lock.locked


async def test_a_bus_that_does_not_answer_is_given_up(
    tmp_path: Path, lines: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "ANSWER_S", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        async with watching({"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/silent"}):
            assert await lines.next() == "DEBUG: logind does not answer within 0.1 s"
