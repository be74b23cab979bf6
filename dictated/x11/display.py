"""Where the screen is now, when the environment this program was started with no longer says so.

A service may be older than the graphical session, or outlive it; its own environment stays what it was at
the start. The user's systemd has the session's: desktops put it there (`systemctl --user
import-environment`), and `dictated service install` does. Only a program that systemd started asks it: one
that a person started, say over ssh, was not asked to type somewhere else.

The sockets in /tmp/.X11-unix are not guessed from. Anybody may put one there and read what is dictated to
it, and of several screens of one user (a nested one, one for remote use) none says whether they look at it.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG = logging.getLogger(__name__)

VARIABLES = (
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_SESSION_TYPE",
    "SWAYSOCK",
    "HYPRLAND_INSTANCE_SIGNATURE",
    "YDOTOOL_SOCKET",
)
"""What tells a program of its screen, and only together: which it is, which windows X11 can reach, who can be
asked about its windows."""

_SYSTEMCTL_S = 2.0
"""Seconds systemctl may take; it answers in some ten milliseconds."""

_QUOTED = re.compile(r"\$'(?P<text>.*)'")
"""How systemctl writes a value with a special character in it, such as a space in a path."""


def of_session() -> dict[str, str]:
    """Return those of VARIABLES that the user's systemd has, none where it does not answer; asks a program.

    Takes two seconds at most.
    """
    if os.environ.get("SYSTEMD_EXEC_PID") != str(os.getpid()):  # systemd.exec(5)
        return {}
    command = ["systemctl", "--user", "show-environment"]
    try:
        done = subprocess.run(  # noqa: S603  (a fixed command)
            command, capture_output=True, timeout=_SYSTEMCTL_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as problem:
        _LOG.debug("systemd does not say where the screen is: %s", problem)
        return {}
    return read(os.fsdecode(done.stdout))


def read(lines: str) -> dict[str, str]:
    """Return those of VARIABLES that have a value, from what `systemctl show-environment` printed."""
    pairs = (line.partition("=") for line in lines.splitlines())
    return {name: _plain(value) for name, _, value in pairs if name in VARIABLES and value}


def take(values: Mapping[str, str]) -> dict[str, str]:
    """Make these the VARIABLES of this process, and no others; return what they were.

    The environment is where all look who need the screen: Xlib, pynput, programs for the clipboard.
    """
    before = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    for name in VARIABLES:
        if name in values:
            os.environ[name] = values[name]
        else:
            os.environ.pop(name, None)
    return before


def _plain(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    return re.sub(r"\\(.)", r"\1", quoted["text"]) if quoted else value
