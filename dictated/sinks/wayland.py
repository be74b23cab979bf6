"""Types the words into the focused window of a Wayland session, unless their moment or window is gone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from dictated.errors import HeldError, SinkError
from dictated.paths import Paths
from dictated.sinks.type import (
    MOST_CHARACTERS,
    MOVED,
    NO_WAY_BACK,
    must_go_back,
    reason_to_hold,
    typeable,
)
from dictated.typed import Typed
from dictated.wayland.chain import Chain
from dictated.wayland.compositor import compositor_of
from dictated.wayland.method import UnsupportedError
from dictated.wayland.paste import Paste
from dictated.wayland.portal import Portal
from dictated.wayland.virtualkeyboard import VirtualKeyboard
from dictated.wayland.ydotool import Ydotool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated import outputconfig
    from dictated.outputconfig import MethodName
    from dictated.types import Transcript, Utterance
    from dictated.wayland.method import Key, Method

_BACKSPACES = 500
"""Characters taken back between two looks at the focus."""

_WINDOW_PATIENCE = 0.5
"""Seconds a compositor is given to say which window has the keyboard while somebody speaks."""


class WaylandSink:
    """Types each transcript and `join` after it, each at most once, by the first method that works.

    Whatever the text, no Enter, Tab, Escape or other control character is typed.
    """

    name = "type"

    def __init__(
        self,
        settings: outputconfig.TypeSink,
        join: str,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._join = join
        self._compositor = compositor_of(environ)
        self._portal = Portal(environ, Paths.from_environment(environ).state_dir)
        self._chain = Chain(methods_of(settings.wayland, self._portal, environ, settings.settle_ms / 1000))
        self._typed = Typed()

    async def window(self) -> str:
        """Return the name of the window that has the keyboard, for `Utterance.window`; "" where not known."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            return await self._compositor.window() or ""
        return ""

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; returns when the compositor has taken the last key, or a window the words.

        Age and window are looked at right before the first key; the window again at each piece.

        Raises:
            HeldError: it came too late, is for another window, is too long, or nothing types here; nothing
                was typed.
            SinkError: no window has the keyboard, and nothing was typed; or typing broke off, and an unknown
                part was typed.
        """
        text = typeable(transcript.text) + self._join
        if len(text) > MOST_CHARACTERS:
            raise HeldError(f"a text of more than {MOST_CHARACTERS:,} characters is too long to be typed")
        window: str | None = None

        async def ready() -> None:
            nonlocal window
            window = await self._check(transcript.utterance)

        async def still() -> None:
            await self._check_window_still(window)

        if not text:
            return
        try:
            await self._chain.type(text, ready, still)
        except HeldError:
            raise
        except SinkError:
            self._typed.forget()
            raise
        self._typed.note(text, await self._still_in(window))

    async def undo(self) -> int:
        """Take back the text delivered last by as many Backspaces as it has graphemes; return how many.

        Raises:
            SinkError: nothing may be taken back from the window that has the keyboard, or the compositor does
                not tell which has, and nothing was done; or it broke off, and nothing may be taken back any
                more.
        """
        left = count = self._typed.last(await self._compositor.window())
        try:
            while left:
                await self._chain.backspace(min(left, _BACKSPACES))
                left -= min(left, _BACKSPACES)
                if left:
                    self._typed.last(await self._compositor.window())
        except SinkError as error:
            if left < count or not isinstance(error, UnsupportedError):
                self._typed.forget()
            raise
        self._typed.taken_back()
        return count

    def disown(self) -> None:
        """Take note that what was delivered last did not arrive: another way of typing comes first now."""
        self._typed.taken_back()
        self._chain.doubt()

    async def close(self) -> None:
        """Give back what the desktop allowed."""
        await self._portal.close()

    async def _check(self, utterance: Utterance) -> str | None:
        """Return the window to type into, None where nobody tells; HeldError if that must not be now."""
        window = await self._compositor.window()
        same = bool(window) and window == utterance.window
        reason = reason_to_hold(utterance.ended, datetime.now(tz=UTC), self._settings.max_delay, same=same)
        if reason:
            raise HeldError(reason)
        if must_go_back(utterance.window, window, self._settings.on_focus_change):
            if not await self._compositor.focus(utterance.window):
                raise HeldError(NO_WAY_BACK)
            return utterance.window
        if window == "":
            raise SinkError("no window has the keyboard; click into the one to type into")
        return window

    async def _check_window_still(self, window: str | None) -> None:
        if window is None or self._settings.on_focus_change == "type":
            return
        if await self._compositor.window() not in {window, None}:
            raise SinkError(MOVED)

    async def _still_in(self, window: str | None) -> str | None:
        """Return the window that has the whole text; None where it may stand in two, or nobody tells."""
        return window if window and await self._compositor.window() == window else None


def methods_of(
    names: Sequence[MethodName],
    portal: Portal,
    environ: Mapping[str, str],
    settle: float,
    aim: Callable[[Key], Key] = lambda key: key,
) -> list[Method]:
    """Make them, in that order; a key that pastes is pressed by whichever of them has keys, aimed by `aim`.

    The portal asks the user: where it is not among the names, it must not. Whoever gives it closes it.
    """
    keyboard, ydotool = VirtualKeyboard(environ, settle), Ydotool(environ)
    keys: list[Key] = [keyboard, portal, ydotool] if "portal" in names else [keyboard, ydotool]
    made: dict[MethodName, Method] = {
        "virtual-keyboard": keyboard,
        "portal": portal,
        "paste": Paste(environ, [aim(key) for key in keys]),
        "ydotool": ydotool,
    }
    return [made[name] for name in names]
