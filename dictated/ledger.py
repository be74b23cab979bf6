"""What each engine has done and cost today, and whether it may be asked again before tomorrow."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import CancelScope, to_thread

from dictated.errors import HistoryError
from dictated.history import Spent
from dictated.types import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskStatus

    from dictated.history import History

log = logging.getLogger(__name__)

_Key = TypeVar("_Key")

MOST = 1e9
"""The most one answer may have used of anything; a service that says more, or less than 0, is mistaken."""

BEHIND_S = 0.5
"""Seconds from an answer until its cost is written: its words go first, and several answers are one write."""

MOST_DAYS = 7
"""Days whose figures are kept in memory."""


def today() -> date:
    """The day it is here."""
    return datetime.now(UTC).astimezone().date()


class Ledger:
    """The day's figures in memory, each answer written to the history as well; begins anew at midnight.

    `spend` counts and returns; `run` writes a moment behind it, `close` what is left. What another program of
    ours has spent meanwhile is taken in with each write.
    """

    def __init__(
        self,
        history: History,
        cost_per_day: float,
        day: Callable[[], date] = today,
        behind_s: float = BEHIND_S,
    ) -> None:
        """`cost_per_day` in US dollars; 0 is no limit."""
        self._behind_s = behind_s
        self._history = history
        self._cost_per_day = cost_per_day
        self._clock = day
        self._days: dict[date, dict[str, Spent]] = {}  # the last few: a clock that is set back finds its day
        self._unwritten: dict[tuple[date, str], Spent] = {}  # a sum each: bounded by engines and days
        self._news = anyio.Event()
        self._turn = anyio.Lock()  # held while writing and reading
        self._told = False  # that writing fails; forgotten when it succeeds

    async def open(self) -> None:
        """Read what was spent today; a history that cannot be read counts as nothing spent.

        Where there is a limit to that, it is told.
        """
        try:
            async with self._turn:
                await self._read()
        except HistoryError as error:
            level = logging.WARNING if self._cost_per_day else logging.DEBUG
            log.log(level, "what was spent today is not known and counts as nothing: %s", error)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Write what is spent to the history, until cancelled."""
        task_status.started()
        while True:
            await self._news.wait()
            self._news = anyio.Event()
            await anyio.sleep(self._behind_s)
            await self._write()

    async def close(self) -> None:
        """Write what is not written yet; takes no longer than the history waits for another program."""
        await self._write()

    def may_ask(self, engine: str) -> bool:
        """Say whether the engine has money left today."""
        spent = self._figures(self._clock()).get(engine)
        return self._cost_per_day <= 0 or spent is None or spent.usage.cost < self._cost_per_day

    async def spend(self, engine: str, usage: Usage) -> None:
        """Count an answer, at once. Where its cost cannot be written, that is told once; counting goes on."""
        spent = Spent(self._clock(), engine, 1, _believed(usage))
        _add(spent, self._figures(spent.day), engine)
        _add(spent, self._unwritten, (spent.day, engine))
        self._news.set()

    def figures(self) -> list[Spent]:
        """Return today's figures, an engine each, in the order they were first asked."""
        return list(self._figures(self._clock()).values())

    def _figures(self, day: date) -> dict[str, Spent]:
        if day not in self._days:
            self._days[day] = {}
            if len(self._days) > MOST_DAYS:
                self._days.pop(next(iter(self._days)))
        return self._days[day]

    async def _write(self) -> None:
        """Write all that is left; what cannot be written stays for the next time."""
        with CancelScope(shield=True):  # what is taken in hand is either written or put back
            async with self._turn:
                try:
                    await self._write_each()
                except HistoryError as error:
                    self._tell(error)

    async def _write_each(self) -> None:
        while self._unwritten:
            await self._write_one(next(iter(self._unwritten)))
            self._told = False
            await self._read()

    async def _write_one(self, key: tuple[date, str]) -> None:
        spent = self._unwritten.pop(key)
        try:
            await to_thread.run_sync(self._history.spend, *key, spent.usage, spent.answers)
        except HistoryError:
            _add(spent, self._unwritten, key)
            raise

    async def _read(self) -> None:
        """Take the figures of today from the file: another program of ours may have spent as well."""
        day = self._clock()
        written = await to_thread.run_sync(self._history.spent, day)
        figures = self._figures(day)
        figures.clear()
        for spent in (*written, *self._unwritten.values()):
            if spent.day == day:
                _add(spent, figures, spent.engine)

    def _tell(self, error: HistoryError) -> None:
        """Answers without a cost are not missed: the archive tells that the disk is at fault."""
        if not self._told and any(spent.usage.cost for spent in self._unwritten.values()):
            log.warning("what the engines cost is counted, but not kept: %s", error)
            self._told = True


def _add(spent: Spent, to: dict[_Key, Spent], key: _Key) -> None:
    before = to.get(key)
    to[key] = spent if before is None else before.plus(spent)


def _believed(usage: Usage) -> Usage:
    """Take what cannot be true for not told: one such number would spoil the sums of the day."""
    return Usage(
        seconds=usage.seconds if _likely(usage.seconds) else 0.0,
        tokens_in=usage.tokens_in if _likely(usage.tokens_in) else 0,
        tokens_out=usage.tokens_out if _likely(usage.tokens_out) else 0,
        cost=usage.cost if _likely(usage.cost) else 0.0,
    )


def _likely(number: float) -> bool:
    return 0 <= number <= MOST
