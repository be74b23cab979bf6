from __future__ import annotations

import signal
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jeepney import DBusAddress, MatchRule, Parser, message_bus, new_method_call

from dictated.sessionbus import UNSENT_BYTES, BusError, SessionBus, _understood, places

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from fixtures.notifications import Bus
    from jeepney import Message

RULE = MatchRule(type="signal", member="NameOwnerChanged")

NOTIFY = new_method_call(
    DBusAddress("/a", ":1.2", "a.b"), "Notify", "susa{sv}i", ("a", 0, "b", {"urgency": ("y", 1)}, -1)
)


def ignore(_: Message) -> None:
    """Hear nothing."""


@asynccontextmanager
async def connected(
    environ: Mapping[str, str],
) -> AsyncIterator[SessionBus]:
    async with anyio.create_task_group() as tasks:
        bus = await SessionBus.open(environ, tasks, RULE, ignore)
        try:
            yield bus
        finally:
            bus.close()


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/a", "XDG_RUNTIME_DIR": "/run/user/1"}, ["/run/a"]),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/a,guid=1f;unix:path=/run/b"}, ["/run/a", "/run/b"]),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:abstract=/tmp/dbus-x,guid=1f"}, ["\0/tmp/dbus-x"]),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/a%20b%c3%a4%ff"}, ["/run/a bä\udcff"]),
        ({"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "/run/user/1"}, ["/run/user/1/bus"]),
        (
            {
                "DBUS_SESSION_BUS_ADDRESS": "tcp:host=localhost,port=1;autolaunch:;nonsense;unix:;path=/run/a;unixexec:path=/bin/a"
            },
            [],
        ),
        ({"XDG_RUNTIME_DIR": ""}, []),
        ({}, []),
    ],
)
def test_the_session_bus_is_where_the_environment_says(environ: dict[str, str], found: list[str]) -> None:
    assert places(environ) == found


async def test_the_first_bus_that_is_there_is_taken(bus: Bus, tmp_path: Path) -> None:
    address = f"unix:path={tmp_path}/away;{bus.environ['DBUS_SESSION_BUS_ADDRESS']}"
    async with connected({"DBUS_SESSION_BUS_ADDRESS": address}) as connection:
        assert connection.alive


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({}, "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR names one"),
        ({"XDG_RUNTIME_DIR": "/nowhere"}, "/nowhere/bus: No such file or directory"),
        ({"XDG_RUNTIME_DIR": "x" * 200}, "AF_UNIX path too long"),
    ],
)
async def test_where_there_is_no_bus_the_error_says_why(environ: dict[str, str], reason: str) -> None:
    async with anyio.create_task_group() as tasks:
        with pytest.raises(BusError, match=reason):
            await SessionBus.open(environ, tasks, RULE, ignore)


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xff\r\n", b"x" * 10_000]
)
async def test_what_is_not_a_bus_is_left_alone(tmp_path: Path, greeting: bytes) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(greeting)

    async with (
        await anyio.create_unix_listener(tmp_path / "bus") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, answer)
        with pytest.raises(BusError, match="does not let us in"):
            await SessionBus.open({"XDG_RUNTIME_DIR": str(tmp_path)}, tasks, RULE, ignore)
        tasks.cancel_scope.cancel()


def hang_up(listener: socket.socket) -> None:
    listener.accept()[0].close()


async def test_who_hangs_up_without_a_word_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, hang_up, listener)
            with pytest.raises(BusError):
                await SessionBus.open({"XDG_RUNTIME_DIR": str(tmp_path)}, tasks, RULE, ignore)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_bytes_that_are_no_message_are_nonsense_and_no_more(changes: list[tuple[int, int]]) -> None:
    data = bytearray(NOTIFY.serialise(1))
    for place, value in changes:
        data[place % len(data)] = value
    with suppress(EOFError):
        _understood(Parser(), bytes(data))


async def test_a_bus_that_begins_to_talk_nonsense_counts_as_ended(tmp_path: Path) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            for words in (b"OK 1234\r\n", b"\xff" * 100):
                await stream.receive()
                await stream.send(words)
            await anyio.sleep_forever()

    async with (
        await anyio.create_unix_listener(tmp_path / "bus") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, answer)
        with pytest.raises(BusError, match="has ended"), anyio.fail_after(5):
            await SessionBus.open({"XDG_RUNTIME_DIR": str(tmp_path)}, tasks, RULE, ignore)
        tasks.cancel_scope.cancel()


async def test_an_answer_that_comes_too_late_answers_nothing_else(bus: Bus) -> None:
    late: list[Message] = []
    async with connected(bus.environ) as connection:
        bus.process.send_signal(signal.SIGSTOP)
        with anyio.move_on_after(0.1):
            await connection.call(message_bus.ListNames(), late.append)
        bus.process.send_signal(signal.SIGCONT)
        assert (await connection.call(message_bus.NameHasOwner("org.nobody"))).body == (False,)
    assert late == []


async def test_an_answer_is_returned(bus: Bus) -> None:
    async with connected(bus.environ) as connection:
        assert (await connection.call(message_bus.NameHasOwner("org.freedesktop.DBus"))).body == (True,)


async def test_an_error_is_raised_in_its_own_words(bus: Bus) -> None:
    async with connected(bus.environ) as connection:
        with pytest.raises(BusError, match=r"The name org\.nobody was not provided"):
            await connection.call(new_method_call(DBusAddress("/", "org.nobody", "org.nobody"), "Ask"))


async def test_who_waits_for_an_answer_when_the_bus_dies_is_told(bus: Bus) -> None:
    async with connected(bus.environ) as connection, anyio.create_task_group() as tasks:

        async def ask() -> None:
            with pytest.raises(BusError, match="has ended"):
                await connection.call(message_bus.ListNames())

        bus.process.send_signal(signal.SIGSTOP)
        tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        bus.kill()
    assert not connection.alive


async def test_a_bus_that_does_not_read_is_not_sent_more_and_more(bus: Bus) -> None:
    async with connected(bus.environ) as connection:
        bus.process.send_signal(signal.SIGSTOP)
        with anyio.move_on_after(0.1):
            await connection.post(message_bus.AddMatch("x" * (UNSENT_BYTES * 8)))
        with pytest.raises(BusError, match="does not read"):
            await connection.post(message_bus.Hello())


async def test_a_connection_that_is_given_up_half_way_is_closed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        async with anyio.create_task_group() as tasks:
            with anyio.move_on_after(0.1):
                await SessionBus.open({"XDG_RUNTIME_DIR": str(tmp_path)}, tasks, RULE, ignore)
        other, _ = listener.accept()
        with other:
            other.settimeout(5)
            assert other.recv(1000).startswith(b"\0AUTH EXTERNAL ")
            assert other.recv(1000) == b""
