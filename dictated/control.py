"""The daemon's end of the control socket: one JSON object a line in, one out."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from dictated.client import MAX_REQUEST_BYTES
from dictated.errors import DictatedError, RequestError
from dictated.types import Command, State

if TYPE_CHECKING:
    from pathlib import Path

    from anyio.abc import SocketStream, TaskStatus

    from dictated.session import Session

log = logging.getLogger(__name__)

REQUEST_SECONDS = 5.0
"""How long a client may take to send its line and read its answer."""

SETTLE_SECONDS = 5.0
"""How long `start`, `stop` and `cancel` may take before their answer says how far they came."""

CONNECTIONS = 16
"""Requests answered at once; further ones wait their turn."""

_SESSION_COMMANDS = {str(c): c for c in (Command.START, Command.STOP, Command.TOGGLE, Command.CANCEL)}


_OTHER_COMMANDS = ("insert", "retry", "status")


async def serve(path: Path, session: Session, *, task_status: TaskStatus[None]) -> None:
    """Answer on a socket only this user may open, until cancelled; its directory is there already.

    Raises:
        DictatedError: there cannot be such a socket.
    """
    slots = anyio.CapacityLimiter(CONNECTIONS)

    async def answer(stream: SocketStream) -> None:
        async with stream, slots:
            try:
                with anyio.move_on_after(REQUEST_SECONDS + SETTLE_SECONDS):
                    await stream.send(await _reply(stream, session))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.IncompleteRead):
                log.debug("a client went away before its answer")

    try:
        listener = await anyio.create_unix_listener(path, mode=0o600)
    except OSError as error:
        raise DictatedError(
            f"{path} cannot be the control socket ({error}); set XDG_RUNTIME_DIR to another directory"
        ) from error
    try:
        async with listener:
            task_status.started()
            await listener.serve(answer)
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 (one call on a tmpfs, on the way out)


async def _reply(stream: SocketStream, session: Session) -> bytes:
    try:
        line = await BufferedByteReceiveStream(stream).receive_until(b"\n", MAX_REQUEST_BYTES)
        reply = await _carry_out(*_request(line), session)
    except anyio.DelimiterNotFound:
        reply = {"refused": f"a request has one line of at most {MAX_REQUEST_BYTES} bytes"}
    except DictatedError as error:
        reply = {"refused": str(error)}
    return json.dumps(reply).encode() + b"\n"


def _request(line: bytes) -> tuple[str, int | None]:
    """Return what is asked for, and the number of the history it is about."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        request = None
    name = request.get("command") if isinstance(request, dict) else None
    if isinstance(name, str) and (name in _OTHER_COMMANDS or name in _SESSION_COMMANDS):
        number = request.get("number")
        return name, number if isinstance(number, int) else None
    known = ", ".join([*_SESSION_COMMANDS, *_OTHER_COMMANDS])
    raise RequestError(f"the daemon knows no such command; it takes: {known}")


async def _carry_out(name: str, number: int | None, session: Session) -> dict[str, Any]:
    """Do it. `toggle` answers at once, so that a key bound to it never waits for a device."""
    if name == "status":
        return session.status()
    if name == "insert":
        return {"inserted": await session.parts.insertion.insert(number)}
    if name == "retry":
        return {"tried": await session.parts.recovery.retry(number)}
    heading = session.submit(_SESSION_COMMANDS[name])
    if name == "toggle":
        return {**session.status(), "state": str(heading)}
    with anyio.move_on_after(SETTLE_SECONDS):
        await session.settled()
    if name == "start" and session.state is State.OFF and session.error:
        raise RequestError(session.error)
    return session.status()
