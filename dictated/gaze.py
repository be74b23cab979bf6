"""Which window words are spoken to: the one that had the focus when the speaker fell silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskGroup


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of the window with the focus: its name, and which profile holds in it; "" where none."""

    window: str = ""
    profile: str = ""


NOTHING = Glance()


class Gaze:
    """Looks at the window at the beginning of each pause, not at its end: by then the user may be elsewhere.

    `look` is awaited in one of `tasks`, never twice at once.
    """

    def __init__(self, look: Callable[[], Awaitable[Glance]], tasks: TaskGroup) -> None:
        self._look = look
        self._tasks = tasks
        self._turn = anyio.Lock()
        self._begun = -1  # the beginning that was taken note of last
        self._latest = (-1, NOTHING)  # seen while the utterance was said that begins at that position
        self._seen = (-1, NOTHING)  # the same, in a pause

    def begin(self, first: int) -> None:
        """Look once when the utterance at `first` begins: it may be guessed at before there is a pause."""
        if first != self._begun:
            self._begun = first
            self._look_for(first, pause=False)

    def pause(self, first: int) -> None:
        """Take note that the speaker of the utterance beginning at `first` has just fallen silent."""
        self._look_for(first, pause=True)

    def known(self, first: int) -> Glance:
        """Return what was seen last in the utterance beginning at `first`, without asking."""
        at, glance = self._latest
        return glance if at == first else NOTHING

    async def glance(self, first: int) -> Glance:
        """Return the window of the utterance beginning at `first`; that of now where there was no pause."""
        async with self._turn:
            at, glance = self._seen
        return glance if at == first else await self._look()

    def _look_for(self, first: int, *, pause: bool) -> None:
        if not self._turn.locked():
            self._tasks.start_soon(self._see, first, pause)

    async def _see(self, first: int, pause: bool) -> None:  # noqa: FBT001 (start_soon names nothing)
        async with self._turn:
            self._latest = (first, await self._look())
            if pause:
                self._seen = self._latest
