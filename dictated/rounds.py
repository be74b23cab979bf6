"""The rounds of the daemon: each works with the parts of one configuration, and hands on to the next."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope, to_thread

from dictated.retention import Retention
from dictated.types import Command

if TYPE_CHECKING:
    from dictated.parts import Parts
    from dictated.session import Session


class Rounds:
    """Runs the session, round after round, until it is told to quit.

    Whoever asks for another round asks for one at a time.
    """

    def __init__(self, session: Session, parts: Parts) -> None:
        """`parts` are those of the first round."""
        self.parts = parts  # what the next round works with, or this one where there is none other
        self._session = session
        self._begun = anyio.Event()  # a round works with these parts

    async def run(self) -> None:
        """Work until QUIT; the engines of a round that another follows are closed with it."""
        ending = None
        while ending is not Command.QUIT:
            parts = self.parts
            try:
                ending = await self._round(parts)
            finally:
                with CancelScope(shield=True):
                    await self._leave(parts)

    async def open(self) -> None:
        """Have the engines ready, and return when the first round has begun.

        Raises:
            TranscriberError: an engine cannot work.
        """
        await _open_engines(self.parts)
        await self._begun.wait()

    async def take(self, parts: Parts) -> None:
        """Have the next round work with these from the next breath on, once their engines are ready.

        Raises:
            TranscriberError: an engine cannot work; nothing has changed.
        """
        await self._begun.wait()  # so that there are never engines that no round closes
        async with AsyncExitStack() as undo:
            if parts.transcriber is not self.parts.transcriber:
                undo.push_async_callback(_close_engines, parts)
                await _open_engines(parts)
            undo.pop_all()
        self.parts, self._begun = parts, anyio.Event()
        self._session.submit(Command.RELOAD)

    async def begun(self) -> None:
        """Wait until a round works with what was taken last."""
        await self._begun.wait()

    async def close(self) -> None:
        """Close what the last round leaves open, when nothing runs any more."""
        await self.parts.refuge.close()
        await _close_engines(self.parts)

    async def _round(self, parts: Parts) -> Command:
        """Run the session with these parts, and beside it what looks after the disk; return what ended it."""
        async with anyio.create_task_group() as beside:
            for run in (parts.ledger.run, parts.refuge.run, Retention(parts.spool, parts.history).run):
                beside.start_soon(run)
            if not parts.ends_with_input:
                await parts.recovery.prepare()
                beside.start_soon(parts.recovery.run)
            self._begun.set()  # whoever waits goes on when the session has them
            ending = await self._session.run(parts)
            beside.cancel_scope.cancel()
        return ending

    async def _leave(self, parts: Parts) -> None:
        """Close what this round opened, and the next one does not work with."""
        await parts.delivery.close()
        if parts is not self.parts:
            parts.refuge.hand_over(self.parts.refuge)
        if parts.transcriber is not self.parts.transcriber:
            await _close_engines(parts)


async def _open_engines(parts: Parts) -> None:
    """Read what the engines have cost today, then load or connect them."""
    await parts.ledger.open()
    await parts.transcriber.warm()


async def _close_engines(parts: Parts) -> None:
    """Close the engines, and then what they write into."""
    with CancelScope(shield=True):
        await parts.transcriber.close()
        await parts.ledger.close()
        await to_thread.run_sync(parts.history.close)
