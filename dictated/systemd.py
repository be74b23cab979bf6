"""Tells systemd how the service is doing: ready, stopping, alive; without systemd every word goes nowhere.

The protocol is that of sd_notify(3) and sd_watchdog_enabled(3): one datagram of `NAME=value` lines to the
socket that the environment names.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

STATUS_LENGTH = 200
"""Characters of a status that are sent; `systemctl status` shows it on one line."""

MICROSECONDS = 1_000_000
"""In a second; systemd counts the watchdog in these."""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The manager that started this process, or nobody: then `address` is empty and `watchdog_s` None."""

    address: str = ""
    watchdog_s: float | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Systemd:
        """Read where to send and how often to show a sign of life; what is malformed counts as not there."""
        address = environ.get("NOTIFY_SOCKET", "")
        known = address[:1] in {"/", "@"}  # a vsock address is for virtual machines
        return cls(address if known else "", _watchdog_s(environ))

    def ready(self) -> bool:
        """Say that the service can do its work."""
        return self.notify("READY=1")

    def stopping(self) -> bool:
        """Say that the service is about to end."""
        return self.notify("STOPPING=1")

    def watchdog(self) -> bool:
        """Give the sign of life that WatchdogSec asks for."""
        return self.notify("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """Set the line that `systemctl status` shows; line breaks become spaces."""
        return self.notify("STATUS=" + " ".join(text.split())[:STATUS_LENGTH])

    def watchdog_interval(self) -> float | None:
        """Return the seconds between two signs of life, half of what the unit allows, or None for never."""
        return None if self.watchdog_s is None else self.watchdog_s / 2

    def notify(self, message: str) -> bool:
        """Send one datagram without waiting; say whether it was taken. A manager gone is no error."""
        if not self.address:
            return False
        # A leading @ stands for the zero byte of the abstract namespace (unix(7)).
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.sendto(os.fsencode(message), socket.MSG_DONTWAIT, os.fsencode(address))
        except OSError as error:
            log.debug("systemd did not take %s: %s", message.partition("=")[0], error)
            return False
        return True


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Return the seconds after which systemd takes this very process for dead; None if it never does."""
    pid = environ.get("WATCHDOG_PID", "")
    microseconds = environ.get("WATCHDOG_USEC", "")
    meant = not pid or pid == str(os.getpid())
    counted = microseconds.isascii() and microseconds.isdigit() and int(microseconds) > 0
    return int(microseconds) / MICROSECONDS if meant and counted else None
