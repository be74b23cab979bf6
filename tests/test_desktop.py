"""Rules of what runs beside the session for the user's desktop: real logind, a real bus, a tray's host."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import pytest
from fixtures.screen import DEADLINE
from msgspec.structs import replace
from test_session import Desk

from dictated.config import Audio, Config, Feedback
from dictated.desktop import Desktop
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from fixtures.logind import Logind
    from fixtures.notifications import Bus
    from fixtures.tray import Host

pytestmark = pytest.mark.desktop

QUIET = Config(feedback=Feedback(tray=False, sounds=False))


class Room:
    """A session at work, and the desktop beside it."""

    def __init__(self, environ: Mapping[str, str], config: Config) -> None:
        self.desk = Desk()
        self.desktop = Desktop(environ, self.desk.session, self.desk.session.submit)
        self.desktop.take(config)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Room]:
        async with self.desk.at_work(), anyio.create_task_group() as tasks:
            tasks.start_soon(self.desktop.run)
            yield self
            tasks.cancel_scope.cancel()

    async def becomes(self, state: str) -> None:
        """Wait until the session is in this state."""
        with anyio.fail_after(DEADLINE):
            async for status in self.desk.session.bulletin.follow():
                if status["state"] == state:
                    return


async def test_a_locked_screen_pauses_listening_where_that_is_asked_for(logind: Logind) -> None:
    config = replace(QUIET, audio=Audio(listen_when_locked=False))
    async with Room(logind.environ, config).open() as room:
        await room.desk.do(Command.START)
        logind.lock(locked=True)
        await room.becomes("off")
        logind.lock(locked=False)
        await room.becomes("listening")


async def test_a_locked_screen_is_known_while_listening_goes_on(logind: Logind) -> None:
    async with Room(logind.environ, QUIET).open() as room:
        await room.desk.do(Command.START)
        logind.lock(locked=True)
        with anyio.fail_after(DEADLINE):
            while not room.desktop.lock.locked:
                await anyio.lowlevel.checkpoint()
            await room.desk.session.settled()
        assert room.desk.session.state == "listening"


async def test_a_click_on_the_icon_starts_listening(bus: Bus, host: Host) -> None:
    config = replace(QUIET, feedback=Feedback(sounds=False))
    async with Room(bus.environ, config).open() as room:
        await host.registered()
        await host.act("Activate")
        await room.becomes("listening")


async def test_the_icon_goes_when_the_configuration_says_so_and_comes_back(bus: Bus, host: Host) -> None:
    shown = replace(QUIET, feedback=Feedback(sounds=False))
    async with Room(bus.environ, shown).open() as room:
        first = await host.registered()
        room.desktop.take(QUIET)
        room.desktop.take(shown)
        assert await host.registered() == first
