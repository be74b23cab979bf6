"""When nothing more happens by itself."""

from __future__ import annotations

import anyio
import anyio.to_thread
from anyio import lowlevel


async def everything_rests() -> None:
    """Wait until every other task waits, and none of them for a thread."""
    await anyio.wait_all_tasks_blocked()
    while anyio.to_thread.current_default_thread_limiter().borrowed_tokens:
        await lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()
