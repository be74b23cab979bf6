"""Whether the screen is locked, as systemd-logind tells it: what is typed then would go to the lock screen.

logind knows it from the desktop, which sets `LockedHint` of the session (org.freedesktop.login1(5)): GNOME,
KDE Plasma and elementary OS do. swaylock, i3lock and hyprlock do not; under them the screen counts
as unlocked, unless whatever starts them calls SetLockedHint. The signals Lock and Unlock are requests to a
locker, not what has become of them, and so are not believed.
"""

from __future__ import annotations

import logging
import os
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import anyio
from jeepney import DBusAddress, MatchRule, Properties, message_bus, new_method_call

from dictated.sessionbus import BusError, SessionBus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from anyio.abc import TaskGroup
    from jeepney import Message

log = logging.getLogger(__name__)

ANSWER_S = 2.0
"""How long connecting may take, and how long asking may."""

AGAIN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""How long is waited before a bus that went, or never was, is tried again; the last holds from there on."""

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
"""Where it is unless $DBUS_SYSTEM_BUS_ADDRESS says otherwise (D-Bus Specification, "System message bus")."""

_SERVICE = "org.freedesktop.login1"
_MANAGER = DBusAddress("/org/freedesktop/login1", _SERVICE, "org.freedesktop.login1.Manager")
_NONE = "/"  # the path of a user's session where the user has none
_NEWS = MatchRule(type="signal", sender=_SERVICE)
_COMES_OR_GOES = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
_COMES_OR_GOES.add_arg_condition(0, _SERVICE)


def _nothing(_: bool) -> None:  # noqa: FBT001  (what a callback is given)
    """Do nothing."""


class Lock:
    """Knows whether the screen is locked, while `run` runs. Everything is called on the loop's thread.

    Where nobody tells, it is not. Where the bus has gone, what was known last holds until it is back: words
    that are held can be had again, words typed into a lock screen cannot.
    """

    def __init__(self, environ: Mapping[str, str], changed: Callable[[bool], None] = _nothing) -> None:
        """`changed` is told when the screen has been locked (True) or unlocked (False)."""
        self.locked = False
        self._environ = environ
        self._changed = changed
        self._news = anyio.Event()
        self._pauses = _pauses()

    async def run(self) -> None:
        """Follow the lock until cancelled; never fails."""
        async with anyio.create_task_group() as tasks:
            while True:
                try:
                    await self._follow(tasks)
                except TimeoutError:
                    log.debug("logind does not answer within %g s", ANSWER_S)
                except BusError as error:
                    log.debug("whether the screen is locked is not known: %s", error)
                await anyio.sleep(next(self._pauses))

    async def _follow(self, tasks: TaskGroup) -> None:
        """Follow it over one connection.

        Raises:
            BusError: there is none, or it has ended.
            TimeoutError: it does not answer.
        """
        with anyio.fail_after(ANSWER_S):
            bus = await SessionBus.open(_system(self._environ), tasks, _NEWS, self._hear)
        try:
            tasks.start_soon(self._hear_end, bus)
            with anyio.fail_after(ANSWER_S):
                await bus.call(message_bus.AddMatch(_COMES_OR_GOES))
            while True:
                self._news = anyio.Event()
                with anyio.fail_after(ANSWER_S):
                    self._take(locked=await self._ask_locked(bus))
                self._pauses = _pauses()
                await self._news.wait()
        finally:
            bus.close()

    def _hear(self, _: Message) -> None:
        """Look again, whatever it says: a lock, another session, logind's own start. It seldom says much."""
        self._news.set()

    async def _hear_end(self, bus: SessionBus) -> None:
        await bus.ended.wait()
        self._news.set()

    def _take(self, *, locked: bool) -> None:
        if locked != self.locked:
            log.debug("the screen is %s", "locked" if locked else "unlocked")
            self.locked = locked
            self._changed(locked)

    async def _ask_locked(self, bus: SessionBus) -> bool:
        session = await self._session(bus)
        if session is None:
            log.debug("logind knows no session of ours: the screen counts as unlocked")
            return False
        return await _property(bus, session, "Session", "LockedHint") is True

    async def _session(self, bus: SessionBus) -> str | None:
        """Return the path of the session this process is in, else that of the user's screen.

        A service of the user's systemd is in none, and its XDG_SESSION_ID may be that of an earlier login.
        """
        named = self._environ.get("XDG_SESSION_ID")
        ours = [new_method_call(_MANAGER, "GetSession", "s", (named,))] if named else []
        for question in (*ours, new_method_call(_MANAGER, "GetSessionByPID", "u", (os.getpid(),))):
            path = await _answer(bus, question)
            if isinstance(path, str):
                return path
        user = await _answer(bus, new_method_call(_MANAGER, "GetUser", "u", (os.getuid(),)))
        match await _property(bus, user, "User", "Display") if isinstance(user, str) else None:
            case (str(), str(path)) if path != _NONE:
                return path
        return None


def _pauses() -> Iterator[float]:
    return chain(AGAIN_S, repeat(AGAIN_S[-1]))


def _system(environ: Mapping[str, str]) -> dict[str, str]:
    """Name the system bus in the place of the session's."""
    return {"DBUS_SESSION_BUS_ADDRESS": environ.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS}


async def _property(bus: SessionBus, path: str, interface: str, name: str) -> Any:
    """Return the value of a property of logind's, None where it does not give it."""
    address = DBusAddress(path, _SERVICE, f"{_SERVICE}.{interface}")
    match await _answer(bus, Properties(address).get(name)):
        case (str(), value):
            return value
    return None


async def _answer(bus: SessionBus, message: Message) -> Any:
    """Return the first value of the answer; None where it is an error, as when nobody is there to answer.

    Raises:
        BusError: the bus has ended.
    """
    try:
        answer = await bus.call(message)
    except BusError:
        if not bus.alive:
            raise
        return None
    return answer.body[0] if answer.body else None
