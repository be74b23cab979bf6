"""When what has failed is worth another try."""

from __future__ import annotations

import math

import anyio
from anyio import CancelScope


class Resending:
    """Due `first_s` seconds after a failure, then twice as long each time, up to `most_s`.

    While something waits, it is due as well as soon as other words arrive, for whatever was in the way is
    gone: at most once every `first_s`. It is due at once when told.
    """

    def __init__(self, first_s: float, most_s: float) -> None:
        self._first_s = min(first_s, most_s)
        self._most_s = most_s
        self._wait_s = self._first_s
        self._waits = False  # something has failed since it was last due
        self._next = math.inf  # when it is due, by the event loop's clock
        self._last = -math.inf
        self._told = anyio.Event()
        self._pause: CancelScope | None = None

    def now(self) -> None:
        """Be due at once."""
        self._told.set()

    def failed(self) -> None:
        """Take note that something has failed."""
        self._waits = True
        if self._next == math.inf:
            self._be_due(anyio.current_time() + self._wait_s)
            self._wait_s = min(2 * self._wait_s, self._most_s)

    def worked(self) -> None:
        """Take note that words have arrived."""
        self._wait_s = self._first_s
        if self._waits:
            self._be_due(self._last + self._first_s)

    async def due(self) -> None:
        """Wait for it; what fails from then on makes it due once more."""
        with CancelScope(deadline=self._next) as self._pause:
            await self._told.wait()
        self._told = anyio.Event()
        self._last = anyio.current_time()
        self._next = math.inf
        self._waits = False

    def _be_due(self, moment: float) -> None:
        self._next = min(self._next, moment)
        if self._next <= anyio.current_time():
            self.now()
        elif self._pause:
            self._pause.deadline = self._next
