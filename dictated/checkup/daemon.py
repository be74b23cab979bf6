"""Whether `dictated` runs, and what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dictated.checkup.finding import Finding, Grade, of_error, split
from dictated.client import ask
from dictated.errors import NotRunningError, RequestError
from dictated.types import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WITHIN_S = 12.0
"""A little more than `client.ANSWER_SECONDS`."""


class Daemon:
    """The daemon of this user; the other checks see by it what it holds."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self.status: dict[str, Any] = {}
        """What it answered; empty while none has."""

    @property
    def listens(self) -> bool:
        """Whether it holds the microphone."""
        return self.status.get("state") == State.LISTENING

    def look(self) -> Sequence[Finding]:
        """Ask it for its status."""
        try:
            self.status = ask(self._socket, "status")
        except NotRunningError:
            return [Finding("daemon", Grade.WARN, "it does not run", "dictated run")]
        except RequestError as error:
            return [of_error("daemon", error, mend="systemctl --user restart dictated")]
        trouble = self.status.get("error")
        if trouble:
            found, mend = split(str(trouble))
            return [Finding("daemon", Grade.WARN, f"it runs; last error: {found}", mend)]
        return [Finding("daemon", Grade.OK, f"it runs: {self.status.get('state')}")]
