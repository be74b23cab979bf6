"""Tries the ways of typing on Wayland, one after the other, on a window of our own and nowhere else."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated.checkup.sample import PLAIN, SAMPLE
from dictated.checkup.trial import NO_KEYBOARD, Trial
from dictated.checkup.waylandwindow import TITLE, opened
from dictated.errors import HeldError, SinkError
from dictated.paths import Paths
from dictated.wayland.method import UnsupportedError
from dictated.wayland.methods import methods_of
from dictated.wayland.permission import DIALOG_SECONDS, Permission
from dictated.wayland.portal import TOKEN, Portal
from dictated.wayland.virtualkeyboard import offered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from anyio import CancelScope

    from dictated.checkup.waylandwindow import WaylandWindow
    from dictated.outputconfig import MethodName
    from dictated.wayland.method import Key, Method

SHOWN_S = 2.0
"""Seconds the window is given to get the keyboard by itself."""

CLICK_S = 10.0
"""Seconds the user is given to click into it."""

TRY_S = 15.0
"""Seconds a method may take; pasting, whose programs may take 3 s each, takes the longest."""

LATE_S = 1.0
"""Seconds without a character after which no more come, once the method has said that they were typed."""

WITHIN_S = 4 * (TRY_S + SHOWN_S + LATE_S) + CLICK_S + DIALOG_SECONDS + 10
"""All of it, the user's answer to the desktop's dialog among it."""

_TOLD_S = 0.3
"""Seconds after which a permission is taken to wait for the user."""

_BACK_S = 1.0
"""Seconds until the window has the keyboard again that a program of the clipboard took for a moment."""

_LEFT = "another window took the keyboard"


async def tried(
    names: Sequence[MethodName], environ: Mapping[str, str], settle: float, say: Callable[[str], None]
) -> list[Trial]:
    """Try each of the methods; `say` is told what the user has to do meanwhile. Never types elsewhere.

    Raises:
        UnsupportedError: no window can be opened.
        OSError: libxkbcommon is missing.
    """
    folder = Paths.from_environment(environ).state_dir
    permission = Permission(environ, folder / TOKEN, quiet_seconds=_TOLD_S)
    portal = Portal(environ, folder, permission)
    asks = {"portal"} if await offered(environ) else {"portal", "paste"} if "portal" in names else set[str]()
    async with opened(environ) as own, anyio.create_task_group() as tasks:
        tasks.start_soon(own.listen)
        bench = Bench(own, permission, asks, say)
        try:
            for method in methods_of(names, portal, environ, settle, partial(Aimed, own)):
                await bench.try_out(method)
        finally:
            await portal.close()
            tasks.cancel_scope.cancel()
    return bench.trials


class Bench:
    """The window, and what became of each method."""

    def __init__(
        self, own: WaylandWindow, permission: Permission, asks: set[str], say: Callable[[str], None]
    ) -> None:
        self.trials: list[Trial] = []
        self._own = own
        self._permission = permission
        self._asks = asks
        self._say = say
        self._given_up = False

    async def try_out(self, method: Method) -> None:
        """Try one; the portal only where it must be, for it asks the user, and its dialog takes the focus."""
        self.trials.append(await self._tried(method))

    async def _tried(self, method: Method) -> Trial:
        name, sample = method.name, PLAIN if method.name == "ydotool" else SAMPLE
        exact = next((trial.method for trial in self.trials if trial.came == SAMPLE), "")
        if name == "portal" and exact:
            return Trial(name, reason=f"not tried: it asks you by a dialog, and {exact} is exact")
        if name in self._asks:
            with suppress(UnsupportedError):  # the method says so itself
                await self._ask()
        if not await self._has_keyboard():
            return Trial(name, reason=NO_KEYBOARD)
        self._own.forget()
        began = anyio.current_time()
        fault = await self._type(method, sample)
        if isinstance(fault, UnsupportedError | HeldError):
            return Trial(name, reason=f"not here: {' '.join(str(fault).split())}")
        came = await self._own.read(len(sample), LATE_S)
        broke = fault and came != sample  # a keyboard that was the only one is left as it is unplugged
        return Trial(name, sample, came, anyio.current_time() - began, str(fault) if broke else "")

    async def _ask(self) -> None:
        """Return when the user has answered, which has a bound of its own."""
        asking = False
        while True:
            try:
                await self._permission.desk()
            except HeldError:
                if not asking:
                    self._say("the desktop asks whether dictated may type: allow it, and this goes on")
                asking = True
            else:
                return

    async def _has_keyboard(self) -> bool:
        if self._given_up:
            return False
        if not await self._own.focus(SHOWN_S):
            self._say(f'click into the window "{TITLE}": nothing is typed into another')
            self._given_up = not await self._own.focus(CLICK_S)
        return not self._given_up

    async def _type(self, method: Method, sample: str) -> SinkError | None:
        """Type until the window is left; pasting is aimed by its key: the clipboard may take the focus."""
        fault: SinkError | None = SinkError(_LEFT)
        with anyio.move_on_after(TRY_S) as limit:
            async with anyio.create_task_group() as tasks:
                if method.name != "paste":
                    tasks.start_soon(self._stop_when_left, tasks.cancel_scope)
                fault = await _fault(method, sample)
                tasks.cancel_scope.cancel()
        return SinkError(f"it took longer than {TRY_S:g} s") if limit.cancelled_caught else fault

    async def _stop_when_left(self, typing: CancelScope) -> None:
        await self._own.left()
        typing.cancel()


class Aimed:
    """A key that is pressed only while our window has the keyboard."""

    def __init__(self, own: WaylandWindow, key: Key) -> None:
        self._own = own
        self._key = key

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: it does not work here; nothing was pressed.
            SinkError: another window has the keyboard; or whether it was pressed is not known.
        """
        await self._look()
        await self._key.paste()

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times; raises as `paste` does."""
        await self._look()
        await self._key.backspace(count)

    async def _look(self) -> None:
        if not await self._own.focus(_BACK_S):
            raise SinkError(_LEFT)


async def _fault(method: Method, sample: str) -> SinkError | None:
    try:
        await method.type(sample)
    except SinkError as error:
        return error
    return None
