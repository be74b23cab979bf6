"""Collects what a follower is told who asked for details."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from anyio import TaskHandle, to_thread
from msgspec import to_builtins

from dictated.details import MOST_FLIGHT, Details, Flight
from dictated.errors import HistoryError, RequestError
from dictated.profiles import DEFAULT
from dictated.types import Transcript

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from dictated.details import Past
    from dictated.history import History
    from dictated.parts import Parts
    from dictated.session import Session

log = logging.getLogger(__name__)


class Lookout:
    """Looks at a session for one follower; of the history, only when something was noted in it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._history: History | None = None  # which tells us when something was noted
        self._tell = partial(asyncio.get_running_loop().call_soon_threadsafe, session.bulletin.post)
        self._news = -1  # of the bulletin when the history was read
        self._last: Sequence[Past] = ()

    @contextmanager
    def looking(self) -> Iterator[AsyncIterator[dict[str, Any]]]:
        """Give the statuses with all the details, as long as the block lasts."""
        try:
            with self._session.bulletin.follow_closely(self._now) as statuses:
                yield self._with_last(statuses)
        finally:
            self._listen_to(None)

    async def _with_last(self, statuses: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        async for status in statuses:
            if (parts := self._parts) is not None:
                await self._read(parts.history)
            yield {**status, "last": to_builtins(self._last)}

    @property
    def _parts(self) -> Parts | None:
        try:
            return self._session.parts
        except RequestError:  # it has not begun
            return None

    def _now(self) -> dict[str, Any]:
        """Return all but what the history knows, in values that JSON knows."""
        heard, parts = self._session.bulletin.heard, self._parts
        speaking = (heard.speaking,) if heard and heard.speaking else ()
        spent = parts.ledger.figures() if parts else []
        details = Details(
            sound=heard.sound if heard else None,
            flight=(*self._under_way(parts), *speaking)[:MOST_FLIGHT],
            cost_today=sum(figures.usage.cost for figures in spent),
        )
        told: dict[str, Any] = to_builtins(details)
        return {key: told[key] for key in ("sound", "flight", "cost_today")}

    def _under_way(self, parts: Parts | None) -> Iterator[Flight]:
        now, first = datetime.now(UTC), True
        engines = parts.engines() if parts else []
        for utterance, handle in self._session.pipeline.under_way if self._session.pipeline else ():
            pending = handle.status is TaskHandle.Status.PENDING
            outcome = handle.return_value if handle.status is TaskHandle.Status.FINISHED else None
            done = outcome.engine if isinstance(outcome, Transcript) else ""
            holds = utterance.profile if parts and utterance.profile in parts.profiles else DEFAULT
            able = _able(engines, holds)
            yield Flight(
                number=utterance.number,
                stage="transcribing" if pending else "delivering" if first else "waiting",
                engine=able[0] if pending and len(able) == 1 else done,
                age_s=(now - utterance.began).total_seconds(),
            )
            first = False

    async def _read(self, history: History) -> None:
        """Read the history where anything may have been noted in it since."""
        self._listen_to(history)
        news = self._session.bulletin.news
        if news != self._news:
            self._news = news
            try:
                self._last = await to_thread.run_sync(history.recent)
            except HistoryError as error:
                log.debug("what was said last is not told: %s", error)

    def _listen_to(self, history: History | None) -> None:
        """Have this history, and no other, tell when something was noted."""
        if history is not self._history:
            if self._history is not None:
                self._history.listeners.discard(self._tell)
            if history is not None:
                history.listeners.add(self._tell)
            self._history = history


def _able(engines: Sequence[Mapping[str, Any]], profile: str) -> list[str]:
    """Name the engines that may be asked with this profile."""
    return [one["name"] for one in engines if one["state"] == "ok" and profile in one["profiles"]]
