"""The hotkeys of the daemon: one watcher at a time, from when it is wanted until another is."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.errors import HotkeyError
from dictated.notice import Subject, about

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.ports import Hotkey
    from dictated.types import Wish

log = logging.getLogger(__name__)


class Keys:
    """Calls `obey` on the loop's thread with what is pressed, whoever sees it."""

    def __init__(self, obey: Callable[[Wish], None]) -> None:
        self._obey = obey
        self._hotkey: Hotkey | None = None  # also one that does not work yet, and does when it can
        self._turn = anyio.Lock()

    async def watch(self, hotkey: Hotkey) -> bool:
        """Have this one watch, and no other; say whether it does, and where it cannot, tell what does."""
        loop = asyncio.get_running_loop()

        def send(wish: Wish) -> None:
            loop.call_soon_threadsafe(self._obey, wish)

        async with self._turn:
            await self._end()
            self._hotkey = hotkey
            try:
                await to_thread.run_sync(hotkey.start, send)
            except HotkeyError as error:
                log.warning("no hotkey: %s", error, extra=about(Subject.HOTKEY))
                return False
        return True

    async def close(self) -> None:
        """Watch no more."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        if self._hotkey is not None:
            await to_thread.run_sync(self._hotkey.stop)
            self._hotkey = None
