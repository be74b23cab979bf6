"""Where log lines go: the journal with its priorities under systemd, plain lines on a terminal."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""syslog(3) numbers, which sd-daemon(3) reads at the start of a line."""


def set_up(level: str, environ: Mapping[str, str], *others: logging.Handler) -> None:
    """Send this program's log lines to standard error, from `level` up; `others` get them from INFO up."""
    handler = _StandardError(_descriptor())
    handler.setFormatter(_Journal() if "JOURNAL_STREAM" in environ else _Plain())
    root = logging.getLogger("dictated")
    handler.setLevel(level.upper())
    root.handlers[:] = [handler, *others]
    root.setLevel(min(handler.level, logging.INFO))
    root.propagate = False


@cache
def _descriptor() -> int:
    """Return a descriptor of our own for standard error, kept to the end.

    While PortAudio starts, sounddevice points descriptor 2 at /dev/null; our lines are not for there.
    """
    return os.dup(sys.stderr.fileno())


class _StandardError(logging.Handler):
    """Writes past any buffer: what a terminal that is gone did not take would fail again at the end."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        with suppress(OSError):  # nobody reads any more: no reason to stop working
            while line:
                line = line[os.write(self._descriptor, line) :]


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        word = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        return f"dictated: {word}{super().format(record)}"


class _Journal(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITIES[record.levelno]}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())
