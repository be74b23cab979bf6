"""The accessibility bus: asks the objects of windows there, and hears that the text of one has changed.

The interfaces are those of at-spi2-core (its folder xml/). Only what screen readers ask is asked: Qt 5 ends
with a crash where all properties of an object are asked for at once.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import anyio
from jeepney import DBusAddress, HeaderFields, MatchRule, MessageFlag, message_bus, new_method_call

from dictated.sessionbus import BusError, SessionBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from anyio.abc import TaskGroup
    from jeepney import Message

_LAUNCHER = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
_REGISTRY = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
_EVENT = "object:text-changed:insert"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_GOODBYE_S = 0.1  # what it may take to ask for no more events

# A connection has to ask for some signal; those that are needed are asked for when they are.
_RAREST = MatchRule(type="signal", sender=_REGISTRY.bus_name, member="Unused")


class Node(NamedTuple):
    """An object of a program: a window, an entry."""

    owner: str  # the program's name on the bus
    path: str


DESKTOP = Node("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
"""The object whose children are the programs."""


class Ear:
    """Knows whether something was heard since it was last asked."""

    def __init__(self) -> None:
        self._heard = anyio.Event()

    def hear(self) -> None:
        """Something came."""
        self._heard.set()

    async def wait(self) -> None:
        """Return when something has come since the last return."""
        await self._heard.wait()
        self._heard = anyio.Event()


class AccessibilityBus:
    """One connection; everything is called on the loop's thread, and the caller bounds the time."""

    def __init__(self) -> None:
        self._bus: SessionBus
        self._ears: dict[Node, Ear] = {}

    @classmethod
    async def open(cls, environ: Mapping[str, str], tasks: TaskGroup) -> AccessibilityBus:
        """Connect to the bus that the session bus names, if it runs: none is started.

        Raises:
            BusError: there is none.
        """
        session = await SessionBus.open(environ, tasks, _RAREST, lambda _: None)
        try:
            answer = await session.call(_quietly(new_method_call(_LAUNCHER, "GetAddress")))
        finally:
            session.close()
        if not answer.body or not isinstance(answer.body[0], str):
            raise BusError("the accessibility bus has no address")
        bus = cls()
        address = {"DBUS_SESSION_BUS_ADDRESS": answer.body[0]}
        bus._bus = await SessionBus.open(address, tasks, _RAREST, bus._hear)
        return bus

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._bus.alive

    def close(self) -> None:
        """End the connection at once."""
        self._bus.close()

    async def ask(
        self, node: Node, interface: str, method: str, signature: str | None = None, *arguments: object
    ) -> object:
        """Return the first value of the answer.

        Raises:
            BusError: it is an error, or there is none.
        """
        address = DBusAddress(node.path, node.owner, f"org.a11y.atspi.{interface}")
        answer = await self._bus.call(_quietly(new_method_call(address, method, signature, arguments)))
        return answer.body[0] if answer.body else None

    async def number(self, node: Node, interface: str, name: str) -> int:
        """Return a property that is a number.

        Raises:
            BusError: there is no such property, or no answer.
        """
        address = DBusAddress(node.path, node.owner, _PROPERTIES)
        asked = new_method_call(address, "Get", "ss", (f"org.a11y.atspi.{interface}", name))
        match (await self._bus.call(_quietly(asked))).body:
            case ((_, int(value)),):
                return value
        raise BusError(f"{name} is no number")

    @asynccontextmanager
    async def listening(self, node: Node) -> AsyncIterator[Ear]:
        """Hear that text is put into this object for as long as the block; its program tells only then.

        Raises:
            BusError: the bus does not let us.
        """
        rule = MatchRule(
            type="signal",
            sender=node.owner,
            path=node.path,
            interface="org.a11y.atspi.Event.Object",
            member="TextChanged",
        )
        await self._bus.call(message_bus.AddMatch(rule))
        await self._bus.call(_quietly(new_method_call(_REGISTRY, "RegisterEvent", "s", (_EVENT,))))
        ear = self._ears[node] = Ear()
        try:
            yield ear
        finally:
            self._ears.pop(node, None)
            with anyio.move_on_after(_GOODBYE_S, shield=True):
                await self._bus.post(new_method_call(_REGISTRY, "DeregisterEvent", "s", (_EVENT,)))
                await self._bus.post(message_bus.RemoveMatch(rule))

    def _hear(self, message: Message) -> None:
        """Note that something came; what it says is not read."""
        fields = message.header.fields
        node = Node(str(fields.get(HeaderFields.sender)), str(fields.get(HeaderFields.path)))
        if node in self._ears:
            self._ears[node].hear()


def _quietly(message: Message) -> Message:
    """Have no program started for this question."""
    message.header.flags = MessageFlag.no_auto_start
    return message
