"""Where the sound of an utterance is kept: what a note links to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.types import Utterance


class KeptSound:
    """Looks into the spool for the file of an utterance, by the time of speech in its name (`Spool.keep`)."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool

    def __call__(self, utterance: Utterance) -> Path | None:
        """Return its whole path; None where there is none. It blocks.

        What was said before this run has another number now than in the name: then the time alone counts.
        """
        stem = f"{utterance.began:%Y-%m-%dT%H-%M-%S.%f}-"
        likely = self._spool / f"{stem}{utterance.number:06}.wav"
        return likely if likely.is_file() else min(self._spool.glob(f"{stem}*.wav"), default=None)
