"""Reads an audio file block by block, as frames; everything here blocks and belongs into a worker thread."""

from __future__ import annotations

import logging
import os
import stat
import threading
from typing import TYPE_CHECKING, Any

from dictated.errors import AudioFileError
from dictated.framer import Framer
from dictated.recorders.riff import MendedFile, Riff, read_riff
from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.recorders.conversion import Conversion
    from dictated.types import Frame

logger = logging.getLogger(__name__)

READ_S = 1
"""Seconds of sound read at a time."""

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
"""Samples a second we believe a header; telephones have 8,000, studios up to 384,000."""

MOST_CHANNELS = 64
"""Channels we believe a header."""


class Reader:
    """One reading of a file from its beginning; its methods may be called from different threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._sound: Any = None
        """The open `soundfile.SoundFile`."""
        self._mended: MendedFile | None = None
        self._riff: Riff | None = None
        self._framer = Framer()
        self._conversion: Conversion

    @property
    def shortfall(self) -> str:
        """What is wrong with a file that is cut short, in one line, or nothing."""
        riff = self._riff
        if riff is None or riff.promised is None or not riff.missing or not riff.byte_rate:
            return ""
        promised, present = riff.promised / riff.byte_rate, riff.present / riff.byte_rate
        return f"{self._path} is cut short: its header promises {promised:.2f} s, there are {present:.2f} s"

    def open(self) -> None:
        """Open the file.

        Raises:
            AudioFileError: there is no such file, it may not be read, or it holds no audio we know.
        """
        try:
            self._check_kind()
            self._riff = read_riff(self._path)
        except OSError as error:
            raise AudioFileError(f"{self._path} cannot be read: {error.strerror}") from error
        try:
            self._sound = self._open_sound()
            self._check_sound()
        except AudioFileError:
            self.close()
            raise
        self._prepare()

    def read(self) -> list[Frame]:
        """Return about a second of frames; none at the end, or after `close`.

        Raises:
            AudioFileError: the file is damaged, from here on.
        """
        import soundfile  # noqa: PLC0415  numpy and cffi take 0.1 s

        with self._lock:
            frames: list[Frame] = []
            while not frames and self._sound is not None:
                try:
                    samples = self._sound.read(
                        self._sound.samplerate * READ_S, dtype="float32", always_2d=True
                    )
                except soundfile.LibsndfileError as error:
                    self._close()
                    raise AudioFileError(f"{self._path} is damaged: {error.error_string}") from error
                if not len(samples):
                    return self._last()
                frames = self._framer.push(self._conversion.push(samples))
            return frames

    def close(self) -> None:
        """Close the file; `read` gives nothing after this."""
        with self._lock:
            self._close()

    def _last(self) -> list[Frame]:
        self._close()
        frames = self._framer.push(self._conversion.flush())
        last = self._framer.flush()
        return frames if last is None else [*frames, last]

    def _close(self) -> None:
        sound, self._sound = self._sound, None
        if sound is not None:
            sound.close()
        if self._mended is not None:
            self._mended.close()

    def _check_kind(self) -> None:
        status = self._path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise AudioFileError(f"{self._path} is a directory: name an audio file in it")
        if not stat.S_ISREG(status.st_mode):
            raise AudioFileError(f"{self._path} is not a file on disk: save the recording first")
        if status.st_size == 0:
            raise AudioFileError(f"{self._path} is empty (0 bytes)")

    def _open_sound(self) -> Any:
        import soundfile  # noqa: PLC0415  as above

        if self._riff is not None and self._riff.promised is None:
            self._mended = MendedFile(self._path, self._riff)
        try:
            return soundfile.SoundFile(self._mended or os.fsencode(self._path))  # any bytes may name a file
        except soundfile.LibsndfileError as error:
            raise AudioFileError(
                f"{self._path} is not an audio file we can read (wav, flac, mp3, ogg): {error.error_string}"
            ) from error

    def _check_sound(self) -> None:
        sound = self._sound
        if not LOWEST_RATE <= sound.samplerate <= HIGHEST_RATE or sound.channels > MOST_CHANNELS:
            raise AudioFileError(
                f"{self._path} cannot be right: its header says "
                f"{sound.samplerate} samples a second in {sound.channels} channels"
            )
        if sound.frames == 0:
            raise AudioFileError(self.shortfall or f"{self._path} is empty (no samples)")

    def _prepare(self) -> None:
        from dictated.recorders.conversion import Conversion  # noqa: PLC0415  numpy and soxr take 0.1 s

        sound = self._sound
        self._conversion = Conversion(sound.samplerate, sound.channels)
        if (sound.samplerate, sound.channels, sound.subtype) != (SAMPLE_RATE, 1, "PCM_16"):
            logger.debug(
                "%s: %s at %d Hz in %d channel(s), converted to 16-bit mono at %d Hz",
                self._path,
                sound.subtype,
                sound.samplerate,
                sound.channels,
                SAMPLE_RATE,
            )
