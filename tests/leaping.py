"""An event loop whose clock leaps to the next appointment: what takes a minute is tested in no time, exactly."""

from __future__ import annotations

import asyncio
import selectors


class _LeapingSelector(selectors.SelectSelector):
    """Instead of waiting, puts the clock forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        if not ready:
            self.now += timeout or 0.0
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """For tests without threads and sockets: nobody else lives in its time."""

    def __init__(self) -> None:
        self._leaping = _LeapingSelector()
        super().__init__(self._leaping)
        self._clock_resolution = 1e-9  # seconds; appointments are kept to the point

    def time(self) -> float:
        return self._leaping.now


LEAPING = ("asyncio", {"loop_factory": LeapingLoop})
"""What the fixture `anyio_backend` returns in a module whose tests live in that time."""
