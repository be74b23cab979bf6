"""Keeps in memory what neither sink nor disk takes, until the disk does."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.errors import HistoryError, SpoolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.history import Entry, History
    from dictated.records import Fate
    from dictated.resending import Resending
    from dictated.spool import Spool
    from dictated.types import Utterance

log = logging.getLogger(__name__)

MOST = 100
"""Utterances: some 16 MB of sound, and 64 MB where each is as long as it may be by default."""


class Refuge:
    """Tries the disk again and again; `saw` is told of what it took: that waits there as what failed does."""

    def __init__(
        self,
        spool: Spool,
        history: History,
        resending: Resending,
        saw: Callable[[Fate], None] = lambda _: None,
    ) -> None:
        self._spool = spool
        self._history = history
        self._resending = resending
        self._saw = saw
        self._kept: deque[tuple[Utterance, Entry]] = deque()

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self._kept) >= MOST

    def take(self, utterance: Utterance, entry: Entry) -> None:
        """Keep it, if there is room; `entry` is what the history is to say of it."""
        if not self.full:
            self._kept.append((utterance, entry))
            self._resending.failed()

    def hand_over(self, other: Refuge) -> None:
        """Have another one keep what this one has."""
        for utterance, entry in self._kept:
            other.take(utterance, entry)
        self._kept.clear()

    async def run(self) -> None:
        """Try the disk when it may take something, until cancelled."""
        while True:
            await self._resending.due()
            await self._save()

    async def close(self) -> None:
        """Try a last time, and say what is lost."""
        await self._save()
        if self._kept:
            log.error("lost, for no disk took them: %d utterances", len(self._kept))

    async def _save(self) -> None:
        while self._kept:
            utterance, entry = self._kept[0]
            try:
                await to_thread.run_sync(self._put_down, utterance, entry)
            except (HistoryError, SpoolError) as error:
                log.debug("what waits in memory stays there: %s", error)
                self._resending.failed()
                return
            self._kept.popleft()
            self._saw(entry.fate)

    def _put_down(self, utterance: Utterance, entry: Entry) -> None:
        audio = self._spool.keep(utterance).name
        try:
            number = self._history.records.open(utterance, audio)
        except HistoryError:
            self._spool.drop(audio)  # or the next start would find one more for each try
            raise
        self._history.note(replace(entry, id=number))
