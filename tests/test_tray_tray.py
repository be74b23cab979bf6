from __future__ import annotations

import os
import signal
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest
from fixtures.screen import DEADLINE
from fixtures.tray import WATCHER, opened
from statuses import LISTENING, OFF

from dictated.tray.tray import Tray
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from anyio.streams.memory import MemoryObjectSendStream
    from fixtures.notifications import Bus, Complaints
    from fixtures.tray import Host

pytestmark = pytest.mark.desktop

NAME = f"org.kde.StatusNotifierItem-{os.getpid()}-1"
SOON_S = 0.2
"""A time-out for what is not going to answer."""

ICON_SIGNALS = ["LayoutUpdated", "NewIcon", "NewAttentionIcon", "NewStatus", "NewToolTip"]


class Shown:
    """A tray icon at work: give it statuses, and take what the user asked for by it."""

    def __init__(self, inlet: MemoryObjectSendStream[dict[str, Any]]) -> None:
        self.give = inlet.send
        self.noticed = 0
        self._asked, self._commands = anyio.create_memory_object_stream[Command](10)

    def send(self, command: Command) -> None:
        self._asked.send_nowait(command)

    def notice(self) -> None:
        self.noticed += 1

    async def command(self) -> Command:
        with anyio.fail_after(DEADLINE):
            return await self._commands.receive()

    def close(self) -> None:
        self._asked.close()
        self._commands.close()


@asynccontextmanager
async def showing(environ: dict[str, str], **timing: float) -> AsyncIterator[Shown]:
    """Have an icon of what is switched off, for as long as the block."""
    inlet, outlet = anyio.create_memory_object_stream[dict[str, Any]](10)
    shown = Shown(inlet)
    tray = Tray(environ, shown.send, shown.notice, **timing)
    with closing(shown), outlet, inlet:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tray.run, outlet)
            await inlet.send(OFF)
            yield shown
            inlet.close()  # the statuses end, and with them the icon


async def test_the_icon_is_registered_under_the_name_of_its_specification(bus: Bus, host: Host) -> None:
    async with showing(bus.environ):
        assert await host.registered() == NAME


async def test_the_icon_has_all_that_a_host_shows(bus: Bus, host: Host) -> None:
    async with showing(bus.environ):
        await host.registered()
        shown = await host.properties()
    assert [shown[name] for name in ("Id", "Status", "Menu")] == ["dictated", "Active", "/Menu"]
    assert [len(pixels) for _, _, pixels in shown["IconPixmap"]] == [1936, 2304, 9216]


async def test_a_change_is_told_and_then_shown(bus: Bus, host: Host) -> None:
    async with showing(bus.environ) as tray:
        await host.registered()
        before = await host.properties()
        await tray.give(LISTENING | {"waiting": 2})
        assert [await host.told() for _ in ICON_SIGNALS] == ICON_SIGNALS
        after = await host.properties()
    assert before["IconPixmap"] != after["IconPixmap"]
    assert after["ToolTip"][3] == "Listening · 2 utterances to be written"


async def test_a_click_asks_for_the_other_of_listening_and_not(bus: Bus, host: Host) -> None:
    async with showing(bus.environ) as tray:
        await host.registered()
        await host.act("Activate")
        assert await tray.command() is Command.TOGGLE


async def test_a_line_of_the_menu_asks_for_what_it_says(bus: Bus, host: Host) -> None:
    async with showing(bus.environ) as tray:
        await host.registered()
        lines = await host.lines()
        await host.menu("Event", "isvu", (lines["Start listening"], "clicked", ("i", 0), 0))
        assert await tray.command() is Command.START


async def test_words_that_are_held_back_need_attention(bus: Bus, host: Host) -> None:
    async with showing(bus.environ) as tray:
        await host.registered()
        await tray.give(OFF | {"on_hold": 1})
        assert [await host.told() for _ in ICON_SIGNALS] == ICON_SIGNALS
        assert (await host.properties())["Status"] == "NeedsAttention"


async def test_who_closes_the_menu_has_noticed(bus: Bus, host: Host) -> None:
    async with showing(bus.environ) as tray:
        await host.registered()
        await host.menu("Event", "isvu", (0, "closed", ("i", 0), 0))
        assert tray.noticed == 1


async def test_a_host_that_comes_later_gets_the_icon_and_one_that_returns(
    bus: Bus, grumbles: Complaints
) -> None:
    async with showing(bus.environ):
        assert (await grumbles.next()).startswith("INFO: no tray icon: ")
        for _ in range(2):
            with opened(bus) as host:
                assert await host.registered() == NAME
                assert await grumbles.next() == "DEBUG: the icon is in the tray"


async def test_no_host_is_started_for_the_icon(bus: Bus, grumbles: Complaints, tmp_path: Path) -> None:
    bus.kill()
    service = f"[D-BUS Service]\nName={WATCHER}\nExec=/usr/bin/touch {tmp_path}/started\n"
    (tmp_path / "services" / "watcher.service").write_text(service)
    bus.start()
    async with showing(bus.environ):
        assert (await grumbles.next()).startswith("INFO: no tray icon: ")
    assert not (tmp_path / "started").exists()


async def test_a_host_that_hangs_costs_one_line(bus: Bus, host: Host, grumbles: Complaints) -> None:
    async with showing(bus.environ, timeout_s=SOON_S) as tray:
        assert await grumbles.next() == "INFO: no tray icon: no answer within 0.2 s"
        await host.registered()  # it wakes up, and finds the icon that it was offered
        await host.act("Activate")
        assert await tray.command() is Command.TOGGLE


async def test_a_bus_that_was_restarted_is_connected_to_again(bus: Bus, grumbles: Complaints) -> None:
    async with showing(bus.environ, first_retry_s=SOON_S):
        assert (await grumbles.next()).startswith("INFO: no tray icon: ")
        with opened(bus) as host:
            assert await host.registered() == NAME
            assert await grumbles.next() == "DEBUG: the icon is in the tray"
        for step in (bus.kill, bus.start):
            await anyio.to_thread.run_sync(step)
        assert await grumbles.next() == "INFO: no tray icon: the session bus has ended"
        with opened(bus) as host:
            assert await host.registered() == NAME


@pytest.mark.parametrize("environ", [{}, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}])
async def test_where_there_is_no_bus_it_is_said_once_however_often_it_is_tried(
    environ: dict[str, str], grumbles: Complaints
) -> None:
    async with showing(environ, first_retry_s=0.01):
        levels = [(await grumbles.next()).split(":")[0] for _ in range(3)]
    assert levels == ["INFO", "DEBUG", "DEBUG"]


async def test_a_bus_that_hangs_does_not_keep_the_end(bus: Bus) -> None:
    bus.process.send_signal(signal.SIGSTOP)
    with anyio.fail_after(DEADLINE):
        async with showing(bus.environ, timeout_s=DEADLINE * 2):
            await anyio.wait_all_tasks_blocked()


async def test_a_host_that_asks_more_than_can_be_answered_does_no_harm(bus: Bus, host: Host) -> None:
    async with showing(bus.environ):
        await host.registered()
        await anyio.to_thread.run_sync(host.flood, 10_000)
        assert (await host.properties())["Id"] == "dictated"
