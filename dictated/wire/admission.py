"""Whether a service lets us in: found out when listening starts, before the first utterance needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from dictated.errors import TranscriberError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FRESH_S = 30.0
"""Seconds after a good answer in which key and connection are taken to be still good."""

WARM_S = 10.0
"""Seconds that asking may take: who starts to speak waits for it."""


@dataclass
class _Asking:
    """That somebody asks, and what came of it; neither a fault nor a good answer where it was given up."""

    over: anyio.Event = field(default_factory=anyio.Event)
    fault: TranscriberError | None = None


class Admission:
    """One service's door: `unlock` reads the key, `enter` asks the service whether it is good."""

    def __init__(
        self, name: str, unlock: Callable[[], Awaitable[None]], enter: Callable[[], Awaitable[object]]
    ) -> None:
        self._name = name
        self._unlock = unlock
        self._enter = enter
        self._unlocked = False
        self._good_until = float("-inf")  # on the clock of anyio
        self._asking: _Asking | None = None

    async def warm(self) -> None:
        """Read the key and have it let in, unless the last good answer was a moment ago.

        Who comes while another asks takes the answer to that.

        Raises:
            TranscriberError: the service does not let us in, or does not answer.
        """
        while (asking := self._asking) is not None:
            await asking.over.wait()
            if asking.fault is not None:
                raise asking.fault
        if anyio.current_time() >= self._good_until:
            await self._ask()

    async def _ask(self) -> None:
        self._asking = asking = _Asking()
        try:
            await self._be_let_in()
        except TranscriberError as error:
            asking.fault = error
            raise
        finally:
            self._asking = None
            asking.over.set()

    async def _be_let_in(self) -> None:
        await self.unlock()
        try:
            with anyio.fail_after(WARM_S):
                await self._enter()
        except TimeoutError as error:
            raise TranscriberError(
                f"{self._name}: no answer within {WARM_S:g} s to the question whether the key is good;"
                " check the network",
                retryable=True,
            ) from error
        self.good()

    async def unlock(self) -> None:
        """Read the key, whether or not it was read before: it may have been changed."""
        await self._unlock()
        self._unlocked = True

    async def be_unlocked(self) -> None:
        """Read the key if it was not read yet."""
        if not self._unlocked:
            await self.unlock()

    def good(self) -> None:
        """Take note of a good answer."""
        self._good_until = anyio.current_time() + FRESH_S
