"""The command line's end of the control socket; standard library only, for speed."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

from dictated.errors import NotRunningError, RequestError

if TYPE_CHECKING:
    from pathlib import Path

MAX_REQUEST_BYTES = 4096
"""A longer request is refused."""

MAX_ANSWER_BYTES = 65536
"""A longer answer is not read."""

ANSWER_SECONDS = 10.0
"""How long the client waits for the daemon's answer; opening a device is bounded well below."""


def ask(path: Path, command: str, **more: int | None) -> dict[str, Any]:
    """Send a command to the daemon, with what else it needs to know, and return its answer.

    Raises:
        NotRunningError: no daemon listens on this socket.
        RequestError: the daemon does not answer in time, or refuses the command.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(ANSWER_SECONDS)
        try:
            link.connect(os.fspath(path))
        except OSError as error:
            raise NotRunningError(
                f"no daemon answers at {path}; start one with `dictated run`"
                " or `systemctl --user start dictated`"
            ) from error
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
