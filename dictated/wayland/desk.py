"""The desk of a desktop's portals: asks there, waits for what the user says, and hears what comes after.

The protocol is that of the XDG Desktop Portal documentation, "Requests" and "Sessions"
(https://flatpak.github.io/xdg-desktop-portal/docs/).
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
from jeepney import DBusAddress, HeaderFields, MatchRule, Properties, message_bus, new_method_call

from dictated.desktopfile import APP_ID
from dictated.sessionbus import BusError, SessionBus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from anyio.abc import TaskGroup
    from jeepney import Message

    Options = Mapping[str, tuple[str, object]]
    Hear = Callable[[str, tuple[Any, ...]], None]

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_REQUEST = "org.freedesktop.portal.Request"
_SESSION = "org.freedesktop.portal.Session"
_REGISTRY = "org.freedesktop.host.portal.Registry"
_BUS = "org.freedesktop.DBus"

_GONE = "the desktop's portal has ended"

_GOODBYE_SECONDS = 1.0
"""How long a bus that does not read may keep us from closing a dialog or a session."""

_GRANTED, _ENDED = 0, 2
"""Responses: it was carried out; it ended without the user's having said yes or no (1 is no)."""


class DeclinedError(BusError):
    """The portal did not do it, and said so; or it was never told to."""


class RefusedError(BusError):
    """The user said no, or the desktop did for them."""


@dataclass(slots=True)
class _Response:
    """What is said to a request; nothing where the connection ended before."""

    said: tuple[Any, ...] = ()
    settled: anyio.Event = field(default_factory=anyio.Event)


class Desk:
    """One connection to one portal, with one session at most; everything is called on the loop's thread.

    `ended` is set when the session, the portal or the bus is no more.
    """

    def __init__(self, interface: str, hear: Hear) -> None:
        self.session = ""
        self.version = 0
        self.ended = anyio.Event()
        self._address = DBusAddress(_PATH, _PORTAL, interface)
        self._tell = hear
        self._bus: SessionBus
        self._calls: set[anyio.CancelScope] = set()
        self._owner = ""  # the portal's own name on this bus, which no other program will ever have
        self._awaited: dict[str, _Response] = {}

    @classmethod
    async def open(cls, environ: Mapping[str, str], tasks: TaskGroup, interface: str, hear: Hear) -> Desk:
        """Connect to that portal, listening as some of `tasks`; the caller bounds the time, and closes.

        `hear` is given name and body of the portal's signals that are of our session.

        Raises:
            BusError: there is no bus, or no such portal on it.
        """
        desk = cls(interface, hear)
        owner_changed = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
        owner_changed.add_arg_condition(0, _PORTAL)
        desk._bus = await SessionBus.open(environ, tasks, owner_changed, desk._hear)
        with ExitStack() as undo:
            undo.callback(desk.close)
            tasks.start_soon(desk._watch)
            for heard in (_REQUEST, _SESSION, interface):
                rule = MatchRule(type="signal", sender=_PORTAL, interface=heard)
                await desk._bus.call(message_bus.AddMatch(rule))
            await desk._greet()
            undo.pop_all()
        return desk

    def close(self) -> None:
        """End the connection at once; the portal ends our session with it."""
        self._bus.close()

    async def create_session(self, name: str) -> None:
        """Open the session, whose path ends in `name`.

        Raises:
            BusError: there will be none.
        """
        results = await self.ask("CreateSession", "a{sv}", options={"session_handle_token": ("s", name)})
        match results.get("session_handle"):
            case (_, str(path)):
                self.session = path
            case _:
                raise BusError("the portal opened no session")

    async def call(self, method: str, signature: str, *arguments: object) -> Message:
        """Call a method that answers at once.

        Raises:
            DeclinedError: it was not done.
            BusError: whether it was done is not known.
        """
        if self.ended.is_set():
            raise DeclinedError(_GONE)
        with anyio.CancelScope() as scope:
            self._calls.add(scope)
            try:
                return await self._bus.call(new_method_call(self._address, method, signature, arguments))
            except BusError as error:
                if self.ended.is_set() or not self._bus.alive:
                    raise
                raise DeclinedError(str(error)) from error
            finally:
                self._calls.discard(scope)
        raise BusError(_GONE)

    async def ask(
        self, method: str, signature: str, *arguments: object, options: Options | None = None
    ) -> dict[str, Any]:
        """Ask what a dialog may have to be shown for, and return the results; `options` come last.

        The caller bounds the time; when that is over, the dialog is closed.

        Raises:
            RefusedError: the user said no.
            BusError: it did not work.
        """
        token = f"dictated_{secrets.token_hex(8)}"
        response = self._awaited[token] = _Response()
        handle = ""
        try:
            known = {**(options or {}), "handle_token": ("s", token)}
            answer = await self.call(method, signature, *arguments, known)
            handle = answer.body[0]
            await response.settled.wait()
        finally:
            del self._awaited[token]
            if handle and not response.settled.is_set():
                await self.post(handle, _REQUEST, "Close")
        return _results(response)

    async def post(self, path: str, interface: str, method: str) -> None:
        """Call a method of a request or a session whose answer matters to nobody; never fails."""
        with anyio.move_on_after(_GOODBYE_SECONDS, shield=True), suppress(BusError):
            await self._bus.post(new_method_call(DBusAddress(path, _PORTAL, interface), method))

    async def end_session(self) -> None:
        """Close the session, so that the desktop lets go of its keys; never fails."""
        if self.session:
            await self.post(self.session, _SESSION, "Close")

    async def _greet(self) -> None:
        """Say who we are, where that is asked, before anything else; and look whether the portal is there."""
        registry = DBusAddress(_PATH, _PORTAL, _REGISTRY)
        with suppress(BusError):  # older than 1.19.4, or no desktop file of ours is installed
            await self._bus.call(new_method_call(registry, "Register", "sa{sv}", (APP_ID, {})))
        answer = await self._bus.call(Properties(self._address).get("version"))
        self._owner = answer.header.fields[HeaderFields.sender]
        self.version = answer.body[0][1]

    async def _watch(self) -> None:
        await self._bus.ended.wait()
        self._end()

    def _hear(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        sender, member = fields.get(HeaderFields.sender), fields.get(HeaderFields.member)
        path = fields.get(HeaderFields.path, "")
        if sender == _BUS and member == "NameOwnerChanged" and body == (_PORTAL, self._owner, ""):
            self._end()
        elif sender != self._owner:
            return
        elif member == "Response":
            self._settle(path.rpartition("/")[2], body)
        elif member == "Closed" and path == self.session:
            self._end((_ENDED, {}))  # some portals say so before they answer that the user said no
        elif path == _PATH and body[:1] == (self.session,):
            self._tell(member, body)

    def _settle(self, token: str, said: tuple[Any, ...]) -> None:
        response = self._awaited.get(token)
        if response is not None:
            response.said = said
            response.settled.set()

    def _end(self, said: tuple[Any, ...] = ()) -> None:
        self.ended.set()
        for token in self._awaited:
            self._settle(token, said)
        if not said:  # a bus does not always say that nobody will answer
            for scope in self._calls:
                scope.cancel()


def _results(response: _Response) -> dict[str, Any]:
    match response.said:
        case (int(code), dict(results)) if code == _GRANTED:
            return results
        case (int(), dict()):
            raise RefusedError("it was not allowed on the desktop")
    raise BusError(_GONE)
