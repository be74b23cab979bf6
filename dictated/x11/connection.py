"""The way to the X server: the one that DISPLAY names at this moment, else the one of the user's session."""

from __future__ import annotations

import logging
import os
import re
import socket
from threading import Lock
from typing import Any

from Xlib import error
from Xlib.display import Display

from dictated.errors import NoDisplayError
from dictated.x11.display import of_session, take

_LOG = logging.getLogger(__name__)

_LOCAL = re.compile(r"(?:unix)?:(?P<number>\d+)(?:\.\d+)?")
"""A display of this machine; anything else is left to Xlib to understand."""

_FAR = re.compile(r"(?:tcp/)?(?P<host>[\w.-]+):(?P<number>\d+)(?:\.\d+)?")
"""A display reached over the network, as through ssh."""

_FIRST_PORT = 6000
"""The TCP port of display 0."""

_FAR_S = 2.0
"""Seconds a server on the network is given to take a connection; Xlib would wait for minutes."""

_one = Lock()
"""Held while connecting: Xlib reads the environment, which connecting may change."""

_SOCKET = "/tmp/.X11-unix/X{number}"  # noqa: S108  (where every X server puts its socket)


def connect() -> Display:
    """Connect to the display of the environment, or, where that fails, to that of the user's session.

    The latter becomes the environment's. Blocks: not for the event loop.

    Raises:
        NoDisplayError: there is none, it does not answer, or it refuses us.
    """
    with _one:
        try:
            return _connect()
        except NoDisplayError as problem:
            found = _connect_to_session()
            if found is None:
                raise
            _LOG.info("the screen is now %s, as systemd says: %s", found.get_display_name(), problem)
            return found


def _connect_to_session() -> Display | None:
    """Connect to the screen that systemd knows of, if it is another one."""
    session = of_session()
    name, cookies = session.get("DISPLAY"), session.get("XAUTHORITY")
    if not name or (name, cookies) == (os.environ.get("DISPLAY"), os.environ.get("XAUTHORITY")):
        return None
    before = take(session)
    try:
        return _connect()
    except NoDisplayError as problem:
        take(before)
        _LOG.debug("the screen that systemd knows of is none: %s", problem)
        return None


def _connect() -> Display:
    name = os.environ.get("DISPLAY", "")
    if not name:
        raise NoDisplayError(
            "there is no X display (DISPLAY is not set); start this inside a graphical session, "
            "or use the log sink"
        )
    if not _answers(name):
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


def _answers(name: str) -> bool:
    """Say whether a server listens there; Xlib, told to try, would go on to TCP and leave sockets open."""
    local, far = _LOCAL.fullmatch(name), _FAR.fullmatch(name)
    if local:
        path = _SOCKET.format(number=local["number"])
        return _takes(socket.AF_UNIX, path) or _takes(socket.AF_UNIX, f"\0{path}")
    if far:
        return _takes(socket.AF_INET, (far["host"], _FIRST_PORT + int(far["number"])))
    return True  # Xlib says what is wrong with it


def _takes(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family) as probe:
        probe.settimeout(_FAR_S)
        try:
            probe.connect(address)
        except (OSError, OverflowError):  # a port above 65535 overflows
            return False
    return True


def _log_error(problem: Any, _request: Any) -> None:
    """Take an error of a request that nobody waits for; Xlib would print it."""
    _LOG.warning("the X server refused a request: %s", _one_line(problem))


def _one_line(problem: object) -> str:
    return " ".join(str(problem).split())
