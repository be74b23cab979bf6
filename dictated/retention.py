"""Lets go of what has come to a good end: when its time is over, when there is too much, when told to."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.errors import HistoryError, SpoolError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dictated.expiry import Sound
    from dictated.history import History
    from dictated.records import Fate
    from dictated.spool import Spool

log = logging.getLogger(__name__)

LOOK_S = 3600.0
"""The longest until ages are looked at again, for the clock may have been set meanwhile."""

LEAST_S = 1.0
"""The shortest."""

SERIOUS = 2
"""Times that nothing could be removed, one after the other."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed, in entries of the history and bytes of sound, and how many entries stay."""

    entries: int
    bytes: int
    left: int


class Retention:
    """Removes words and sound from the disk, and nothing that is still needed."""

    def __init__(self, spool: Spool, history: History) -> None:
        self._spool = spool
        self._history = history

    async def run(self) -> None:
        """Remove what is due now, and what becomes due while nobody speaks, until cancelled.

        What cannot be removed is told the second time: of a disk that refuses, the archive tells at once.
        """
        failures = 0
        while True:
            try:
                due_s = await to_thread.run_sync(self._sweep_and_look)
            except (HistoryError, SpoolError) as error:
                failures, due_s = failures + 1, LOOK_S
                level = logging.WARNING if failures == SERIOUS else logging.DEBUG
                log.log(level, "words and sound past their time are not removed: %s", error)
            else:
                failures = 0
            await anyio.sleep(min(max(due_s, LEAST_S), LOOK_S))

    def _sweep_and_look(self) -> float:
        self.sweep()
        return self._history.expiry.due_s()

    def sweep(self) -> None:
        """Remove what is past its time or beyond the limit. It blocks, and so does `purge`.

        Raises:
            HistoryError: not all of it is removed.
            SpoolError: the same.
        """
        while going := self._history.expiry.overdue():
            self._drop(going)

    def purge(self, fates: Collection[Fate]) -> Purged:
        """Remove all entries of these fates, with their words and sound, without a trace of the words.

        Raises:
            HistoryError: not all of it is removed.
            SpoolError: the same.
        """
        freed = 0
        while going := self._history.sounds(fates):
            self._drop(going)
            freed += sum(sound.size for sound in going)
        entries, left = self._history.remove(fates)
        return Purged(entries, freed, left)

    def _drop(self, sounds: Sequence[Sound]) -> None:
        """Remove the files, then what is noted of them: a crash in between leaves none that nobody knows."""
        for sound in sounds:
            self._spool.drop(sound.audio)
        self._history.records.forget_audio(*(sound.id for sound in sounds))
