"""Puts down what becomes of each utterance: its words in the history, its sound where they went nowhere."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.errors import HistoryError, SpoolError
from dictated.history import Entry, Fate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dictated.types import Transcript, Utterance

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What became of the utterances since the daemon started."""

    heard: int = 0
    delivered: int = 0
    empty: int = 0
    held: int = 0
    kept: int = 0
    cancelled: int = 0


class Archive:
    """Counts, notes and keeps; a disk that fails costs no words, and is told."""

    def __init__(
        self, tally: Tally, keep: Callable[[Utterance], Path], note: Callable[[Entry], None] | None = None
    ) -> None:
        """`keep` saves the sound of an utterance, `note` writes into the history; both in a worker thread.

        `keep` raises `SpoolError`, `note` raises `HistoryError`; without `note` there is no history.
        """
        self.tally = tally
        self._keep = keep
        self._write = note
        self._complaint = ""  # what was last said about a history that cannot be written

    async def delivered(self, transcript: Transcript) -> None:
        """A sink has the words."""
        self.tally.delivered += 1
        log.debug("utterance %d delivered", transcript.utterance.number)
        await self._note(transcript.utterance, Fate.DELIVERED, transcript)

    async def empty(self, transcript: Transcript) -> None:
        """There were no words in it."""
        self.tally.empty += 1
        await self._note(transcript.utterance, Fate.EMPTY, transcript)

    async def held(self, transcript: Transcript) -> None:
        """The words are doubtful, and go no further than the history."""
        self.tally.held += 1
        log.info(
            "utterance %d is held back: %s; `dictated history` shows it",
            transcript.utterance.number,
            transcript.doubt,
        )
        await self._note(transcript.utterance, Fate.HELD, transcript, transcript.doubt)

    async def cancelled(self, utterance: Utterance) -> None:
        """The user threw it away: not a word of it is kept."""
        self.tally.cancelled += 1
        await self._note(utterance, Fate.CANCELLED)

    async def failed(self, utterance: Utterance, reason: str, transcript: Transcript | None = None) -> None:
        """Its words went nowhere: save the sound, and say where it is."""
        try:
            path = await to_thread.run_sync(self._keep, utterance)
        except SpoolError as error:
            log.error("utterance %d is lost: %s, and %s", utterance.number, reason, error)  # noqa: TRY400 (told)
        else:
            self.tally.kept += 1
            log.warning(
                "utterance %d: %s; its sound is kept: dictated transcribe %s", utterance.number, reason, path
            )
        await self._note(utterance, Fate.FAILED, transcript, reason)

    async def _note(
        self, utterance: Utterance, fate: Fate, transcript: Transcript | None = None, reason: str = ""
    ) -> None:
        if self._write is None:
            return
        entry = Entry(
            began=utterance.began,
            ended=utterance.ended,
            fate=fate,
            text=transcript.text if transcript else "",
            reason=reason,
            engine=transcript.engine if transcript else "",
            took=transcript.seconds if transcript else 0.0,
            generation=transcript.generation if transcript else "",
        )
        try:
            await to_thread.run_sync(self._write, entry)
        except HistoryError as error:
            self._complain(str(error))
        else:
            self._complaint = ""

    def _complain(self, complaint: str) -> None:
        """Say it once, not with every utterance."""
        if complaint != self._complaint:
            log.warning("the history is not written: %s", complaint)
            self._complaint = complaint
