"""What no real service does on demand: a stand-in does it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest
from fixtures.notifications import NAME, PATH, notifying
from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageFlag,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection

from dictated.notice import Notice, Subject
from dictated.notifier import LENGTH, Notifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fixtures.notifications import Bus, Complaints
    from jeepney import Message
    from jeepney.io.asyncio import DBusConnection

GONE = Notice(Subject.MICROPHONE, "The microphone is gone", "Plug it in again", urgent=True)
MUTED = Notice(Subject.MICROPHONE, "The microphone is muted")


class Service:
    """A notification service that answers as a test likes."""

    def __init__(self, connection: DBusConnection, answer: Callable[[Message], list[Message]]) -> None:
        self.calls, self.heard = anyio.create_memory_object_stream[str](100)
        self._connection = connection
        self._answer = answer

    async def run(self) -> None:
        while True:
            message = await self._connection.receive()
            if message.header.message_type is MessageType.method_call:
                for answer in self._answer(message):
                    await self._connection.send(answer)
                self.calls.send_nowait(message.header.fields[HeaderFields.member])

    async def called(self) -> str:
        with anyio.fail_after(5):
            return await self.heard.receive()


@asynccontextmanager
async def service(bus: Bus, answer: Callable[[Message], list[Message]]) -> AsyncIterator[Service]:
    connection = await open_dbus_connection(bus.environ["DBUS_SESSION_BUS_ADDRESS"])
    async with connection, anyio.create_task_group() as tasks:
        async with DBusRouter(connection) as router:
            await Proxy(message_bus, router).RequestName(NAME)
        stands_in = Service(connection, answer)
        with stands_in.calls, stands_in.heard:
            task = tasks.start_soon(stands_in.run)
            yield stands_in
            task.cancel()


def closing_at_once(message: Message) -> list[Message]:
    if message.header.fields[HeaderFields.member] != "Notify":
        return [new_method_return(message, "as", ([],))]
    closed = new_signal(DBusAddress(PATH, interface=NAME), "NotificationClosed", "uu", (7, 1))
    return [new_method_return(message, "u", (7,)), closed]


def nonsense(signature: str, body: tuple[Any, ...], message: Message) -> list[Message]:
    return [new_method_return(message, signature, body)]


def closing_in_silence(message: Message) -> list[Message]:
    match message.header.fields[HeaderFields.member]:
        case "Notify":
            return [new_method_return(message, "u", (7,))]
        case "GetCapabilities":
            return [new_method_return(message, "as", ([],))]
    assert message.header.flags is MessageFlag.no_reply_expected
    return []


def going(message: Message) -> list[Message]:
    if message.header.fields[HeaderFields.member] == "Notify":
        return [new_method_return(message, "u", (7,))]
    return [message_bus.ReleaseName(NAME), new_method_return(message, "as", ([],))]


def refusing(message: Message) -> list[Message]:
    return [new_error(message, f"{NAME}.Error", "s", ("not\n\x1b[1mnow" + "!" * 10_000,))]


def refusing_by_number(message: Message) -> list[Message]:
    if message.header.fields[HeaderFields.member] == "Notify":
        return [new_error(message, f"{NAME}.Error", "u", (7,))]
    return [new_method_return(message, "as", ([],))]


async def test_what_was_refused_is_not_on_the_screen(bus: Bus, complaints: Complaints) -> None:
    async with service(bus, refusing_by_number), notifying(Notifier(bus.environ)) as notifier:
        for level in ("INFO", "DEBUG"):
            notifier.tell(GONE)
            assert await complaints.next() == f"{level}: no desktop notifications: {NAME}.Error"


async def test_what_was_withdrawn_is_shown_again_when_told_again(bus: Bus) -> None:
    async with service(bus, closing_in_silence) as stands_in, notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        assert [await stands_in.called(), await stands_in.called()] == ["GetCapabilities", "Notify"]
        notifier.withdraw(GONE.subject)
        assert await stands_in.called() == "CloseNotification"
        notifier.tell(GONE)
        assert [await stands_in.called(), await stands_in.called()] == ["GetCapabilities", "Notify"]


async def test_who_was_asked_what_he_can_do_is_the_one_who_is_told_to_do_it(bus: Bus) -> None:
    async with service(bus, going) as stands_in, notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        assert [await stands_in.called(), await stands_in.called()] == ["GetCapabilities", "Notify"]


async def test_the_words_of_a_refusal_are_told_in_one_short_line(bus: Bus, complaints: Complaints) -> None:
    async with service(bus, refusing), notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        line = await complaints.next()
    assert line.startswith("INFO: no desktop notifications: not [1mnow!!!")
    assert len(line) < LENGTH + 50


async def test_what_is_closed_the_moment_it_is_shown_is_not_on_the_screen(bus: Bus) -> None:
    async with service(bus, closing_at_once) as stands_in, notifying(Notifier(bus.environ)) as notifier:
        for _ in range(2):
            notifier.tell(GONE)
            assert [await stands_in.called(), await stands_in.called()] == ["GetCapabilities", "Notify"]


@pytest.mark.parametrize(("signature", "body"), [("", ()), ("u", (7,)), ("s", ("x",)), ("as", (["x"],))])
async def test_an_answer_that_makes_no_sense_does_no_harm(
    bus: Bus, signature: str, body: tuple[Any, ...]
) -> None:
    answer = partial(nonsense, signature or None, body)
    async with service(bus, answer) as stands_in, notifying(Notifier(bus.environ)) as notifier:
        for notice in (GONE, MUTED):
            notifier.tell(notice)
            assert [await stands_in.called(), await stands_in.called()] == ["GetCapabilities", "Notify"]
