"""Keeps the icon in the tray: registers it with whoever shows a tray, and answers him.

The host's side is org.kde.StatusNotifierWatcher (freedesktop.org, "Status Notifier Item"). It may be absent,
come later, go and return: the bus tells. A desktop without one costs one line in the log and nothing else.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import anyio
from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    MessageFlag,
    MessageType,
    message_bus,
    new_method_call,
)

from dictated.persistence import Persistence
from dictated.sessionbus import BusError, SessionBus
from dictated.tray.item import Item
from dictated.tray.look import look
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from anyio.abc import TaskGroup
    from jeepney import Message

    from dictated.types import Wish

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""How long the bus may take to let us in, and the host to take the icon."""

FIRST_RETRY_S = 1.0
MOST_RETRY_S = 60.0
"""How long a bus that was away is left alone, at first and at most."""

CALLS = 64
"""Calls that wait to be answered; what comes beyond is not answered."""

LENGTH = 200
"""Characters of a reason that are logged."""

WATCHER = "org.kde.StatusNotifierWatcher"
_WATCHER = DBusAddress("/StatusNotifierWatcher", WATCHER, WATCHER)
_DO_NOT_QUEUE = 4


def _comings() -> MatchRule:
    """The signal that the watcher has come or gone."""
    rule = MatchRule(
        type="signal",
        sender="org.freedesktop.DBus",
        interface="org.freedesktop.DBus",
        member="NameOwnerChanged",
        path="/org/freedesktop/DBus",
    )
    rule.add_arg_condition(0, WATCHER)
    return rule


class Tray:
    """An icon that shows each status it is given. Everything is called on the loop's thread."""

    def __init__(
        self,
        environ: Mapping[str, str],
        send: Callable[[Wish], object],
        noticed: Callable[[], object],
        *,
        timeout_s: float = TIMEOUT_S,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        """`environ` names the session bus; `send` takes what the user asks for by the icon and its menu.

        `noticed` is told when the user has looked at what the icon said.
        """
        self._environ = environ
        self._timeout_s = timeout_s
        self._persistence = Persistence(first_retry_s, MOST_RETRY_S)
        self._item = Item(send, noticed)
        self._bus: SessionBus | None = None
        self._calls: list[Message] = []
        self._signals: list[Message] = []
        self._news = anyio.Event()  # there is something to send
        self._host_came = anyio.Event()
        self._failing = False  # this was said; it is not said again before the icon was shown

    async def run(self, statuses: AsyncIterator[dict[str, Any]]) -> None:
        """Show each status until there are no more, then take the icon away; never fails."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stay)
            async for status in statuses:
                self._show(status)
            tasks.cancel_scope.cancel()

    def _show(self, status: dict[str, Any]) -> None:
        signals = self._item.change(look(status))
        if self._bus is not None:
            self._signals = [s for s in self._signals if _kind(s) not in map(_kind, signals)] + signals
            self._news.set()

    async def _stay(self) -> None:
        """Connect, and again whenever the bus has ended."""
        while True:
            async with anyio.create_task_group() as serving:
                try:
                    await self._connect_and_serve(serving)
                finally:
                    self._hang_up()
                serving.cancel_scope.cancel()
            now = anyio.current_time()
            await anyio.sleep_until(self._persistence.again_at(now))

    async def _connect_and_serve(self, serving: TaskGroup) -> None:
        """Return when there is no connection, or none any more."""
        async with anyio.create_task_group() as listening:
            try:
                with anyio.fail_after(self._timeout_s):
                    self._bus = await SessionBus.open(self._environ, listening, _comings(), self._hear)
                    await self._bus.call(message_bus.RequestName(_name(), _DO_NOT_QUEUE))
            except (BusError, TimeoutError) as error:
                self._complain(error)
                self._hang_up()
                return
            self._persistence.came_back(anyio.current_time())
            self._host_came.set()
            serving.start_soon(self._answer, self._bus)
            serving.start_soon(self._register, self._bus)
        self._complain(BusError("the session bus has ended"))

    def _hang_up(self) -> None:
        bus, self._bus = self._bus, None
        self._calls.clear()
        self._signals.clear()
        if bus is not None:
            bus.close()

    def _hear(self, message: Message) -> None:
        """Note a call, to be answered, or that a watcher has come."""
        match message.header.message_type, message.body:
            case MessageType.method_call, _ if len(self._calls) < CALLS:
                self._calls.append(message)
                self._news.set()
            case MessageType.signal, (str(name), str(), str(owner)) if name == WATCHER and owner:
                self._host_came.set()

    async def _answer(self, bus: SessionBus) -> None:
        """Send what is to be sent, until the connection ends."""
        try:
            while True:
                await self._news.wait()
                self._news = anyio.Event()
                while self._calls:
                    call = self._calls.pop(0)
                    answer = self._item.answer(call)
                    if not call.header.flags & MessageFlag.no_reply_expected:
                        await bus.post(answer)
                while self._signals:
                    await bus.post(self._signals.pop(0))
        except BusError:
            bus.close()  # then who listens to it finds that it has ended

    async def _register(self, bus: SessionBus) -> None:
        """Hand the icon to every watcher that comes."""
        while True:
            await self._host_came.wait()
            self._host_came = anyio.Event()
            call = new_method_call(_WATCHER, "RegisterStatusNotifierItem", "s", (_name(),))
            call.header.flags = MessageFlag.no_auto_start  # not to have another desktop's service started
            try:
                with anyio.fail_after(self._timeout_s):
                    await bus.call(call)
            except (BusError, TimeoutError) as error:
                self._complain(error)
            else:
                log.debug("the icon is in the tray")
                self._failing = False

    def _complain(self, error: BusError | TimeoutError) -> None:
        reason = tidy(str(error))[:LENGTH] or f"no answer within {self._timeout_s:g} s"
        log.log(logging.DEBUG if self._failing else logging.INFO, "no tray icon: %s", reason)
        self._failing = True


def _name() -> str:
    """The name the specification gives an item: its process, and which of its icons."""
    return f"org.kde.StatusNotifierItem-{os.getpid()}-1"


def _kind(signal: Message) -> object:
    return signal.header.fields[HeaderFields.member]
