"""Shows notices on the desktop, through the notification service of the user's session.

The protocol is the Desktop Notifications Specification, version 1.3, over D-Bus
(https://specifications.freedesktop.org/notification/latest/). A desktop without such a service, or without
an answer, costs one line in the log and nothing else.
"""

from __future__ import annotations

import html
import logging
from functools import partial
from typing import TYPE_CHECKING

import anyio
from jeepney import DBusAddress, HeaderFields, MatchRule, new_method_call

from dictated.sessionbus import BusError, SessionBus
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anyio.abc import TaskGroup
    from jeepney import Message

    from dictated.notice import Notice, Subject

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""How long one notice may take, from the connection to the service's answer."""

LENGTH = 300
"""Characters of a summary, and of a body, that are shown."""

ICON = "audio-input-microphone"
"""A name of the Icon Naming Specification, which every theme has."""

_SERVICE = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_CLOSED = MatchRule(type="signal", sender=_SERVICE, interface=_SERVICE, member="NotificationClosed")
_NORMAL, _CRITICAL = 1, 2
_AS_THE_SERVICE_LIKES = -1  # how long it is shown; what is critical stays until the user has seen it


class Notifier:
    """Shows the newest notice of each subject. Everything is called on the loop's thread."""

    def __init__(self, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        """`environ` names the session bus."""
        self._environ = environ
        self._timeout_s = timeout_s
        self._waiting: dict[Subject, Notice | None] = {}  # None: what is shown of it is to go
        self._told = anyio.Event()
        self._bus: SessionBus | None = None
        self._owner = ""  # who shows them: a name on this bus that no other service will ever have
        self._shown: dict[Subject, tuple[int, Notice]] = {}  # on the screen, by the owner's numbers
        self._failing = False  # this was said; it is not said again before one was shown

    def tell(self, notice: Notice) -> None:
        """Have this shown, in the place of what is shown of its subject; returns at once, never fails."""
        self._put(notice.subject, notice)

    def withdraw(self, subject: Subject) -> None:
        """Have what is shown of this closed: it no longer holds; returns at once, never fails."""
        self._put(subject, None)

    async def run(self) -> None:
        """Show what is told, until cancelled; what is on the screen by then stays there."""
        async with anyio.create_task_group() as tasks:
            try:
                while True:
                    await self._told.wait()
                    self._told = anyio.Event()
                    while self._waiting:
                        subject = next(iter(self._waiting))
                        await self._carry_out(subject, self._waiting.pop(subject), tasks)
            finally:
                self._hang_up()

    def _put(self, subject: Subject, notice: Notice | None) -> None:
        self._waiting[subject] = notice
        self._told.set()

    async def _carry_out(self, subject: Subject, notice: Notice | None, tasks: TaskGroup) -> None:
        try:
            with anyio.fail_after(self._timeout_s):
                if notice is None:
                    await self._close(subject)
                else:
                    await self._show(notice, await self._connection(tasks))
                    self._failing = False
        except TimeoutError:
            self._complain(f"no answer within {self._timeout_s:g} s")
        except BusError as error:
            self._complain(tidy(str(error))[:LENGTH])

    def _complain(self, reason: str) -> None:
        log.log(logging.DEBUG if self._failing else logging.INFO, "no desktop notifications: %s", reason)
        self._failing = True

    async def _connection(self, tasks: TaskGroup) -> SessionBus:
        if self._bus is not None and not self._bus.alive:
            self._hang_up()
        if self._bus is None:
            self._bus = await SessionBus.open(self._environ, tasks, _CLOSED, self._hear)
        return self._bus

    def _hang_up(self) -> None:
        bus, self._bus, self._owner = self._bus, None, ""
        if bus is not None:
            bus.close()

    async def _show(self, notice: Notice, bus: SessionBus) -> None:
        """Show it, unless it is on the screen.

        Who hangs is asked what he can do, again and again, and not to show all of it when he wakes up.
        """
        answer = await bus.call(new_method_call(DBusAddress(_PATH, _SERVICE, _SERVICE), "GetCapabilities"))
        owner = answer.header.fields[HeaderFields.sender]
        if owner != self._owner:  # the numbers of another service are those of others' notices
            self._owner = owner
            self._shown.clear()
        number, shown = self._shown.get(notice.subject, (0, None))
        if shown != notice:
            body = _plain(notice.body)
            if any("body-markup" in part for part in answer.body if isinstance(part, list)):
                body = html.escape(body, quote=False)
            message = self._message("Notify", "susssasa{sv}i", _arguments(notice, body, number))
            await bus.call(message, partial(self._note, notice))

    async def _close(self, subject: Subject) -> None:
        number, _ = self._shown.pop(subject, (0, None))
        if number and self._bus is not None and self._bus.alive:
            await self._bus.post(self._message("CloseNotification", "u", (number,)))

    def _message(self, method: str, signature: str, arguments: tuple[object, ...]) -> Message:
        return new_method_call(DBusAddress(_PATH, self._owner, _SERVICE), method, signature, arguments)

    def _note(self, notice: Notice, answer: Message) -> None:
        """Note under which number it is shown."""
        match answer.body:
            case (int(number),):
                self._shown[notice.subject] = (number, notice)

    def _hear(self, message: Message) -> None:
        """Note that one is no longer on the screen."""
        if message.header.fields.get(HeaderFields.member) == "NotificationClosed":
            for subject, (number, _) in list(self._shown.items()):
                if message.body[:1] == (number,):
                    del self._shown[subject]


def _plain(text: str) -> str:
    return tidy(text)[:LENGTH]


def _arguments(notice: Notice, body: str, replaces: int) -> tuple[object, ...]:
    """Return what Notify takes."""
    hints = {"urgency": ("y", _CRITICAL if notice.urgent else _NORMAL)}
    return ("dictated", replaces, ICON, _plain(notice.summary), body, [], hints, _AS_THE_SERVICE_LIKES)
