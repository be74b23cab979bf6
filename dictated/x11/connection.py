"""The way to the X server that DISPLAY names, as it is when the connection is made."""

from __future__ import annotations

import logging
import os
import re
import socket
from typing import Any

from Xlib import error
from Xlib.display import Display

from dictated.errors import NoDisplayError

_LOG = logging.getLogger(__name__)

_LOCAL = re.compile(r"(?:unix)?:(?P<number>\d+)(?:\.\d+)?")
"""A display of this machine; anything else is left to Xlib to understand."""

_SOCKET = "/tmp/.X11-unix/X{number}"  # noqa: S108  (where every X server puts its socket)


def connect() -> Display:
    """Connect to the display.

    Raises:
        NoDisplayError: there is none, it does not answer, or it refuses us.
    """
    name = os.environ.get("DISPLAY", "")
    if not name:
        raise NoDisplayError(
            "there is no X display (DISPLAY is not set); start this inside a graphical session, "
            "or use the log sink"
        )
    local = _LOCAL.fullmatch(name)
    if local and not _answers(_SOCKET.format(number=local["number"])):
        raise NoDisplayError(
            f"no X server answers on display {name}; start this inside a running graphical session, "
            "or use the log sink"
        )
    try:
        display = Display(name)
    except (error.DisplayError, error.ConnectionClosedError, error.XauthError, OSError) as problem:
        raise NoDisplayError(
            f"the X display {name} cannot be used ({_one_line(problem)}); check DISPLAY and XAUTHORITY"
        ) from problem
    display.set_error_handler(_log_error)
    return display


def disconnect(display: Display) -> None:
    """Close a connection when the server has read all of it, or is not there any more.

    A connection closed at once may be gone before the server reads its last requests.
    """
    try:
        display.sync()
        display.close()
    except error.ConnectionClosedError:
        _LOG.debug("the X server had gone before we closed our connection")


def _answers(path: str) -> bool:
    """Say whether a server listens there; Xlib, told to try, would go on to TCP and leave sockets open."""
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(address) == 0:
                return True
    return False


def _log_error(problem: Any, _request: Any) -> None:
    """Take an error of a request that nobody waits for; Xlib would print it."""
    _LOG.warning("the X server refused a request: %s", _one_line(problem))


def _one_line(problem: object) -> str:
    return " ".join(str(problem).split())
