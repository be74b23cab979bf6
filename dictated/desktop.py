"""What the user's desktop shows and tells: notices, the tray's icon, cues, whether the screen is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from dictated.accessibility.reader import Reader
from dictated.config import Feedback
from dictated.cues.cues import Cues
from dictated.lock import Lock
from dictated.notifier import Notifier
from dictated.tray.tray import Tray
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dictated.config import Config
    from dictated.session import Session
    from dictated.types import Wish


class Desktop:
    """Runs beside the session for as long as the daemon lives. Everything is called on the loop's thread."""

    def __init__(self, environ: Mapping[str, str], session: Session, send: Callable[[Wish], object]) -> None:
        """`environ` names the buses and the sound server; `send` takes what the tray's menu asks for."""
        self.notifier = Notifier(environ)
        self.lock = Lock(environ, self._locked)
        self.reader = Reader(environ)
        self._environ = environ
        self._session = session
        self._send = send
        self._feedback = Feedback()
        self._listens_when_locked = True
        self._changed = anyio.Event()

    def take(self, config: Config) -> None:
        """Do as this configuration says, from now on."""
        self._listens_when_locked = config.audio.listen_when_locked
        if config.feedback != self._feedback:
            self._feedback = config.feedback
            self._changed.set()

    async def run(self) -> None:
        """Show and tell until cancelled; whatever a desktop lacks is done without."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.notifier.run)
            tasks.start_soon(self.lock.run)
            tasks.start_soon(self.reader.run)
            while True:
                self._changed = anyio.Event()
                async with anyio.create_task_group() as shown:
                    if self._feedback.tray:
                        tray = Tray(self._environ, self._send, self._session.noticed)
                        shown.start_soon(tray.run, self._session.bulletin.follow())
                    if self._feedback.sounds and self._feedback.volume:
                        cues = Cues(self._environ, self._feedback.volume)
                        shown.start_soon(cues.run, self._session.bulletin.follow())
                    await self._changed.wait()
                    shown.cancel_scope.cancel()

    def _locked(self, locked: bool) -> None:  # noqa: FBT001 (what Lock calls)
        if not locked:
            self._session.submit(Command.RESUME)
        elif not self._listens_when_locked:
            self._session.submit(Command.PAUSE)
