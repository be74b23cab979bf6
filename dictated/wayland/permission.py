"""The user's permission to press keys for them: asked for once, kept by a token, given back at the end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread

from dictated.disk import make_private, put_whole
from dictated.errors import HeldError
from dictated.sessionbus import BusError
from dictated.wayland.desk import Desk, RefusedError
from dictated.wayland.method import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LOG = logging.getLogger(__name__)

DIALOG_SECONDS = 60.0
"""How long the user is given to answer the desktop's dialog; then it is closed."""

QUIET_SECONDS = 2.0
"""How long a permission that needs no dialog may take; some 50 ms. After that, words no longer wait."""

REFUSED_SECONDS = 3600.0
"""How long nobody is asked again who said no."""

_ANSWER_SECONDS = 5.0
"""What the portal may take to start and to open a session, before anybody is asked."""

_INTERFACE = "org.freedesktop.portal.RemoteDesktop"
_KEYBOARD = 1
_UNTIL_REVOKED = 2
_WITH_TOKENS = 2
"""The version of the interface that gives tokens."""

_TOKEN_CHARACTERS = 4096
"""A longer token is none: those of the portal are UUIDs."""


@dataclass(slots=True)
class _Attempt:
    """One session, from the first question about it to its end."""

    asked: anyio.Event = field(default_factory=anyio.Event)  # a dialog may be open
    settled: anyio.Event = field(default_factory=anyio.Event)
    desk: Desk | None = None  # with a session in which keys may be pressed
    problem: str = ""

    @property
    def over(self) -> bool:
        """Whether there is no session, and none will come of it."""
        return self.settled.is_set() and (self.desk is None or self.desk.ended.is_set())


class Permission:
    """One session at most, and one dialog at most; everything is called on the loop's thread."""

    def __init__(
        self,
        environ: Mapping[str, str],
        token: Path,
        dialog_seconds: float = DIALOG_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
        refused_seconds: float = REFUSED_SECONDS,
    ) -> None:
        """`token` is the file that keeps it; only the user can read it."""
        self._environ = environ
        self._token = token
        self._dialog_seconds = dialog_seconds
        self._quiet_seconds = quiet_seconds
        self._refused_seconds = refused_seconds
        self._refused_until = 0.0
        self._refusal = ""
        self._attempt = _Attempt()
        self._task: asyncio.Task[None] | None = None

    async def desk(self) -> Desk:
        """Return where keys may be pressed; the first time, the desktop asks the user.

        Raises:
            UnsupportedError: there is no such portal, or the user does not want it.
            HeldError: the user is being asked, and the words must not go where the dialog is.
        """
        if anyio.current_time() < self._refused_until:
            raise UnsupportedError(self._refusal)
        if self._attempt.over:
            await self.close()
        if self._task is None:
            self._attempt = _Attempt()
            self._task = asyncio.create_task(self._hold(self._attempt))
        attempt = self._attempt
        await attempt.asked.wait()
        with anyio.move_on_after(self._quiet_seconds):
            await attempt.settled.wait()
        if not attempt.settled.is_set():
            raise HeldError(
                "the desktop asks whether dictated may type: answer its dialog, then send the words again"
            )
        if attempt.desk is None:
            raise UnsupportedError(attempt.problem)
        return attempt.desk

    async def close(self) -> None:
        """End the session, and close the dialog."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _hold(self, attempt: _Attempt) -> None:
        """Get a session and keep it until it ends."""
        async with anyio.create_task_group() as tasks:
            desk: Desk | None = None
            try:
                with anyio.fail_after(_ANSWER_SECONDS):
                    desk = await Desk.open(self._environ, tasks, _INTERFACE, lambda *_: None)
                    await self._select(desk)
                attempt.asked.set()
                await self._start(desk)
                attempt.desk = desk
                attempt.settled.set()
                await desk.ended.wait()
            except TimeoutError:
                attempt.problem = f"the desktop's portal gave no answer within {_ANSWER_SECONDS:g} s"
            except BusError as error:
                attempt.problem = str(error)
            finally:
                attempt.asked.set()
                attempt.settled.set()
                if desk is not None:
                    await desk.end_session()
                    desk.close()
                tasks.cancel_scope.cancel()

    async def _select(self, desk: Desk) -> None:
        await desk.create_session("dictated")
        options: dict[str, tuple[str, object]] = {"types": ("u", _KEYBOARD)}
        if desk.version >= _WITH_TOKENS:
            options["persist_mode"] = ("u", _UNTIL_REVOKED)
            if token := await to_thread.run_sync(_read, self._token):
                options["restore_token"] = ("s", token)
        await desk.ask("SelectDevices", "oa{sv}", desk.session, options=options)

    async def _start(self, desk: Desk) -> None:
        """Have the user asked, unless the token says what they answered the last time."""
        results: dict[str, Any] = {}
        try:
            with anyio.fail_after(self._dialog_seconds):
                results = await desk.ask("Start", "osa{sv}", desk.session, "")
        except RefusedError as refusal:
            raise self._refused(
                "the desktop, or who was asked there, does not let dictated type"
            ) from refusal
        except TimeoutError as silence:
            raise self._refused(
                "nobody answered the desktop's question whether dictated may type"
            ) from silence
        if not results.get("devices", ("u", 0))[1] & _KEYBOARD:
            raise self._refused("the desktop did not give dictated the keyboard")
        if desk.version >= _WITH_TOKENS:
            _, token = results.get("restore_token", ("s", ""))
            await to_thread.run_sync(_save, self._token, token)

    def _refused(self, reason: str) -> RefusedError:
        """Return the error; nobody is asked again for a while."""
        self._refusal = f"{reason}; `dictated` asks again after a restart"
        self._refused_until = anyio.current_time() + self._refused_seconds
        return RefusedError(self._refusal)


def _read(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        token = path.read_text().strip()
        return token if token.isprintable() and len(token) <= _TOKEN_CHARACTERS else ""
    return ""


def _save(path: Path, token: str) -> None:
    """Keep the token in the place of the one before, which was used and is worth nothing; "" is none."""
    try:
        if token:
            make_private(path.parent)
            put_whole(path, token.encode(), 0o600)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        _LOG.info(
            "the desktop will ask again whether dictated may type: %s cannot be kept (%s)", path.name, error
        )
