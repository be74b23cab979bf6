"""What is asked of the disk: private folders, names that outlive a power cut, faults told in one line."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_FAULTS = {
    errno.ENOSPC: "the disk that holds {} is full; free some space",
    errno.EDQUOT: "your share of the disk that holds {} is used up; free some space",
    errno.EFBIG: "{} has reached the size a file may have (ulimit -f); move it away or raise the limit",
    errno.EROFS: "the disk that holds {} is read-only; make it writable or choose another place",
    errno.EACCES: "{} may not be written; change its permissions or choose another place",
    errno.EPERM: "{} may not be written; change its permissions or choose another place",
    errno.EISDIR: "{} is a folder; give the name of a file",
    errno.ENOTDIR: "{} stands below a file that is no folder; move that file or choose another place",
    errno.EEXIST: "{} stands below a file that is no folder; move that file or choose another place",
}
"""What happened and how to mend it, by errno(3)."""


def make_private(folder: Path) -> None:
    """Make the folder and those above it that are missing, for this user alone (0700).

    Raises:
        OSError: it is not there afterwards.
    """
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut; one that may be written but not read is left alone.

    Raises:
        OSError: the disk refuses.
    """
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return
    try:
        sync(fd)
    finally:
        os.close(fd)


def sync(fd: int) -> None:
    """Wait until the disk has what was written; what keeps nothing (a pipe, /dev/null) is left alone.

    Raises:
        OSError: the disk refuses.
    """
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # fsync(2): "bound to a special file which does not support" it
            raise


def explain(error: OSError, path: Path) -> str:
    """Say in one line what is wrong with `path` and how to mend it."""
    shown = str(path) if str(path).isprintable() else repr(str(path))
    known = _FAULTS.get(error.errno or 0)
    return known.format(shown) if known else f"{shown} cannot be written: {error.strerror}"


def put_whole(path: Path, content: bytes, mode: int) -> None:
    """Write a file so that it is there whole, or as it was, whatever happens meanwhile.

    Raises:
        OSError: it is as it was.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 (a descriptor, not a path)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
