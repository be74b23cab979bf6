"""The command line's end of the control socket; standard library only, for speed."""

from __future__ import annotations

import json
import os
import select
import socket
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

TYPING_SECONDS = 900.0
"""The same for what types: the longest text there may be, in the slowest way (40 ms a character)."""

FIRST_WAIT = 0.5
"""Seconds before a daemon that is not there is looked for again; each further wait is twice as long."""

LONGEST_WAIT = 8.0
"""Seconds between two looks at most."""

TYPING = ("insert", "undo")
"""Commands that are answered when a text is typed or taken back."""

NOT_RUNNING = {"state": "not running"}
"""What stands for the status of a daemon that is not there."""


def ask(path: Path, command: str, **more: int | str | None) -> dict[str, Any]:
    """Send a command to the daemon, with what else it needs to know, and return its answer.

    Raises:
        NotRunningError: no daemon listens on this socket.
        RequestError: the daemon does not answer in time, or refuses the command.
    """
    with _connected(path) as link:
        link.settimeout(TYPING_SECONDS if command in TYPING else ANSWER_SECONDS)
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


def follow(path: Path, reader: int) -> Iterator[dict[str, Any]]:
    """Yield the daemon's status and then each change of it; `NOT_RUNNING` while there is none, for ever.

    `reader` is the descriptor that the status is written to.

    Raises:
        RequestError: the daemon refuses.
        BrokenPipeError: nobody reads any more.
    """
    wait = FIRST_WAIT
    while True:
        try:
            for status in _changes(path, reader):
                wait = FIRST_WAIT
                yield status
        except NotRunningError:
            pass
        if wait == FIRST_WAIT:
            yield NOT_RUNNING
        _await((), reader, wait)  # nothing tells that a socket will be there
        wait = min(2 * wait, LONGEST_WAIT)


def _changes(path: Path, reader: int) -> Iterator[dict[str, Any]]:
    """Yield what the daemon sends until it ends.

    Raises:
        NotRunningError: there is none.
        RequestError: it refuses.
        BrokenPipeError: nobody reads any more.
    """
    with _connected(path) as link:
        link.sendall(b'{"command": "follow"}\n')
        heard = b""
        while True:
            _await((link.fileno(),), reader)
            try:
                piece = link.recv(MAX_ANSWER_BYTES)
                *lines, heard = (heard + piece).split(b"\n")
                told = [_parse(line) for line in lines]
            except (OSError, ValueError):
                return
            for status in told:
                if "refused" in status:
                    raise RequestError(str(status["refused"]))
                yield status
            if not piece:
                return


def _await(sources: tuple[int, ...], reader: int, seconds: float | None = None) -> None:
    """Wait until one of the sources has something to read.

    Raises:
        BrokenPipeError: nobody reads any more.
    """
    waiting = select.poll()
    waiting.register(reader, 0)  # of which only the end is told
    for source in sources:
        waiting.register(source, select.POLLIN)
    if any(descriptor == reader for descriptor, _ in waiting.poll(seconds and seconds * 1000)):
        raise BrokenPipeError


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
