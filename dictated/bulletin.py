"""What goes on, for whoever wants to be told of each change: a status bar, the tray, the cues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class Bulletin:
    """One status, read afresh whenever it may have changed. Everything is called on the loop's thread."""

    def __init__(self, read: Callable[[], dict[str, Any]]) -> None:
        """`read` says how things stand now, in values that JSON knows."""
        self._read = read
        self._changed = anyio.Event()

    def post(self) -> None:
        """Tell that something may have changed; returns at once, costs next to nothing, never fails."""
        self._changed.set()
        self._changed = anyio.Event()

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yield how things stand, and again at each change; who is slow is told the newest only."""
        told: dict[str, Any] | None = None
        while True:
            changed, status = self._changed, self._read()
            if status != told:
                told = status
                yield status
            await changed.wait()
