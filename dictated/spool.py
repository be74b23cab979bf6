"""Keeps the sound of utterances, so that nothing said is lost and it can be transcribed once more."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import wave
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dictated import disk, tape, wav
from dictated.errors import SpoolError
from dictated.types import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from dictated.types import Utterance

log = logging.getLogger(__name__)

_STAMP = "%Y-%m-%dT%H-%M-%S.%f"
"""The time of speech in a file's name."""

_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6})-\d{6,}(-\d+)?\.wav")
"""What files of ours are called; the group is the time of speech."""

_PART = re.compile(r"\.\w+\.part")
"""What `_write` calls a file that is not whole yet."""

MOST_NAMESAKES = 20
"""Files kept under one time and number: they mean a clock set back, or an utterance kept twice."""


@dataclass(frozen=True, slots=True)
class Found:
    """Sound that nobody has noted: the name of its file, when it began, and itself (16-bit mono, 16 kHz)."""

    name: str
    began: datetime
    pcm: bytes = field(repr=False)


class Spool:
    """A folder of WAV files, each there whole or not at all. Its functions block: call them in a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, utterance: Utterance) -> Path:
        """Write the utterance's sound to a new file, for this user alone, and return where it is.

        It is on the disk when this returns. The name is the time of speech and the utterance's number.

        Raises:
            SpoolError: it is not kept.
        """
        return self._keep(utterance.pcm, f"{utterance.began:{_STAMP}}-{utterance.number:06}")

    def _keep(self, pcm: bytes, stem: str) -> Path:
        try:
            disk.make_private(self._directory)
            part = self._write(wav.encode(pcm))
            try:
                kept = self._name(part, stem)
            finally:
                part.unlink()
            disk.sync_folder(self._directory)
        except OSError as error:
            raise SpoolError(disk.explain(error, self._directory)) from error
        return kept

    def load(self, name: str) -> bytes:
        """Return the sound of a kept file: 16-bit mono at 16 kHz.

        Raises:
            SpoolError: it is not there, or not whole.
        """
        path = self._directory / name
        try:
            with wave.open(str(path), "rb") as file:
                form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
                pcm = file.readframes(file.getnframes())
        except (OSError, EOFError, RuntimeError, wave.Error) as error:  # RuntimeError: an odd length
            raise SpoolError(f"{path} cannot be read ({str(error) or 'damaged'})") from error
        if form != (SAMPLE_RATE, 1, SAMPLE_BYTES) or len(pcm) < FRAME_BYTES:
            raise SpoolError(f"{path} holds no sound of ours")
        return pcm

    def drop(self, name: str) -> None:
        """Remove a kept file; one that is gone is no fault.

        Raises:
            SpoolError: it is still there.
        """
        path = self._directory / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SpoolError(disk.explain(error, path)) from error

    def clear(self) -> None:
        """Remove every file of ours, whatever is known of it; nobody may be speaking.

        Raises:
            SpoolError: not all of them are removed.
        """
        for name in self._names():
            if any(kind.fullmatch(name) for kind in (_NAME, _PART, tape.NAME)):
                self.drop(name)

    def adopt(
        self, known: Collection[str], covered: Callable[[int, datetime, datetime], bool]
    ) -> Iterator[Found]:
        """Yield what is in a file that is not `known`; a tape becomes such a file, a rest of ours goes.

        A tape whose first frame, beginning and end are `covered`, or whose sound is in a file of that time,
        was put down whole before the program ended. It goes once the caller comes back for the next. What
        cannot be read is told and left where it is.

        Raises:
            SpoolError: the folder cannot be read.
        """
        for name in sorted(self._names(), key=lambda name: (bool(tape.NAME.fullmatch(name)), name)):
            with _told():
                if match := tape.NAME.fullmatch(name):
                    yield from self._adopt_tape(name, int(match["first"]), covered)
                    self.drop(name)
                elif _PART.fullmatch(name):
                    self.drop(name)
                elif name not in known and (began := _began(name)):
                    yield Found(name, began, self.load(name))

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self._directory.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SpoolError(f"{self._directory} cannot be read ({error.strerror})") from error

    def _adopt_tape(
        self, name: str, first: int, covered: Callable[[int, datetime, datetime], bool]
    ) -> Iterator[Found]:
        began, pcm = tape.read(self._directory / name)
        ended = began + timedelta(seconds=len(pcm) / SAMPLE_BYTES / SAMPLE_RATE)
        if len(pcm) < FRAME_BYTES or covered(first, began, ended):
            return
        near = (other for other in self._names() if _within(began - tape.SLACK, other, ended + tape.SLACK))
        if not any(self._holds(other, pcm) for other in near):
            yield Found(self._keep(pcm, f"{began:{_STAMP}}-000000").name, began, pcm)

    def _holds(self, name: str, pcm: bytes) -> bool:
        """Say whether a file has the sound of a tape, which may be longer or shorter."""
        try:
            sound = self.load(name)
        except SpoolError:
            return False
        both = min(len(sound), len(pcm))
        return sound[:both] == pcm[:both]

    def _write(self, content: bytes) -> Path:
        """Put the content into a new file without a name of its own yet, mode 0600 (mkstemp(3))."""
        fd, name = tempfile.mkstemp(dir=self._directory, prefix=".", suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(content)
                file.flush()
                disk.sync(file.fileno())
        except OSError:
            part.unlink()
            raise
        return part

    def _name(self, part: Path, stem: str) -> Path:
        """Give the file its name; unlike rename(2), link(2) never takes the place of another file."""
        for path in islice(self._paths(stem), MOST_NAMESAKES):
            try:
                path.hardlink_to(part)
            except FileExistsError:
                continue
            return path
        raise SpoolError(f"{self._directory} has {MOST_NAMESAKES} files of one utterance; move them away")

    def _paths(self, stem: str) -> Iterator[Path]:
        yield self._directory / f"{stem}.wav"
        copy = 2
        while True:
            yield self._directory / f"{stem}-{copy}.wav"
            copy += 1


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with one file, and go on with the next."""
    try:
        yield
    except SpoolError as error:
        log.warning("%s; it stays where it is", error)


def _began(name: str) -> datetime | None:
    """Read the time of speech from a file's name; None where it is none of ours."""
    match = _NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], _STAMP).astimezone() if match else None
    except ValueError:
        return None


def _within(earliest: datetime, name: str, latest: datetime) -> bool:
    """Whether a file of ours, by its name, is from that time."""
    began = _began(name)
    return began is not None and earliest <= began <= latest
