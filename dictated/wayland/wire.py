"""Speaks to a Wayland compositor as a program does: sends messages, and waits until it has taken them.

The protocol's own words: a message is the number of an object, its size and opcode in one word, and its
arguments (The Wayland Protocol, "Wire Format"). The few objects that are needed are known by number here.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from dictated.wayland.method import UnsupportedError
from dictated.wayland.session import socket_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from anyio.abc import UNIXSocketStream

    Event = tuple[int, int, bytes]  # object, opcode and arguments

ANSWER_SECONDS = 3.0
"""What a compositor may take to answer; it takes a millisecond."""

_DISPLAY, _REGISTRY = 1, 2
"""Objects: the first is there from the beginning, the second is the first that we ask for."""

_SYNC, _GET_REGISTRY, _BIND = 0, 1, 0
"""Opcodes of our requests."""

_ERROR, _GLOBAL, _DONE, _CAPABILITIES = 0, 0, 0, 0
"""Opcodes of the compositor's events."""

_CHUNK, _MOST_FDS = 65_536, 28
"""What libwayland sends at once."""

_HEAD = struct.Struct("=II")
_WORD = struct.Struct("=I")


class BrokenError(Exception):
    """The compositor closed the connection, refused a request or does not answer."""


@dataclass(slots=True)
class Heard:
    """What the compositor told: its globals by interface, done callbacks, and what each seat can do."""

    names: dict[str, int] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    capabilities: dict[int, int] = field(default_factory=dict)


class Wire:
    """One connection. Objects are counted from 3 and not used again: it does not live long."""

    def __init__(self, stream: UNIXSocketStream) -> None:
        self._stream = stream
        self._unread = b""
        self._last = _REGISTRY
        self._seats: set[int] = set()
        self.heard = Heard()
        self.fds: deque[int] = deque()
        """File descriptors that came with events of `read`, in their order; whoever takes one closes it."""

    async def greet(self) -> None:
        """Learn which globals the compositor has: into `heard.names`."""
        await self.send(message(_DISPLAY, _GET_REGISTRY, _REGISTRY))
        await self.sync()

    async def bind(self, interface: str) -> int:
        """Return a new object of a global, in its first version."""
        made = self.new()
        if interface == "wl_seat":
            self._seats.add(made)
        await self.send(message(_REGISTRY, _BIND, self.heard.names[interface], interface, 1, made))
        return made

    def new(self) -> int:
        """Return the number of a new object."""
        self._last += 1
        return self._last

    async def send(self, messages: bytes, fd: int | None = None) -> None:
        """Send whole messages, with a file descriptor if there is one.

        Raises:
            BrokenError: they did not go out in time.
        """
        try:
            with anyio.fail_after(ANSWER_SECONDS):
                if fd is None:
                    await self._stream.send(messages)
                else:
                    await self._stream.send_fds(messages, [fd])
        except (OSError, anyio.BrokenResourceError) as error:  # TimeoutError is an OSError
            raise BrokenError("the compositor takes no more") from error

    async def sync(self) -> None:
        """Return when the compositor has taken all that was sent.

        Raises:
            BrokenError: it refused something of it, went away, or did not answer in time.
        """
        callback = await self.mark()
        try:
            with anyio.fail_after(ANSWER_SECONDS):
                while callback not in self.heard.done:
                    await self.read()
        except TimeoutError as error:
            raise BrokenError("the compositor does not answer") from error
        self.heard.done.clear()

    async def mark(self) -> int:
        """Return a number that is in `heard.done` as soon as the compositor has taken all sent before."""
        callback = self.new()
        await self.send(message(_DISPLAY, _SYNC, callback))
        return callback

    async def read(self) -> list[Event]:
        """Wait for events and return them, having heard those that are for the wire; the caller bounds it.

        Raises:
            BrokenError: the compositor refused something that was sent, or went away.
        """
        try:
            data, fds = await self._stream.receive_fds(_CHUNK, _MOST_FDS)
        except (OSError, anyio.EndOfStream, anyio.BrokenResourceError) as error:
            raise BrokenError("the compositor went away") from error
        self.fds += fds
        whole, self._unread = split(self._unread + data)
        for target, opcode, arguments in whole:
            self._hear(target, opcode, arguments)
        return whole

    def _hear(self, target: int, opcode: int, arguments: bytes) -> None:
        if target == _DISPLAY:
            if opcode == _ERROR:
                raise BrokenError(f"the compositor refused: {text_at(arguments, 8)}")
        elif target == _REGISTRY:
            if opcode == _GLOBAL:
                self.heard.names.setdefault(text_at(arguments, 4), *_WORD.unpack_from(arguments))
        elif target in self._seats:
            if opcode == _CAPABILITIES:
                (self.heard.capabilities[target],) = _WORD.unpack_from(arguments)
        elif opcode == _DONE:
            self.heard.done.add(target)


@asynccontextmanager
async def connected(environ: Mapping[str, str]) -> AsyncIterator[Wire]:
    """Yield a connection to the compositor which the environment names.

    Raises:
        UnsupportedError: there is none.
    """
    path = socket_of(environ)
    try:
        with anyio.fail_after(ANSWER_SECONDS):
            stream = await anyio.connect_unix(path)
    except (OSError, ValueError) as error:  # ValueError: the path is too long, or has a NUL
        raise UnsupportedError(f"no compositor listens on {path}") from error
    async with stream:
        wire = Wire(stream)
        try:
            yield wire
        finally:
            for fd in wire.fds:
                os.close(fd)


def message(target: int, opcode: int, *arguments: int | str) -> bytes:
    """Return a request in the compositor's words."""
    body = b"".join(_WORD.pack(each) if isinstance(each, int) else _string(each) for each in arguments)
    return _HEAD.pack(target, (_HEAD.size + len(body)) << 16 | opcode) + body


def split(stream: bytes) -> tuple[list[tuple[int, int, bytes]], bytes]:
    """Return the whole messages, as object, opcode and arguments, and the bytes after them."""
    found = list(_messages(stream))
    return found, stream[sum(_HEAD.size + len(arguments) for _, _, arguments in found) :]


def _messages(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    start = 0
    while len(stream) - start >= _HEAD.size:
        target, word = _HEAD.unpack_from(stream, start)
        end = start + max(word >> 16, _HEAD.size)
        if end > len(stream):
            return
        yield target, word & 0xFFFF, stream[start + _HEAD.size : end]
        start = end


def _string(text: str) -> bytes:
    """Return it with its length and a NUL, filled up to whole words."""
    data = text.encode() + b"\0"
    return _WORD.pack(len(data)) + data + b"\0" * (-len(data) % 4)


def word_at(arguments: bytes, start: int) -> int:
    """Return the number that begins at this byte of an event's arguments."""
    (word,) = _WORD.unpack_from(arguments, start)
    return int(word)


def text_at(arguments: bytes, start: int) -> str:
    """Return the string that begins at this byte of an event's arguments."""
    (size,) = _WORD.unpack_from(arguments, start)
    return arguments[start + 4 : start + 3 + size].decode(errors="replace")
