"""Shows on the desktop the log lines that need the user."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dictated.notice import Notice

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from dictated.notifier import Notifier


class Announcer(logging.Handler):
    """Takes lines from any thread, those with `extra=about(…)` or `extra=over(…)`; an error is urgent."""

    def __init__(self, notifier: Notifier, loop: AbstractEventLoop) -> None:
        super().__init__()
        self._notifier = notifier
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Have it shown, or taken from the screen."""
        if subject := getattr(record, "about", None):
            urgent = record.levelno >= logging.ERROR
            notice = Notice(subject, str(subject), record.getMessage(), urgent=urgent)
            self._loop.call_soon_threadsafe(self._notifier.tell, notice)
        elif subject := getattr(record, "over", None):
            self._loop.call_soon_threadsafe(self._notifier.withdraw, subject)
