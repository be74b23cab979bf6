"""The daemon's end of the control socket: one JSON object a line in, one out; or many, for who follows."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import struct
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio

from dictated.allowance import Allowance
from dictated.client import MAX_REQUEST_BYTES, TYPING
from dictated.errors import DictatedError, RequestError
from dictated.lookout import Lookout
from dictated.types import Command, State

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Iterator
    from pathlib import Path

    from anyio.abc import TaskStatus

    from dictated.chosen import Chosen
    from dictated.session import Session

log = logging.getLogger(__name__)

_Request = tuple[str, dict[str, Any]]
"""What is asked for, and whatever else is said with it."""

REQUEST_SECONDS = 5.0
"""How long a client may take to send its line and read its answer, and who follows to read a line."""

SETTLE_SECONDS = 5.0
"""How long `start`, `stop` and `cancel` may take before their answer says how far they came."""

CONNECTIONS = 16
"""Requests answered at once; further ones wait their turn."""

TEXTS = 16
"""How many may wait at once for a text to be inserted or taken back."""

FOLLOWERS = 16
"""How many may follow at once: a bar on each screen, a few scripts."""

PER_SECOND = 50.0
"""Requests a second in the long run; a bar asks for one, a key that repeats for some 30."""

BURST = 100
"""Requests at once."""

_SESSION_COMMANDS = {str(c): c for c in (Command.START, Command.STOP, Command.TOGGLE, Command.CANCEL)}

_OTHER_COMMANDS = (*TYPING, "retry", "profile", "status", "follow")

_MOST = 2**63 - 1
"""The largest number that a row of SQLite can have."""


async def serve(path: Path, session: Session, *, task_status: TaskStatus[None]) -> None:
    """Answer on a socket only this user may open, until cancelled; its directory is there already.

    The streams are asyncio's: those of anyio log a traceback where they are cancelled while bytes come in.

    Raises:
        DictatedError: there cannot be such a socket.
    """
    desk = _Desk(session)
    async with anyio.create_task_group() as tasks:

        def receive(reader: StreamReader, writer: StreamWriter) -> None:
            tasks.start_soon(desk.answer, reader, writer)

        place = _bound(path)
        server = await asyncio.start_unix_server(receive, sock=place, limit=MAX_REQUEST_BYTES)
        try:
            task_status.started()
            await anyio.sleep_forever()
        finally:
            server.close()
            path.unlink(missing_ok=True)  # noqa: ASYNC240 (one call on a tmpfs, on the way out)


def _bound(path: Path) -> socket.socket:
    """Make the socket, in the place of one that a dead daemon has left.

    Raises:
        DictatedError: there cannot be one.
    """
    made = socket.socket(socket.AF_UNIX)
    try:
        path.unlink(missing_ok=True)
        made.bind(os.fspath(path))
        path.chmod(0o600)
    except OSError as error:
        made.close()
        raise DictatedError(
            f"{path} cannot be the control socket ({error}); set XDG_RUNTIME_DIR to another directory"
        ) from error
    return made


class _Desk:
    """Answers whoever connects, within the bounds there are."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._slots = anyio.CapacityLimiter(CONNECTIONS)
        self._seats = anyio.CapacityLimiter(FOLLOWERS)
        self._texts = anyio.CapacityLimiter(TEXTS)
        self._allowance = Allowance(PER_SECOND, BURST)

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Read a request, and answer it: what takes longer than others may wait, outside their slots."""
        try:
            async with self._slots:
                longer: _Request | None = None
                with anyio.move_on_after(REQUEST_SECONDS + SETTLE_SECONDS):
                    longer = await self._reply(reader, writer)
            if longer and longer[0] == "follow":
                await self._tell(reader, writer, details=longer[1].get("detail") is True)
            elif longer:
                await self._type(writer, *longer)
        except (OSError, asyncio.IncompleteReadError):
            log.debug("a client went away before its answer")
        finally:
            writer.close()

    async def _reply(self, reader: StreamReader, writer: StreamWriter) -> _Request | None:
        """Answer a request, or return it where that takes longer than may be waited here."""
        try:
            line = await reader.readuntil()
            _see_that_it_is_ours(writer)
            if not self._allowance.take(anyio.current_time()):
                raise RequestError(f"more than {PER_SECOND:g} requests a second; ask less often")
            request = _request(line)
            if request[0] in {"follow", *TYPING}:
                return request
            reply = await _carry_out(*request, self._session)
        except asyncio.LimitOverrunError:
            reply = {"refused": f"a request has one line of at most {MAX_REQUEST_BYTES} bytes"}
        except DictatedError as error:
            reply = {"refused": str(error)}
        await _send(writer, reply)
        return None

    async def _type(self, writer: StreamWriter, name: str, details: dict[str, Any]) -> None:
        """Type or take back, however long that takes: what is cut off is half a text, and comes twice."""
        full = f"{TEXTS} texts wait for their turn already; try again later"
        try:
            with _seat(self._texts, writer, full):
                reply = await _carry_out(name, details, self._session)
        except DictatedError as error:
            reply = {"refused": str(error)}
        with anyio.move_on_after(REQUEST_SECONDS):
            await _send(writer, reply)

    async def _tell(self, reader: StreamReader, writer: StreamWriter, *, details: bool) -> None:
        """Send how things stand at each change, until who follows goes away or reads no more."""
        try:
            with _seat(self._seats, writer, f"{FOLLOWERS} programs follow already; end one"):
                await self._tell_each(reader, writer, details=details)
        except RequestError as error:
            await _send(writer, {"refused": str(error)})

    async def _tell_each(self, reader: StreamReader, writer: StreamWriter, *, details: bool) -> None:
        bulletin = self._session.bulletin
        following = Lookout(self._session).looking() if details else bulletin.follow_closely()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_await_leaving, reader, tasks.cancel_scope)
            with suppress(OSError), following as statuses:
                async for status in statuses:
                    with anyio.fail_after(REQUEST_SECONDS):  # whose error is an OSError
                        await _send(writer, status)
            tasks.cancel_scope.cancel()


@contextmanager
def _seat(seats: anyio.CapacityLimiter, writer: StreamWriter, full: str) -> Iterator[None]:
    """Hold a seat for who is written to.

    Raises:
        RequestError: all are taken; `full` says so.
    """
    try:
        seats.acquire_on_behalf_of_nowait(writer)
    except anyio.WouldBlock:
        raise RequestError(full) from None
    try:
        yield
    finally:
        seats.release_on_behalf_of(writer)


async def _send(writer: StreamWriter, reply: dict[str, Any]) -> None:
    writer.write(json.dumps(reply).encode() + b"\n")
    await writer.drain()


async def _await_leaving(reader: StreamReader, scope: anyio.CancelScope) -> None:
    """End this scope when the other end is closed; what it still sends is not read as anything."""
    with suppress(OSError):
        while await reader.read(MAX_REQUEST_BYTES):
            pass
    scope.cancel()


def _see_that_it_is_ours(writer: StreamWriter) -> None:
    """Refuse every user but the daemon's own (SO_PEERCRED, unix(7)), whatever the socket's mode has become.

    Raises:
        RequestError: it is another one.
    """
    peer = writer.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    if user != os.geteuid():
        raise RequestError("this daemon is another user's; start one of your own with `dictated run`")


def _request(line: bytes) -> _Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        request = None
    name = request.get("command") if isinstance(request, dict) else None
    if isinstance(name, str) and (name in _OTHER_COMMANDS or name in _SESSION_COMMANDS):
        return name, request
    known = ", ".join([*_SESSION_COMMANDS, *_OTHER_COMMANDS])
    raise RequestError(f"the daemon knows no such command; it takes: {known}")


def _number(details: dict[str, Any]) -> int | None:
    """Return the number of the history that is meant, None where none is named.

    Raises:
        RequestError: it is none that there can be.
    """
    number = details.get("number")
    if number is None or (type(number) is int and 0 < number <= _MOST):
        return number
    raise RequestError("there is no such number; `dictated history` shows what there is")


async def _carry_out(  # noqa: PLR0911 (one for each command)
    name: str, details: dict[str, Any], session: Session
) -> dict[str, Any]:
    """Do it. `toggle` answers at once, so that a key bound to it never waits for a device."""
    match name:
        case "status":
            return session.status()
        case "insert":
            here = session.chosen.name or (await session.parts.glance()).profile
            inserted = await session.parts.insertion.insert(_number(details), here)
            session.noticed()
            return {"inserted": inserted}
        case "retry":
            return {"tried": await session.parts.recovery.retry(_number(details))}
        case "undo":
            return {"taken_back": await session.parts.delivery.undo()}
        case "profile":
            return _profile(details.get("name"), session.chosen)
    heading = session.submit(_SESSION_COMMANDS[name])
    if name == "toggle":
        return {**session.status(), "state": str(heading)}
    with anyio.move_on_after(SETTLE_SECONDS):
        await session.settled()
    if name == "start" and session.state is State.OFF and session.error:
        raise RequestError(session.error)
    return session.status()


def _profile(name: object, chosen: Chosen) -> dict[str, Any]:
    """Have a profile hold from now on, where one is named; say which does, and which there are."""
    if name is not None:
        chosen.choose(str(name))
    return {"profile": chosen.shown, "profiles": list(chosen.names)}
