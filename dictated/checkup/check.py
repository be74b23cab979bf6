"""Looks at one thing after the other, each within its time, whatever became of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.checkup.finding import Finding, Grade, Part, of_error
from dictated.errors import DictatedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Check:
    """Looks at one thing; `look` may block, in a thread that is left behind after `within_s` seconds."""

    what: str
    look: Callable[[], Sequence[Finding]]
    within_s: float
    part: Part | None = None


class Checkup:
    """Carries out checks."""

    def __init__(self) -> None:
        self.stuck = False
        """Whether a thread was left behind, which would keep the process from ending."""

    async def run(self, checks: Sequence[Check], tell: Callable[[Finding], None]) -> None:
        """Tell each finding as soon as it is there."""
        for check in checks:
            for finding in await self._findings(check):
                tell(finding)

    async def _findings(self, check: Check) -> Sequence[Finding]:
        found: Sequence[Finding] = ()
        with anyio.move_on_after(check.within_s) as scope:
            try:
                found = await to_thread.run_sync(check.look, abandon_on_cancel=True)
            except (DictatedError, OSError) as error:
                found = [of_error(check.what, error, part=check.part)]
        if not scope.cancelled_caught:
            return found
        self.stuck = True
        said = f"it does not answer: given up after {check.within_s:g} s"
        return [Finding(check.what, Grade.FAIL, said, part=check.part)]
