"""Which window words are spoken to: the one that had the focus when the speaker fell silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskGroup


class Gaze:
    """Asks for the window at the beginning of each pause, not at its end: by then the user may be elsewhere.

    `look` asks; it is awaited in one of `tasks`, never twice at once.
    """

    def __init__(self, look: Callable[[], Awaitable[str]], tasks: TaskGroup) -> None:
        self._look = look
        self._tasks = tasks
        self._turn = anyio.Lock()
        self._seen = (-1, "")  # of the utterance that begins at that position of the recording

    def pause(self, first: int) -> None:
        """Take note that the speaker of the utterance beginning at `first` has just fallen silent."""
        if not self._turn.locked():
            self._tasks.start_soon(self._see, first)

    async def window(self, first: int) -> str:
        """Return the window of the utterance beginning at `first`; "" where it is not known."""
        async with self._turn:
            at, window = self._seen
        return window if at == first else await self._look()

    async def _see(self, first: int) -> None:
        async with self._turn:
            self._seen = (first, await self._look())
