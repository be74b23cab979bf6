"""Rules of the folders and faults that the log and the spool share."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from restrictions import ordinary_user

from dictated import disk


def test_every_missing_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    disk.make_private(tmp_path / "a/b/c")

    modes = [stat.S_IMODE((tmp_path / folder).stat().st_mode) for folder in ("a", "a/b", "a/b/c")]
    assert modes == [0o700] * 3


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    disk.make_private(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_folder_that_may_not_be_read_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o333)

    with ordinary_user():
        disk.sync_folder(Path())


def test_a_pipe_needs_no_sync() -> None:
    reading, writing = os.pipe()

    disk.sync(writing)

    os.close(reading)
    os.close(writing)


def test_a_sync_that_fails_is_an_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)

    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.sync(writing)


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.ENOSPC, "the disk that holds /notes/a.txt is full; free some space"),
        (
            errno.EROFS,
            "the disk that holds /notes/a.txt is read-only; make it writable or choose another place",
        ),
        (errno.EACCES, "/notes/a.txt may not be written; change its permissions or choose another place"),
        (errno.EISDIR, "/notes/a.txt is a folder; give the name of a file"),
        (errno.ENAMETOOLONG, "/notes/a.txt cannot be written: File name too long"),
    ],
)
def test_a_fault_says_what_happened_and_how_to_mend_it(number: int, line: str) -> None:
    assert disk.explain(OSError(number, os.strerror(number)), Path("/notes/a.txt")) == line


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_a_fault_is_one_line_whatever_the_path(number: int) -> None:
    fault = OSError(number, os.strerror(number))

    assert disk.explain(fault, Path("a\nb\udc80")).isprintable()
