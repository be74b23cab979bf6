"""One connection to the session bus: asks the services there, and hears their signals.

What the bytes mean is known to jeepney (the D-Bus Specification). How they travel is written here, so that a
bus that is away, hangs, ends or talks nonsense is never more than a `BusError`.
"""

from __future__ import annotations

import asyncio
import os
import struct
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import anyio
from jeepney import AuthenticationError, HeaderFields, Message, MessageFlag, MessageType, Parser, message_bus
from jeepney.auth import BEGIN, Authenticator

from dictated.errors import DictatedError

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Mapping

    from anyio.abc import TaskGroup
    from jeepney import MatchRule

CHUNK_BYTES = 65536
"""Read at once."""

UNSENT_BYTES = 65536
"""As many wait for a bus that does not read; beyond, it is sent nothing."""

_NONSENSE = (AssertionError, LookupError, TypeError, ValueError, struct.error)
"""What jeepney 0.9 raises over bytes that are no message."""


class BusError(DictatedError):
    """There is no bus, or no answer over it."""


@dataclass(slots=True)
class _Question:
    """A call that is not answered yet."""

    take: Callable[[Message], None]
    settled: anyio.Event = field(default_factory=anyio.Event)
    answer: Message | None = None  # None where the connection ended before there was one


class SessionBus:
    """One connection; everything is called on the loop's thread.

    Its streams are asyncio's: those of anyio log a traceback where they are cancelled while bytes come in.
    """

    def __init__(self, reader: StreamReader, writer: StreamWriter, hear: Callable[[Message], None]) -> None:
        self.alive = True
        self.ended = anyio.Event()
        """Set when it is no longer alive."""
        self._reader = reader
        self._writer = writer
        self._hear = hear
        self._serials = count(1)
        self._asked: dict[int, _Question] = {}

    @classmethod
    async def open(
        cls, environ: Mapping[str, str], tasks: TaskGroup, rule: MatchRule, hear: Callable[[Message], None]
    ) -> SessionBus:
        """Connect to the bus that the environment names, and listen to it as one of `tasks`.

        `hear` is given the signals that the rule asks for. The caller bounds the time this may take.

        Raises:
            BusError: there is no such bus.
        """
        bus = cls(*await _connect(places(environ)), hear)
        with ExitStack() as undo:
            undo.callback(bus.close)
            await bus._authenticate()
            tasks.start_soon(bus._listen)
            await bus.call(message_bus.Hello())
            await bus.call(message_bus.AddMatch(rule))
            undo.pop_all()
        return bus

    def close(self) -> None:
        """End the connection at once; whoever still waits for an answer gets none."""
        self._writer.transport.abort()

    async def call(self, message: Message, take: Callable[[Message], None] = lambda _: None) -> Message:
        """Ask, and return the answer; `take` has it before anything that comes behind it is heard.

        Raises:
            BusError: it is an error, or there is none. The caller bounds the time that is waited.
        """
        serial = next(self._serials)
        question = self._asked[serial] = _Question(take)
        try:
            await self._send(message.serialise(serial))
            await question.settled.wait()
        finally:
            del self._asked[serial]
        if question.answer is None:
            raise BusError("the session bus has ended")
        if question.answer.header.message_type is MessageType.error:
            raise BusError(_complaint(question.answer))
        return question.answer

    async def post(self, message: Message) -> None:
        """Send what is not to be answered, not even with an error.

        Raises:
            BusError: the connection has ended.
        """
        message.header.flags = MessageFlag.no_reply_expected
        await self._send(message.serialise(next(self._serials)))

    async def _authenticate(self) -> None:
        conversation = Authenticator()
        try:
            for line in conversation:
                await self._send(line)
                conversation.feed(await self._receive())
        except (EOFError, OSError, AuthenticationError) as error:
            raise BusError("what is at the session bus's place does not let us in") from error
        await self._send(BEGIN)

    async def _send(self, data: bytes) -> None:
        if self._writer.transport.get_write_buffer_size() > UNSENT_BYTES:
            raise BusError("the session bus does not read what it is sent")
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise BusError("the session bus has ended") from error

    async def _receive(self) -> bytes:
        data = await self._reader.read(CHUNK_BYTES)
        if not data:
            raise EOFError
        return data

    async def _listen(self) -> None:
        """Take what comes, until the connection ends."""
        parser = Parser()
        with suppress(EOFError, OSError):
            while True:
                for message in _understood(parser, await self._receive()):
                    self._take(message)
        self.alive = False
        self.ended.set()
        for question in self._asked.values():
            question.settled.set()

    def _take(self, message: Message) -> None:
        question = self._asked.get(message.header.fields.get(HeaderFields.reply_serial, 0))
        if question is None:
            self._hear(message)
            return
        if message.header.message_type is MessageType.method_return:
            question.take(message)
        question.answer = message
        question.settled.set()


def places(environ: Mapping[str, str]) -> list[str]:
    """Return the sockets where the session bus may be, the likeliest first.

    They are those of $DBUS_SESSION_BUS_ADDRESS (D-Bus Specification, "Server Addresses"), else the one that
    systemd gives every user ($XDG_RUNTIME_DIR/bus). A leading zero byte is an abstract socket's (unix(7)).
    """
    named = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not named:
        runtime = environ.get("XDG_RUNTIME_DIR", "")
        return [f"{runtime}/bus"] if runtime else []
    found = []
    for address in named.split(";"):
        transport, _, options = address.partition(":")
        known = dict(option.partition("=")[::2] for option in options.split(","))
        for key, prefix in (("path", ""), ("abstract", "\0")):
            if transport == "unix" and known.get(key):
                found.append(prefix + os.fsdecode(unquote_to_bytes(known[key])))
    return found


async def _connect(sockets: list[str]) -> tuple[StreamReader, StreamWriter]:
    reason = "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR names one"
    for socket in sockets:
        try:
            return await asyncio.open_unix_connection(socket)
        except OSError as error:
            reason = f"{socket}: {error.strerror or error}"
    raise BusError(f"there is no session bus ({reason})")


def _understood(parser: Parser, data: bytes) -> list[Message]:
    """Return the messages that these bytes complete; a bus that talks nonsense has ended as one."""
    try:
        return list(parser.feed(data))
    except _NONSENSE as error:
        raise EOFError from error


def _complaint(error: Message) -> str:
    """Say in words what the error says; one without words says its name."""
    words = [part for part in error.body if isinstance(part, str)]
    return words[0] if words else str(error.header.fields.get(HeaderFields.error_name))
