"""Types the words into the focused window (X11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from dictated.x11.ownkeys import OwnKeys
from dictated.x11.typist import Typist

if TYPE_CHECKING:
    from dictated import config
    from dictated.types import Transcript


class TypeSink:
    """Types each transcript and `join` after it, in a thread, each at most once.

    Give the hotkeys the same `own`, so that they do not take our key presses for a hand's.
    """

    name = "type"

    def __init__(self, settings: config.TypeSink, join: str, own: OwnKeys | None = None) -> None:
        self._join = join
        self._typist = Typist(
            modifier_wait=settings.modifier_wait_ms / 1000,
            settle=settings.settle_ms / 1000,
            own=own or OwnKeys(),
        )
        self._one = anyio.CapacityLimiter(1)

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; returns when the server has taken the last key.

        Raises:
            NoDisplayError: there is no X server, or no X11 window has the keyboard; nothing was typed.
            SinkError: typing broke off; an unknown part was typed.
        """
        await anyio.to_thread.run_sync(self._typist.type, transcript.text + self._join, limiter=self._one)

    async def close(self) -> None:
        """Give back the keys that were borrowed, and disconnect."""
        await anyio.to_thread.run_sync(self._typist.close, limiter=self._one)
