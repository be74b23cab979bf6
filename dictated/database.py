"""A private SQLite file that several threads and programs share: made, brought up to date, read, written."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal

from dictated import disk
from dictated.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUSY_S = 5.0
"""Seconds to wait while another program of ours writes, which takes it milliseconds."""

_DAMAGED = "{} is damaged; move it away, and a new one is begun"
_IN_USE = "{} has been in use by another program for {:g} s; end that one and try again"
_UNREADABLE = "{} may not be read; change its permissions"


class Database:
    """The file, made when it is first written, 0600. Its functions block: call them in a thread.

    After an error, and where the file was moved away, the next call opens it anew.
    """

    def __init__(self, file: Path, steps: Sequence[Sequence[str]]) -> None:
        """Step N, some statements, takes the file from version N (PRAGMA user_version) to N + 1."""
        self._file = file
        self._steps = steps
        self._turn = threading.Lock()  # held while writing
        self._db: sqlite3.Connection | None = None
        self._inode = 0  # of the file that is open
        self._traces = True  # whether what was removed may still stand in the write-ahead log

    @contextmanager
    def writing(self, synchronous: Literal["NORMAL", "FULL"]) -> Iterator[sqlite3.Connection]:
        """Lend the file for one transaction: all of it is in the file afterwards, or nothing.

        FULL waits until it would outlive a power cut. NORMAL does not: it does so with the next FULL one.

        Raises:
            HistoryError: nothing of it is in the file.
        """
        with _explained(self._file), self._turn:
            with ExitStack() as undo:
                undo.callback(self._drop)
                db = self._opened()
                db.execute(f"PRAGMA synchronous = {synchronous}")
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
                undo.pop_all()
            self._wipe(db)

    def read(self, query: str, *values: int | str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none where there is no file yet, and none is made.

        A file of an older version stays as it is: what is read is a copy in memory, brought up to date.

        Raises:
            HistoryError: the file cannot be read.
        """
        with _explained(self._file, reading=True):
            if not self._file.exists():
                return []
            with closing(_connect(self._file, _reading_mode(self._file))) as db:
                version = self._version(db)
                if not 0 < version < len(self._steps):
                    return db.execute(query, values).fetchall() if version else []
                with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
                    db.backup(copy)
                    self._migrate(copy)
                    copy.text_factory = _decode
                    return copy.execute(query, values).fetchall()

    def leave_no_traces(self) -> None:
        """Say, while writing, that something is removed for good: it goes from the write-ahead log too."""
        self._traces = True

    def rebuild(self) -> None:
        """Write the file anew: where SQLite moves a row, a copy may stay in what its page does not use.

        Raises:
            HistoryError: it is not written anew, or what was removed still stands in the write-ahead log.
        """
        with _explained(self._file), self._turn:
            db = self._opened()
            db.execute("PRAGMA temp_store = MEMORY")  # not a word in a folder that others use
            db.execute("VACUUM")
            self._traces = True
            self._wipe(db)
            if self._traces:
                raise HistoryError(_IN_USE.format(self._file, BUSY_S))

    def damaged(self) -> HistoryError:
        """Return the error for a file whose content makes no sense."""
        return HistoryError(_DAMAGED.format(self._file))

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        if self._db is not None and not self._is_there():
            self._drop()
        if self._db is None:
            self._db = self._open()
            self._inode = self._file.stat().st_ino
        return self._db

    def _is_there(self) -> bool:
        """Whether the file that is open still has its name."""
        with suppress(FileNotFoundError):
            return self._file.stat().st_ino == self._inode
        return False

    def _drop(self) -> None:
        """Close what is open; an open transaction is undone."""
        if self._db is not None:
            self._db.close()
        self._db = None

    def _open(self) -> sqlite3.Connection:
        """Open the file for writing, made and brought to the newest version if need be."""
        _make_private(self._file)
        with ExitStack() as undo:
            db = _connect(self._file, "mode=rw")
            undo.callback(db.close)
            version = self._version(db)
            db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
            with suppress(sqlite3.OperationalError):  # busy: another program does it; the rest comes up below
                db.execute("PRAGMA journal_mode = WAL")
            if version < len(self._steps):
                self._migrate(db)
            undo.pop_all()
        return db

    def _migrate(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        for step in self._steps[self._version(db) :]:  # another program may just have done it
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(self._steps)}")
        db.execute("COMMIT")

    def _version(self, db: sqlite3.Connection) -> int:
        """Return how far the file has come: 0 where nothing is in it yet.

        Raises:
            HistoryError: further than this program knows.
        """
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(self._steps):
            raise HistoryError(
                f"{self._file} was written by a newer dictated; install that one, or move the file away"
            )
        return version

    def _wipe(self, db: sqlite3.Connection) -> None:
        """Empty the write-ahead log where removed words may stand in it; whoever reads just now puts it off.

        What was to be written is written: that this cannot be done is no reason to say that it was not.
        """
        if self._traces:
            with suppress(sqlite3.OperationalError):
                self._traces = bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def _make_private(file: Path) -> None:
    """Make the file where it is missing; see that it is for this user alone."""
    disk.make_private(file.parent)
    with suppress(FileExistsError):
        # Not open(2): closing any descriptor of a file undoes the locks that SQLite has on it in this process
        # (sqlite.org/howtocorrupt.html, 2.2). What SQLite puts beside the file gets the file's mode.
        os.mknod(file, 0o600)
        disk.sync_folder(file.parent)
    if stat.S_IMODE(_mode(file)) & 0o077:
        file.chmod(0o600)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    _mode(file)
    db = sqlite3.connect(
        f"{file.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,  # transactions begin and end where we say
        check_same_thread=False,  # worker threads take turns (Database._turn)
    )
    db.text_factory = _decode
    return db


