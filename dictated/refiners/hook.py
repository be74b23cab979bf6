"""The user's own program as a refiner: a text goes in, what is typed instead comes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dictated.errors import ProgramError, RefinerError
from dictated.program import run
from dictated.wording import tidy_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.refineconfig import Hook as Settings
    from dictated.types import Transcript

MOST_CHARACTERS = 100_000
"""What it writes may be so long, and no longer: half an hour of speech."""


class Hook:
    """Starts the program once for each text, with the text on its standard input.

    Its environment is ours and says more of the utterance: DICTATED_NUMBER, DICTATED_ENGINE,
    DICTATED_SECONDS (of sound), DICTATED_BEGAN and DICTATED_ENDED (ISO 8601). What it writes, line breaks
    among it, is delivered; one that writes nothing has thrown the text away. Words are in none of our
    messages, so what it complains of is not told.
    """

    name = "text.hook"

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        program, *arguments = settings.command
        self._command = [str(Path(program).expanduser()), *arguments]
        self._timeout = settings.timeout
        self._environ = environ

    async def refine(self, transcript: Transcript) -> str:
        """Return what the program wrote, tidied; a line break stays one.

        Raises:
            RefinerError: it cannot be started, took too long, failed, or wrote what is no text.
        """
        environ = {**self._environ, **_metadata(transcript)}
        try:
            ended = await run(self._command, environ, transcript.text.encode(), timeout=self._timeout)
        except ProgramError as error:
            raise RefinerError(f"{error}; correct text.hook.command") from error
        if ended.failure:
            raise RefinerError(f"{self._command[0]} failed: {ended.failure}")
        return self._text(ended.output)

    async def close(self) -> None:
        """No program runs between two texts."""

    def _text(self, output: bytes) -> str:
        try:
            text = output.decode()
        except UnicodeDecodeError as error:
            raise RefinerError(f"{self._command[0]} wrote what is not UTF-8") from error
        if len(text) > MOST_CHARACTERS:
            raise RefinerError(f"{self._command[0]} wrote more than {MOST_CHARACTERS:,} characters")
        return tidy_lines(text)


def _metadata(transcript: Transcript) -> dict[str, str]:
    utterance = transcript.utterance
    return {
        "DICTATED_NUMBER": str(utterance.number),
        "DICTATED_ENGINE": transcript.engine,
        "DICTATED_SECONDS": f"{utterance.seconds:.2f}",
        "DICTATED_BEGAN": utterance.began.isoformat(),
        "DICTATED_ENDED": utterance.ended.isoformat(),
    }
