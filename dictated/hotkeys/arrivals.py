"""Tells when something comes, goes or changes its permissions in a folder, by the kernel's inotify(7).

The C library is called directly: it is two calls, and every event has one meaning here, look again.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ATTRIB, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x4, 0x40, 0x80, 0x100, 0x200
_ONLYDIR = 0x01000000
_MASK = _ATTRIB | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _ONLYDIR
"""Bits of sys/inotify.h. A device gets its group after it has come: that is the change of attributes."""

_CHUNK_BYTES = 65536
"""Read at once; what is more is read the next time."""


class Arrivals:
    """A file that can be read when there is news: `select` on it, then `take` it."""

    def __init__(self, folder: Path) -> None:
        """Begin to watch.

        Raises:
            OSError: the folder cannot be watched.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        self._file = _checked(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), folder)
        try:
            _checked(libc.inotify_add_watch(self._file, os.fsencode(folder), _MASK), folder)
        except OSError:
            self.close()
            raise

    def fileno(self) -> int:
        """Return the number of the file, for `select`."""
        return self._file

    def take(self) -> None:
        """Forget the news that there is."""
        with suppress(BlockingIOError):
            os.read(self._file, _CHUNK_BYTES)

    def close(self) -> None:
        """Watch no more."""
        os.close(self._file)


def _checked(result: int, folder: Path) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(folder))
    return result