def _decode(text: bytes) -> str:
    """Read what is damaged as far as it can be; the error of `sqlite3` would quote the words."""
    return text.decode(errors="replace")


def _mode(file: Path) -> int:
    """Return the file's type and permissions; what is no file is not opened: a pipe would wait for ever."""
    mode = file.stat().st_mode
    if stat.S_ISREG(mode):
        return mode
    number = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO
    raise OSError(number, os.strerror(number))


def _reading_mode(file: Path) -> str:
    """To read, SQLite wants to write beside the file; where nobody can do that, nobody changes the file."""
    log = file.with_name(f"{file.name}-wal")
    frozen = not os.access(file.parent, os.W_OK, effective_ids=True) and not log.exists()
    return "immutable=1" if frozen else "mode=ro"


@contextmanager
def _explained(file: Path, *, reading: bool = False) -> Iterator[None]:
    """Turn what SQLite and the disk refuse into a `HistoryError`."""
    try:
        yield
    except OSError as error:
        raise HistoryError(_refusal(error, file, reading=reading)) from error
    except sqlite3.ProgrammingError:  # a fault of ours
        raise
    except sqlite3.DatabaseError as error:
        raise HistoryError(_fault(error, file, reading=reading)) from error


def _refusal(error: OSError, file: Path, *, reading: bool) -> str:
    denied = isinstance(error, PermissionError)
    return _UNREADABLE.format(file) if reading and denied else disk.explain(error, file)


def _fault(error: sqlite3.DatabaseError, file: Path, *, reading: bool) -> str:
    """Say in one line what is wrong with the file and how to mend it, but never what is in it."""
    match error.sqlite_errorcode & 0xFF:  # the rest is detail (sqlite.org/rescode.html)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _DAMAGED.format(file)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _IN_USE.format(file, BUSY_S)
        case sqlite3.SQLITE_FULL:
            return disk.explain(OSError(errno.ENOSPC, ""), file)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            frozen = os.statvfs(file.parent).f_flag & os.ST_RDONLY
            denied = PermissionError(errno.EACCES, "")
            return _refusal(OSError(errno.EROFS, "") if frozen else denied, file, reading=reading)
    return (
        f"{file} cannot be used ({error.sqlite_errorname}); see that its disk is sound and gives you room"
        " (quota, ulimit -f)"
    )
