"""Keeps the sound of utterances that got no text or reached no sink, so that nothing said is lost."""

from __future__ import annotations

import os
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dictated import disk, wav
from dictated.errors import SpoolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated.types import Utterance

MOST_NAMESAKES = 20
"""Files kept under one time and number: they mean a clock set back, or an utterance kept twice."""


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
        try:
            disk.make_private(self._directory)
            part = self._write(wav.encode(utterance.pcm))
            try:
                kept = self._name(part, utterance)
            finally:
                part.unlink()
            disk.sync_folder(self._directory)
        except OSError as error:
            raise SpoolError(disk.explain(error, self._directory)) from error
        return kept

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

    def _name(self, part: Path, utterance: Utterance) -> Path:
        """Give the file its name; unlike rename(2), link(2) never takes the place of another file."""
        for path in islice(self._paths(utterance), MOST_NAMESAKES):
            try:
                path.hardlink_to(part)
            except FileExistsError:
                continue
            return path
        raise SpoolError(f"{self._directory} has {MOST_NAMESAKES} files of one utterance; move them away")

    def _paths(self, utterance: Utterance) -> Iterator[Path]:
        stem = f"{utterance.began:%Y-%m-%dT%H-%M-%S.%f}-{utterance.number:06}"
        yield self._directory / f"{stem}.wav"
        copy = 2
        while True:
            yield self._directory / f"{stem}-{copy}.wav"
            copy += 1
