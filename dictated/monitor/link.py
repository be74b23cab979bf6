"""The page's end of the control socket: follows the daemon, and finds it again when it has been away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from anyio import to_thread

from dictated.client import ask
from dictated.details import LONGEST_LINE
from dictated.errors import NotRunningError, RequestError
from dictated.monitor.report import Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from typing import Any

FIRST_WAIT_S = 0.25
"""Before a daemon that is not there is looked for again; each further wait is twice as long."""

LONGEST_WAIT_S = 2.0
"""Between two looks at most: a person is watching."""

_ADVICE = "start it with `systemctl --user start dictated` or `dictated run`"

_FOLLOW = b'{"command": "follow", "detail": true}\n'


class Link:
    """Reads what the daemon tells, and has it do what it is asked."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the control socket, which need not be there."""
        self._path = path

    async def reports(self) -> AsyncGenerator[Report, None]:
        """Yield how things stand, at each change, for ever; without a daemon, why there is none."""
        wait, told = FIRST_WAIT_S, ""
        while True:
            why = _ADVICE
            changes = self._changes()
            try:
                async for report in changes:
                    wait, told = FIRST_WAIT_S, ""
                    yield report
            except (NotRunningError, RequestError) as error:
                why = str(error)
            finally:
                await changes.aclose()
            if why != told:
                told = why
                yield Report(error=why)
            await asyncio.sleep(wait)  # nothing tells that a socket will be there
            wait = min(2 * wait, LONGEST_WAIT_S)

    async def ask(self, command: str, number: int | None = None) -> dict[str, Any]:
        """Have the daemon do it, and return its answer.

        Raises:
            NotRunningError: no daemon listens.
            RequestError: it refuses, or does not answer in time.
        """
        asking = partial(ask, self._path, command, number=number)
        return await to_thread.run_sync(asking, abandon_on_cancel=True)

    async def _changes(self) -> AsyncGenerator[Report, None]:
        """Yield what the daemon tells until it ends.

        Raises:
            NotRunningError: there is none.
            RequestError: it refuses, or tells what nobody understands.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE)
        except OSError as error:
            raise NotRunningError(_ADVICE) from error
        try:
            with suppress(OSError):  # it has ended
                writer.write(_FOLLOW)
                await writer.drain()
                while (line := await reader.readline()).endswith(b"\n"):
                    yield _report(line)
        except ValueError as error:  # of a line without an end
            raise RequestError("the daemon tells what this page cannot read; restart both") from error
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _report(line: bytes) -> Report:
    try:
        report = msgspec.json.decode(line, type=Report)
    except msgspec.DecodeError as error:
        raise RequestError(
            "the daemon is of another version than this page; restart it: `systemctl --user restart dictated`"
        ) from error
    if report.refused:
        raise RequestError(report.refused)
    return report
