"""The sink that appends to a file: voice notes, or a record of everything said."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated import disk
from dictated.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated import outputconfig
    from dictated.types import Transcript, Utterance

LOOK_BACK = 1 << 20
"""Bytes at the end of a markdown file where the day's heading is looked for: more than a day of talk
(150 words a minute for ten hours, as list items, come to 0.7 MB)."""


_DAYS = re.compile(rb"^## \d{4}-\d\d-\d\d$", re.MULTILINE)
"""The headings of the days."""


def local_now() -> datetime:
    """The time here, with its zone."""
    return datetime.now(UTC).astimezone()


def nowhere(_: Utterance) -> None:
    """Where no sound is kept."""


class LogSink:
    """One record an utterance, on the disk when `deliver` returns.

    The file is opened for each record: a new date, or a file that was moved away, begins a new one without
    being told. A record begins on a line of its own even where the file ends in half a line.
    """

    name = "log"

    def __init__(
        self,
        settings: outputconfig.LogSink,
        now: Callable[[], datetime] = local_now,
        sound: Callable[[Utterance], Path | None] = nowhere,
    ) -> None:
        """`sound` tells where the sound of an utterance is kept, for `link_audio`; it may block."""
        self._settings = settings
        self._sound = sound if settings.link_audio else nowhere
        self._look_back = LOOK_BACK if settings.format == "markdown" else 1
        self._now = now

    async def deliver(self, transcript: Transcript) -> None:
        """Append the words, whole, or raise; a text of white space alone is nothing to append.

        Raises:
            SinkError: the words are not in the file.
        """
        if transcript.text.strip():
            await to_thread.run_sync(self._deliver, transcript)

    async def place(self) -> str:
        """Say how long the file is now, and which; what is appended stands behind that."""
        return await to_thread.run_sync(self._end_of_file)

    async def has(self, transcript: Transcript, place: str) -> bool:
        """Say whether a record with these words stands behind that place."""
        return await to_thread.run_sync(self._search, transcript, place)

    async def close(self) -> None:
        """Nothing is held between two records."""

    def _end_of_file(self) -> str:
        try:
            path = path_at(self._settings.path, self._now())
            return f"{path.stat().st_size if path.is_file() else 0}:{path}"
        except (OSError, SinkError):
            return ""

    def _search(self, transcript: Transcript, place: str) -> bool:
        size, _, name = place.partition(":")
        try:
            path = Path(name)
            if not path.is_file():  # a pipe would be waited for
                return False
            with path.open("rb") as file:
                file.seek(int(size))
                lines = file.read().decode(errors="replace").split("\n")
        except (OSError, ValueError):
            return False
        if self._settings.format == "jsonl":
            return any(_is_json_of(transcript, line) for line in lines)
        record = _pattern(transcript, markdown=self._settings.format == "markdown")
        return any(record.fullmatch(line) for line in lines)

    def _deliver(self, transcript: Transcript) -> None:
        time = self._now()
        path = path_at(self._settings.path, time)
        try:
            disk.make_private(path.parent)
            self._write(path, transcript, time)
        except OSError as error:
            raise SinkError(disk.explain(error, path)) from error

    def _write(self, path: Path, transcript: Transcript, time: datetime) -> None:
        # Without O_NONBLOCK, a named pipe that nobody reads would hold this thread for ever.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY
        fd = os.open(path, flags, 0o600)
        try:
            _wait_for_turn(fd)
            before = _end(path, min(os.fstat(fd).st_size, self._look_back))
            if not before:
                disk.sync_folder(path.parent)
            _append(fd, self._record(transcript, time, before))
        finally:
            os.close(fd)

    def _record(self, transcript: Transcript, time: datetime, before: bytes) -> bytes:
        mend = "\n" if before and not before.endswith(b"\n") else ""
        match self._settings.format:
            case "text":
                record = f"{time:%Y-%m-%d %H:%M:%S}  {_line(transcript)}\n"
            case "markdown":
                link = _link(self._sound(transcript.utterance))
                record = f"{_heading(time, before)}- **{time:%H:%M:%S}** {_line(transcript)}{link}\n"
            case "jsonl":
                record = _json(transcript, time)
        # A lone surrogate cannot be encoded; written as \udc80 it is even what JSON says it should be.
        return (mend + record).encode(errors="backslashreplace")


def path_at(pattern: str, time: datetime) -> Path:
    """Return the file that `output.log.path` means at this time.

    The date is filled in first, so that a % in the name of the home folder stays as it is. A path that is
    relative begins in the home folder, for the daemon and a command may each work in another.

    Raises:
        SinkError: it means none.
    """
    try:
        return Path.home() / Path(time.strftime(pattern)).expanduser()
    except (RuntimeError, ValueError) as error:  # no such user; a pattern that strftime refuses
        raise SinkError(f"output.log.path cannot be used: {error}; give the path of a file") from error


def _wait_for_turn(fd: int) -> None:
    """Let another program of ours finish: half a record, seen from here, looks like half a line left behind.

    Each holds the file no longer than one write and one sync take; closing it lets the next one in.
    """
    with contextlib.suppress(OSError):  # some network disks have no locks
        fcntl.flock(fd, fcntl.LOCK_EX)


def _end(path: Path, length: int) -> bytes:
    """Read the last `length` bytes; a pipe and a terminal have none."""
    if not length:
        return b""
    with path.open("rb") as file:
        file.seek(-length, os.SEEK_END)
        return file.read(length)


def _append(fd: int, record: bytes) -> None:
    """Write the record in one go and wait for the disk; what was written of it is taken back on failure."""
    written = 0
    try:
        # Once round, unless the disk is full: then the second round tells what is wrong.
        while written < len(record):
            written += os.write(fd, record[written:])
        disk.sync(fd)
    except OSError:
        _take_back(fd, written)
        raise


def _take_back(fd: int, written: int) -> None:
    """Cut off the last `written` bytes if they are the file's last: another program's line stays."""
    with contextlib.suppress(OSError):
        end = os.lseek(fd, 0, os.SEEK_CUR)
        if written and end == os.fstat(fd).st_size:
            os.ftruncate(fd, end - written)


def _line(transcript: Transcript) -> str:
    """The words on one line, whatever is in them."""
    return " ".join(transcript.text.split())


def _pattern(transcript: Transcript, *, markdown: bool) -> re.Pattern[str]:
    """What the whole line of a record looks like; a ? may be a lone surrogate, which the history has not."""
    words = re.escape(_line(transcript)).replace(r"\?", r"(?:\?|\\u[0-9a-f]{4})")
    if markdown:
        return re.compile(rf"- \*\*\d\d:\d\d:\d\d\*\* {words}(?: \[▶\]\(file://[^()]*\))?")
    return re.compile(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  {words}")


def _is_json_of(transcript: Transcript, line: str) -> bool:
    """Whether the line is the record of this very utterance."""
    try:
        record = json.loads(line)
        began = datetime.fromisoformat(record["start"])
        text = record["text"].encode(errors="replace").decode()
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return began == transcript.utterance.began and text == transcript.text


def _link(sound: Path | None) -> str:
    return f" [▶]({sound.as_uri()})" if sound else ""


def _heading(time: datetime, before: bytes) -> str:
    """The day, where the file's last one is another; it goes to the disk with the first words of the day."""
    heading = f"## {time:%Y-%m-%d}"
    if _DAYS.findall(before)[-1:] == [heading.encode()]:
        return ""
    return f"\n{heading}\n\n" if before else f"{heading}\n\n"


def _json(transcript: Transcript, time: datetime) -> str:
    utterance = transcript.utterance
    record = {
        "time": _iso(time),
        "number": transcript.number or None,
        "start": _iso(utterance.began.astimezone(time.tzinfo)),
        "end": _iso(utterance.ended.astimezone(time.tzinfo)),
        "text": transcript.text,
        "engine": transcript.engine,
        "seconds": transcript.seconds,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")
