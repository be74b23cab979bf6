"""The command line's end of the control socket; standard library only, for speed."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import TYPE_CHECKING, Any

from dictated.errors import NotRunningError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_REQUEST_BYTES = 4096
"""A longer request is refused."""

MAX_ANSWER_BYTES = 65536
"""A longer answer is not read."""

ANSWER_SECONDS = 10.0
"""How long the client waits for the daemon's answer; opening a device is bounded well below."""

FIRST_WAIT = 0.5
"""Seconds before a daemon that is not there is looked for again; each further wait is twice as long."""

LONGEST_WAIT = 8.0
"""Seconds between two looks at most."""

NOT_RUNNING = {"state": "not running"}
"""What stands for the status of a daemon that is not there."""


def ask(path: Path, command: str, **more: int | None) -> dict[str, Any]:
    """Send a command to the daemon, with what else it needs to know, and return its answer.

    Raises:
        NotRunningError: no daemon listens on this socket.
        RequestError: the daemon does not answer in time, or refuses the command.
    """
    with _connected(path) as link:
        try:
            link.sendall(json.dumps({"command": command, **more}).encode() + b"\n")
            answer = _parse(_read_line(link))
        except (OSError, ValueError) as error:
            raise RequestError(
                f"the daemon at {path} gave no answer ({error}); restart it if this goes on"
            ) from error
    if "refused" in answer:
        raise RequestError(str(answer["refused"]))
    return answer


def follow(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the daemon's status and then each change of it; `NOT_RUNNING` while there is none, for ever.

    Raises:
        RequestError: the daemon refuses.
    """
    wait = FIRST_WAIT
    while True:
        try:
            for status in _changes(path):
                wait = FIRST_WAIT
                yield status
        except NotRunningError:
            pass
        if wait == FIRST_WAIT:
            yield NOT_RUNNING
        time.sleep(wait)  # nothing tells that a socket will be there
        wait = min(2 * wait, LONGEST_WAIT)


def _changes(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what the daemon sends until it ends.

    Raises:
        NotRunningError: there is none.
        RequestError: it refuses.
    """
    with _connected(path) as link, link.makefile("rb") as lines:
        try:
            link.sendall(b'{"command": "follow"}\n')
            link.settimeout(None)  # from now on it speaks when there is something to say
            for line in lines:
                status = _parse(line)
                if "refused" in status:
                    raise RequestError(str(status["refused"]))
                yield status
        except (OSError, ValueError):
            return  # it has ended in the middle of a line


def _connected(path: Path) -> socket.socket:
    """Connect to the daemon.

    Raises:
        NotRunningError: no daemon listens on this socket.
    """
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(ANSWER_SECONDS)
    try:
        link.connect(os.fspath(path))
    except OSError as error:
        link.close()
        raise NotRunningError(
            f"no daemon answers at {path}; start one with `dictated run` or `systemctl --user start dictated`"
        ) from error
    return link


def _parse(line: bytes) -> dict[str, Any]:
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 (the caller tells all nonsense alike)
    return answer


def _read_line(link: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\n") and len(read) < MAX_ANSWER_BYTES:
        piece = link.recv(MAX_ANSWER_BYTES)
        if not piece:
            break
        read += piece
    return read
