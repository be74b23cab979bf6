"""What goes on, for whoever wants to be told of each change: a status bar, the tray, the cues."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from dictated.details import Heard


class Bulletin:
    """One status, read afresh whenever it may have changed. Everything is called on the loop's thread."""

    def __init__(self, read: Callable[[], dict[str, Any]]) -> None:
        """`read` says how things stand now, in values that JSON knows."""
        self.readers = 0  # who is told what is being said, too
        self.watchers = 0  # who is told what is heard, and all the other details
        self.heard: Heard | None = None
        self.news = 0  # how often something was posted; what is heard and being said is none
        self._read = read
        self._said = ""
        self._changed = anyio.Event()

    def post(self) -> None:
        """Tell that something may have changed; returns at once, costs next to nothing, never fails."""
        self.news += 1
        self._wake()

    def hear(self, heard: Heard | None) -> None:
        """Tell what is heard now; None when nothing is."""
        if heard is not self.heard:
            self.heard = heard
            self._wake()

    def say(self, hypothesis: str) -> None:
        """Tell what is being said, as far as it is understood; "" when nothing is."""
        if hypothesis != self._said:
            self._said = hypothesis
            self._wake()

    def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yield how things stand, and again at each change; who is slow is told the newest only."""
        return self._follow(self._read)

    @contextmanager
    def follow_closely(
        self, details: Callable[[], dict[str, Any]] | None = None
    ) -> Iterator[AsyncIterator[dict[str, Any]]]:
        """Give the same with `hypothesis`: it is made only while somebody follows so, within the block.

        So it is with what `details` adds to it, which is told whenever anything is, changed or not.
        """
        self.readers += 1
        self.watchers += details is not None
        more = details or dict
        try:
            yield self._follow(
                lambda: {**self._read(), "hypothesis": self._said, **more()}, repeats=details is not None
            )
        finally:
            self.readers -= 1
            self.watchers -= details is not None

    async def _follow(
        self, read: Callable[[], dict[str, Any]], *, repeats: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        told: dict[str, Any] | None = None
        while True:
            changed, status = self._changed, read()
            if repeats or status != told:
                told = status
                yield status
            await changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
