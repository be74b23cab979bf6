"""Says whether typed words have arrived, where the window that has the keyboard tells (AT-SPI).

What is read is compared and forgotten: it is never logged and never kept. Passwords are not read, and
accessibility is not switched on: a window that offers no text is not asked.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio

from dictated.accessibility.bus import AccessibilityBus
from dictated.accessibility.focus import focused, state_of
from dictated.accessibility.likeness import END, MOST, alike, as_long
from dictated.sessionbus import BusError
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anyio.abc import TaskGroup

    from dictated.accessibility.bus import Node
    from dictated.accessibility.focus import Focus

log = logging.getLogger(__name__)

ASK_S = 0.2
"""What looking for the text that has the keyboard may take, before the first key; one program, half of it."""

SETTLE_S = 0.5
"""What a window is given after the last key to show the words; some 20 ms are enough where nothing hangs."""

REST_S = 30.0
"""How long nobody is asked who was away, or a program that hung."""


class Reader:
    """Looks before words are typed, and after. Everything is called on the loop's thread, while it runs."""

    def __init__(
        self,
        environ: Mapping[str, str],
        ask_s: float = ASK_S,
        settle_s: float = SETTLE_S,
        rest_s: float = REST_S,
    ) -> None:
        """`environ` names the session bus."""
        self._environ = environ
        self._ask_s = ask_s
        self._settle_s = settle_s
        self._rest_s = rest_s
        self._tasks: TaskGroup | None = None
        self._bus: AccessibilityBus | None = None
        self._away_until = -1.0  # on the loop's clock
        self._deaf: dict[str, float] = {}  # programs that hung, and until when they are not asked
        self._failing = False  # this was said; it is not said again before somebody has answered

    async def run(self) -> None:
        """Keep the connection, until cancelled; without this nothing is known of any window."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            try:
                await anyio.sleep_forever()
            finally:
                self._tasks = None
                self._hang_up()

    async def before(self) -> Focus | None:
        """Return the text that has the keyboard; None where none is offered, within `ASK_S`. Never fails."""
        if self._tasks is None or anyio.current_time() < self._away_until:
            return None
        try:
            with anyio.fail_after(self._ask_s):
                bus = await self._connection(self._tasks)
                focus, hanging = await focused(bus, self._still_deaf(), self._ask_s / 2)
        except TimeoutError:
            self._rest(f"no answer within {self._ask_s:g} s")
        except BusError as error:
            self._rest(tidy(str(error)))
        else:
            self._failing = False
            for program in hanging:
                self._spare(program)
            return focus
        return None

    async def arrived(self, before: Focus, text: str) -> bool | None:
        """Say whether this text now stands where `before` was; never fails.

        True: it does, but for what an editor improves. False: the same object has the keyboard, and within
        `SETTLE_S` nothing at all was put into it. None: neither can be told.
        """
        bus = self._bus
        if bus is None or not bus.alive:
            return None
        try:
            with anyio.fail_after(self._settle_s + self._ask_s):
                return await self._look(bus, before, text)
        except TimeoutError:
            self._spare(before.node.owner)
        except BusError:
            pass  # the object is gone, or was another's
        return None

    async def _look(self, bus: AccessibilityBus, before: Focus, text: str) -> bool | None:
        async with bus.listening(before.node) as ear:
            with anyio.move_on_after(self._settle_s):
                while not await _glance(bus, before, text):
                    await ear.wait()
                return True
            return await _glance(bus, before, text)

    async def _connection(self, tasks: TaskGroup) -> AccessibilityBus:
        if self._bus is not None and not self._bus.alive:
            self._hang_up()
        if self._bus is None:
            self._bus = await AccessibilityBus.open(self._environ, tasks)
        return self._bus

    def _hang_up(self) -> None:
        bus, self._bus = self._bus, None
        self._deaf.clear()
        if bus is not None:
            bus.close()

    def _rest(self, reason: str) -> None:
        log.log(logging.DEBUG if self._failing else logging.INFO, "typed words are not read back: %s", reason)
        self._failing = True
        self._away_until = anyio.current_time() + self._rest_s

    def _spare(self, program: str) -> None:
        self._deaf[program] = anyio.current_time() + self._rest_s

    def _still_deaf(self) -> set[str]:
        now = anyio.current_time()
        self._deaf = {program: until for program, until in self._deaf.items() if until > now}
        return set(self._deaf)


async def _glance(bus: AccessibilityBus, before: Focus, text: str) -> bool | None:
    """Say whether it stands there now; False where nothing has changed, None where something else has.

    Raises:
        BusError: it cannot be told any more.
    """
    now = await state_of(bus, before.node)
    if now is None:
        raise BusError("another object has got the keyboard")
    if now == before:
        return False
    length = now.caret - before.start
    if length <= 0 or (len(text) > MOST and not as_long(text, length)):
        return None
    if len(text) > MOST:
        ours, start = text[-END:], now.caret - END
    else:
        ours, start = text, max(before.start, now.caret - 2 * MOST)
    return alike(ours, await _read(bus, before.node, start, now.caret)) or None


async def _read(bus: AccessibilityBus, node: Node, start: int, end: int) -> str:
    text = await bus.ask(node, "Text", "GetText", "ii", start, end)
    if not isinstance(text, str):
        raise BusError("a text that is none")
    return text
