"""Global hotkeys by the desktop's own portal (org.freedesktop.portal.GlobalShortcuts): GNOME, KDE, Hyprland.

The desktop asks the user which keys they are to be, and tells us when one is pressed; we never see another.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import anyio

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import parse
from dictated.hotkeys.shortcut import Shortcuts, triggers_of
from dictated.persistence import Persistence
from dictated.sessionbus import BusError
from dictated.wayland.desk import Desk, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from anyio.abc import TaskGroup

    from dictated.hotkeys.chord import Binding
    from dictated.types import Wish

    Send = Callable[[Wish], None]

_LOG = logging.getLogger(__name__)

FIRST_WAIT = 1.0
"""Seconds before the first new attempt; each further wait is twice as long."""

LONGEST_WAIT = 8.0
"""Seconds between two attempts at most; one costs a connection."""

DIALOG_SECONDS = 600.0
"""How long the user is given to say which keys they are to be; nothing else waits for it."""

_ANSWER_SECONDS = 5.0
"""What the portal may take to start and to open a session."""

_STOP_SECONDS = 10.0
"""How long our thread is waited for; it ends in milliseconds."""

_INTERFACE = "org.freedesktop.portal.GlobalShortcuts"

_SESSION = "dictated"
"""The session's name: KDE keeps the user's triggers by it."""

_NOT_WANTED = "no hotkey: it was not allowed on the desktop; `dictated` asks again after a restart"


class PortalHotkeys:
    """Watches for the combinations of these bindings, or those that the user chose in their place.

    Its loop runs in a thread of its own: `start` and `stop` are called from threads that have none, and a
    hotkey should not wait for what the daemon's loop does. The waits are seconds.
    """

    def __init__(
        self,
        bindings: Sequence[Binding],
        environ: Mapping[str, str],
        *,
        first_wait: float = FIRST_WAIT,
        longest_wait: float = LONGEST_WAIT,
        dialog_seconds: float = DIALOG_SECONDS,
    ) -> None:
        self._bindings = tuple(bindings)
        self._environ = environ
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._dialog_seconds = dialog_seconds
        self._first: SimpleQueue[str] = SimpleQueue()  # what became of the first attempt: a problem, or ""
        self._failing = False  # this was said; it is not said again before they worked
        self._loop: asyncio.AbstractEventLoop
        self._scope: anyio.CancelScope
        self._thread: Thread | None = None

    def start(self, send: Send) -> None:
        """Begin to watch; `send` is called from a thread of ours. The desktop may ask the user which keys.

        Raises:
            HotkeyError: a combination is not understood; or there is no such portal at this moment, and then
                the keys will be watched when there is, unless `stop` is called.
        """
        for binding in self._bindings:
            parse(binding.combination)
        if not self._bindings or self._thread is not None:
            return
        self._thread = Thread(target=anyio.run, args=(self._run, send), name="hotkeys", daemon=True)
        self._thread.start()
        if problem := self._first.get():
            raise HotkeyError(f"the desktop has no portal for hotkeys ({problem})")

    def stop(self) -> None:
        """Watch no more, what is held counts as let go; our thread has ended when this returns."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._loop.call_soon_threadsafe(self._scope.cancel)
            thread.join(_STOP_SECONDS)

    async def _run(self, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        async with anyio.create_task_group() as tasks:
            self._scope = tasks.cancel_scope
            await self._last(tasks, send)

    async def _last(self, tasks: TaskGroup, send: Send) -> None:
        """Begin the watch again each time it is lost, ever more seldom where that is in vain."""
        patience = Persistence(self._first_wait, self._longest_wait)
        tell: Callable[[str], object] = self._first.put
        while True:
            shortcuts = Shortcuts(self._bindings)
            try:
                desk = await self._open(tasks, shortcuts, send)
            except BusError as problem:
                _LOG.debug("no hotkey yet: %s", problem)
                tell(str(problem))
            else:
                patience.came_back(anyio.current_time())
                tell("")
                try:
                    await self._watch(desk, shortcuts)
                finally:
                    _tell(shortcuts.release_all(), send)
            tell = _nobody
            await anyio.sleep_until(patience.again_at(anyio.current_time()))

    async def _open(self, tasks: TaskGroup, shortcuts: Shortcuts, send: Send) -> Desk:
        """Return the desk, with a session; BusError where there is none."""

        def hear(member: str, body: tuple[Any, ...]) -> None:
            match member, body:
                case "Activated", (_, str(name), *_):
                    wishes = shortcuts.press(name)
                case "Deactivated", (_, str(name), *_):
                    wishes = shortcuts.release(name)
                case _:
                    return
            _tell(wishes, send)

        try:
            with anyio.fail_after(_ANSWER_SECONDS):
                desk = await Desk.open(self._environ, tasks, _INTERFACE, hear)
                with ExitStack() as undo:
                    undo.callback(desk.close)
                    await desk.create_session(_SESSION)
                    undo.pop_all()
        except TimeoutError as silence:
            raise BusError(f"no answer within {_ANSWER_SECONDS:g} s") from silence
        return desk

    async def _watch(self, desk: Desk, shortcuts: Shortcuts) -> None:
        """Have the shortcuts bound, and return when the session is lost."""
        try:
            await self._bind(desk, shortcuts)
            self._failing = False
            await desk.ended.wait()
            _LOG.warning("hotkey: the desktop's portal is gone; the hotkeys come back with the next one")
        except BusError as problem:
            level = logging.DEBUG if self._failing else logging.WARNING
            _LOG.log(level, "no hotkey: the desktop's portal gave none (%s); it is tried again", problem)
            self._failing = True
        finally:
            desk.close()

    async def _bind(self, desk: Desk, shortcuts: Shortcuts) -> None:
        """Have the desktop bind them: what it knows from an earlier session is not at work before this."""
        wanted = shortcuts.wanted()
        try:
            with anyio.fail_after(self._dialog_seconds):
                results = await desk.ask("BindShortcuts", "oa(sa{sv})sa{sv}", desk.session, wanted, "")
        except (RefusedError, TimeoutError):
            _LOG.warning(_NOT_WANTED)
            await anyio.sleep_forever()  # who said no is not asked again
        triggers = triggers_of(results)
        keys = (f"{name} is {triggers.get(name) or 'not set'}" for name, _ in wanted)
        _LOG.info("hotkeys work, by the desktop: %s", "; ".join(keys))


def _nobody(_: str) -> None:
    """Only what becomes of the first attempt is waited for."""


def _tell(wishes: Sequence[Wish], send: Send) -> None:
    for wish in wishes:
        send(wish)
