from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest
from fixtures.portal import PATH, Newer
from jeepney import DBusAddress, HeaderFields, message_bus, new_signal
from jeepney.io.blocking import open_dbus_connection

from dictated.sessionbus import BusError
from dictated.wayland.desk import DeclinedError, Desk, RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fixtures.notifications import Bus

    from dictated.wayland.desk import Hear

REMOTE = "org.freedesktop.portal.RemoteDesktop"


@pytest.fixture
def portal(bus: Bus) -> Iterator[Newer]:
    portal = Newer(bus)
    yield portal
    portal.stop()


@asynccontextmanager
async def opened(bus: Bus, hear: Hear = lambda *_: None) -> AsyncIterator[Desk]:
    async with anyio.create_task_group() as tasks:
        desk = await Desk.open(bus.environ, tasks, REMOTE, hear)
        try:
            yield desk
        finally:
            desk.close()


def say(bus: Bus, path: str, what: str, body: tuple[Any, ...], signature: str | None) -> None:
    """Tell everybody on the bus, one by one, as a program that is not the portal."""
    interface, _, name = what.rpartition(".")
    with open_dbus_connection(bus.environ["DBUS_SESSION_BUS_ADDRESS"]) as stranger:
        everybody = stranger.send_and_get_reply(message_bus.ListNames()).body[0]
        for peer in everybody:
            signal = new_signal(DBusAddress(path, interface=interface), name, signature, body)
            signal.header.fields[HeaderFields.destination] = peer
            stranger.send(signal)
        stranger.send_and_get_reply(message_bus.GetId())


async def test_we_say_who_we_are_before_anything_else(bus: Bus, portal: Newer) -> None:
    async with opened(bus):
        pass
    assert portal.told.get()[0] == "Register"


async def test_the_version_is_known(bus: Bus, portal: Newer) -> None:
    assert portal
    async with opened(bus) as desk:
        assert desk.version == 2


async def test_a_session_has_the_name_that_was_asked_for(bus: Bus, portal: Newer) -> None:
    assert portal
    async with opened(bus) as desk:
        await desk.create_session("dictated")
        assert desk.session.endswith("/dictated")


async def test_a_request_that_was_not_granted_is_refused(bus: Bus, portal: Newer) -> None:
    portal.answer("CreateSession", (1, {}))
    async with opened(bus) as desk:
        with pytest.raises(RefusedError):
            await desk.create_session("dictated")


async def test_an_answer_without_a_session_is_none(bus: Bus, portal: Newer) -> None:
    portal.answer("CreateSession", (0, {}))
    async with opened(bus) as desk:
        with pytest.raises(BusError, match="opened no session"):
            await desk.create_session("dictated")


async def test_only_what_is_of_our_session_is_heard(bus: Bus, portal: Newer) -> None:
    heard: list[str] = []
    async with opened(bus, lambda _, body: heard.append(body[1])) as desk:
        await desk.create_session("dictated")
        for session, shortcut in ((f"{desk.session}2", "theirs"), (desk.session, "ours")):
            portal.signal(PATH, REMOTE, "Activated", "osta{sv}", (session, shortcut, 0, {}))
        await desk.create_session("another")  # what was said before has been heard
    assert heard == ["ours"]


async def test_a_session_that_ends_while_the_user_is_asked_is_refused(bus: Bus, portal: Newer) -> None:
    portal.answer("Start", None)
    async with opened(bus) as desk, anyio.create_task_group() as tasks:
        await desk.create_session("dictated")

        async def ask() -> None:
            with pytest.raises(RefusedError):
                await desk.ask("Start", "osa{sv}", desk.session, "")

        tasks.start_soon(ask)
        await anyio.to_thread.run_sync(portal.wait_for, "Start")
        portal.signal(desk.session, "org.freedesktop.portal.Session", "Closed", None, ())


async def test_after_its_end_a_session_is_told_nothing(bus: Bus, portal: Newer) -> None:
    async with opened(bus) as desk:
        await desk.create_session("dictated")
        portal.signal(desk.session, "org.freedesktop.portal.Session", "Closed", None, ())
        await desk.ended.wait()
        with pytest.raises(DeclinedError, match="has ended"):
            await desk.call("NotifyKeyboardKeysym", "oa{sv}iu", desk.session, {}, 0x61, 1)
    assert portal.told_of("NotifyKeyboardKeysym") == []


async def test_nobody_but_the_portal_ends_a_session(bus: Bus, portal: Newer) -> None:
    assert portal
    async with opened(bus) as desk:
        await desk.create_session("dictated")
        say(bus, desk.session, "org.freedesktop.portal.Session.Closed", (), None)
        names = ("org.freedesktop.portal.Desktop", ":1.0", "")
        say(bus, "/org/freedesktop/DBus", "org.freedesktop.DBus.NameOwnerChanged", names, "sss")
        await desk.create_session("another")  # what was said before has been heard
        assert not desk.ended.is_set()


async def test_nobody_but_the_portal_answers(bus: Bus, portal: Newer) -> None:
    portal.answer("Start", None)
    async with opened(bus) as desk, anyio.create_task_group() as tasks:
        await desk.create_session("dictated")
        task = tasks.start_soon(desk.ask, "Start", "osa{sv}", desk.session, "")
        *_, options = await anyio.to_thread.run_sync(portal.wait_for, "Start")
        request = f"/org/freedesktop/portal/desktop/request/1_1/{options['handle_token'][1]}"
        say(bus, request, "org.freedesktop.portal.Request.Response", (0, {}), "ua{sv}")
        await desk.create_session("another")  # what was said before has been heard
        still_waiting = task.status is anyio.TaskHandle.Status.PENDING
        tasks.cancel_scope.cancel()
    assert still_waiting


async def test_a_request_is_not_waited_for_when_the_bus_is_gone(bus: Bus, portal: Newer) -> None:
    portal.answer("Start", None)
    async with opened(bus) as desk, anyio.create_task_group() as tasks:
        await desk.create_session("dictated")

        async def ask() -> None:
            with pytest.raises(BusError, match="has ended"):
                await desk.ask("Start", "osa{sv}", desk.session, "")

        tasks.start_soon(ask)
        await anyio.to_thread.run_sync(portal.wait_for, "Start")
        bus.kill()
