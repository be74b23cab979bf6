"""Calls into a driver that may never return, in threads the program can end without.

A worker thread of anyio is waited for when the process ends. PortAudio does hang: when PulseAudio stops
answering, and now and then when it dies (libpulse 16.1 then waits for itself in `pa_memimport_free`).
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

import anyio

from dictated.errors import RecorderError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Aside:
    """Counts the calls that are under way, those among them that were left behind."""

    def __init__(self) -> None:
        self.under_way = 0

    async def run(self, call: Callable[[], T]) -> T:
        """Return what the call returns; cancelled, leave it behind.

        Raises:
            RecorderError: the call raised it. Any other error is a fault of the program and ends it.
        """
        loop, done = asyncio.get_running_loop(), anyio.Event()
        results: list[T] = []
        faults: list[RecorderError] = []

        def finished() -> None:
            self.under_way -= 1
            done.set()

        def work() -> None:
            try:
                results.append(call())
            except RecorderError as error:
                faults.append(error)
            finally:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(finished)

        self.under_way += 1
        threading.Thread(target=work, name="driver", daemon=True).start()
        await done.wait()
        if faults:
            raise faults[0]
        return results[0]
