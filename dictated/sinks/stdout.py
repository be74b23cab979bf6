"""The sink that prints: for pipes, and for looking on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from anyio import to_thread

from dictated.errors import SinkError

if TYPE_CHECKING:
    from dictated.types import Transcript

_GONE = "nobody reads the standard output; start with a reader, or without stdout in output.sinks"


class StdoutSink:
    """One line an utterance, handed on at once.

    Lines go past the stream's buffer: one that could not be written must neither turn up later, nor fail
    again with a traceback when the interpreter ends.
    """

    name = "stdout"

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream  # None is a standard output that was closed from the start (>&-)

    async def deliver(self, transcript: Transcript) -> None:
        """Print the words, or raise. A terminal that is stopped (Ctrl+S) holds this until it goes on.

        Raises:
            SinkError: nobody reads, or the stream takes no more.
        """
        await to_thread.run_sync(self._print, transcript.text, abandon_on_cancel=True)

    async def close(self) -> None:
        """Every line has been handed on already; the stream belongs to the caller."""

    def _print(self, text: str) -> None:
        if self._stream is None:
            raise SinkError(_GONE)
        line = _line(text, self._stream.encoding)
        try:
            while line:
                line = line[os.write(self._stream.fileno(), line) :]
        except BrokenPipeError as error:
            raise SinkError(_GONE) from error
        except OSError as error:
            raise SinkError(
                f"the standard output takes no words ({error.strerror}); send it elsewhere"
            ) from error


def _line(text: str, encoding: str) -> bytes:
    r"""Return one line in the stream's encoding; characters it does not have are escaped (\u20ac)."""
    return (" ".join(text.split()) + "\n").encode(encoding, "backslashreplace")
