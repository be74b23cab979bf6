"""Types the words into the focused window of a Wayland session, unless their moment or window is gone."""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated.errors import HeldError, SinkError
from dictated.paths import Paths
from dictated.profiles import Look
from dictated.sinks.aim import (
    MOVED,
    NO_WAY_BACK,
    ElsewhereError,
    check_glimpse,
    check_moment,
    must_go_back,
    must_return,
    settled,
)
from dictated.sinks.appearing import STEP, Appearing, beginning
from dictated.sinks.type import check_length
from dictated.text.manner import manner_of
from dictated.typed import Typed
from dictated.wayland.chain import Chain
from dictated.wayland.compositor import compositor_of
from dictated.wayland.method import UnsupportedError
from dictated.wayland.methods import methods_of
from dictated.wayland.portal import Portal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from dictated import outputconfig
    from dictated.sinks.appearing import Change
    from dictated.text.manner import Manner
    from dictated.types import Transcript, Utterance

_LOG = logging.getLogger(__name__)

_BACKSPACES = 500
"""Characters taken back between two looks at the focus."""

_WINDOW_PATIENCE = 0.5
"""Seconds a compositor is given to say which window has the keyboard while somebody speaks."""


class WaylandSink:
    """Types each transcript in its profile's manner, at most once, by the first method that works.

    Whatever the text, no Tab, Escape or other control character is typed, and Enter only where the manner
    allows it.
    """

    name = "type"

    def __init__(
        self,
        settings: outputconfig.TypeSink,
        manners: Mapping[str, Manner],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._manners = manners
        self._compositor = compositor_of(environ)
        self._portal = Portal(environ, Paths.from_environment(environ).state_dir)
        methods = methods_of(settings.wayland, self._portal, environ, settings.settle_ms / 1000)
        self._chain = Chain(methods)
        self._keys = Chain([method for method in methods if method.name != "paste"])  # for what appears
        self._last = self._chain  # that typed last
        self._typed = Typed()
        self._appearing = Appearing(self._typed)

    @property
    def live(self) -> bool:
        """Whether words are to appear while they are still being said."""
        return self._settings.live

    @property
    def corrections(self) -> int:
        """How many graphemes that had appeared were taken back."""
        return self._appearing.corrections

    async def window(self) -> str:
        """Return the name of the window that has the keyboard, for `Utterance.window`; "" where not known."""
        return (await self.look()).name

    async def look(self) -> Look:
        """Return the same with what the window shows of itself: the compositor tells it in one answer."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            return await self._compositor.look() or Look()
        return Look()

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; returns when the compositor has taken the last key, or a window the words.

        Age and window are looked at right before the first key; the window again at each piece. What appeared
        of the utterance is completed by keys.

        Raises:
            HeldError: it came too late, is for another window, is too long, or nothing types here; nothing
                was typed, but what appeared stays.
            SinkError: no window has the keyboard, and nothing was typed; or typing broke off, and an unknown
                part was typed.
        """
        utterance = transcript.utterance
        manner = manner_of(utterance, self._manners)
        before = await self._before(utterance, manner)
        text = manner.written(before, transcript.text, verbatim=transcript.verbatim)
        if self._appearing.stands_of(utterance):
            with self._appearing.ending():
                await self._complete(text, utterance)
            return
        await self.vanish()
        check_length(text)
        if text:
            await self._type(text, utterance, self._chain)

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Have the beginning of these words stand in the window, corrected there by Backspace.

        As in TypeSink; and nothing appears where the compositor does not tell which window has the keyboard.

        Raises:
            HeldError: the moment or the window is another or not known, no keys can be pressed here, or words
                before these are not complete. Nothing was typed, and what stands there is known.
            SinkError: it broke off; nothing more may appear of this utterance.
        """
        manner = manner_of(utterance, self._manners)
        words = beginning(manner.begun(await self._before(utterance, manner), text))
        check_length(words)
        self._appearing.claim(utterance)
        await self._change(self._appearing.towards(words), partial(self._glimpse, utterance))

    async def _before(self, utterance: Utterance, manner: Manner) -> str:
        """Return what stands before these words, in the window that is to get them, where that matters."""
        if manner.mode != "smart":
            return ""
        window = settled(utterance, self._appearing, self._settings.on_focus_change)
        return self._typed.before(window or await self._compositor.window())

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether the beginning of this utterance's words stands somewhere, or may."""
        return self._appearing.stands_of(utterance)

    async def vanish(self) -> None:
        """Take back what appeared, where its window has the keyboard; elsewhere it stays, for `undo`.

        Raises:
            SinkError: it broke off.
        """
        appearing = self._appearing
        try:
            if appearing.utterance and not appearing.lost:
                await self._change(appearing.towards(""), partial(self._glimpse, appearing.utterance))
        except HeldError as reason:
            _LOG.debug("what appeared stays: %s", reason)
        finally:
            appearing.leave()

    async def undo(self) -> int:
        """Take back the text delivered last by as many Backspaces as it has graphemes; return how many.

        Raises:
            SinkError: nothing may be taken back from the window that has the keyboard, or the compositor does
                not tell which has, and nothing was done; or it broke off, and nothing may be taken back any
                more.
        """
        await self._clear_the_way()
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
        self._last.doubt()

    async def close(self) -> None:
        """Give back what the desktop allowed."""
        await self._portal.close()

    async def _type(self, text: str, utterance: Utterance, chain: Chain) -> None:
        window: str | None = None
        begun = False

        async def ready() -> None:
            nonlocal window, begun
            window = await self._check(utterance)
            begun = True

        async def still() -> None:
            await self._check_window_still(window)

        self._last = chain
        try:
            await chain.type(text, ready, still)
        except HeldError:
            raise
        except SinkError:
            if begun:
                self._typed.forget()
            raise
        self._typed.note(text, await self._still_in(window))

    async def _complete(self, text: str, utterance: Utterance) -> None:
        """Have the whole text stand where its beginning does."""
        check_length(text)
        self._last, begun = self._keys, False

        async def ready() -> None:
            nonlocal begun
            there, window = self._appearing.window, await self._compositor.window()
            back = must_return(utterance, there, window, self._settings, begun=begun)
            if back and not await self._compositor.focus(there):
                raise HeldError(NO_WAY_BACK)
            begun = True
            self._appearing.touch(utterance, there)

        try:
            await self._change(self._appearing.towards(text), ready)
        except ElsewhereError:
            further = self._appearing.further(text)
            self._appearing.leave()
            if further:
                await self._type(further, utterance, self._keys)
        else:
            self._appearing.complete(await self._still_in(self._appearing.window))

    async def _change(self, change: Change, ready: Callable[[], Awaitable[None]]) -> None:
        """Correct what appeared; `ready` raises, or notes that keys are pressed."""
        appearing = self._appearing
        try:
            for start in range(0, change.back, STEP):
                times = min(STEP, change.back - start)
                await ready()
                await self._keys.backspace(times)
                appearing.took(times)
            if change.words:
                await self._keys.type(change.words, ready, lambda: self._check_window_still(appearing.window))
                appearing.put(change.words)
        except UnsupportedError as refusal:
            appearing.untouched()
            raise HeldError(str(refusal)) from refusal
        except HeldError:
            appearing.untouched()
            raise

    async def _glimpse(self, utterance: Utterance) -> None:
        window = await self._compositor.window()
        check_glimpse(utterance, window, self._settings, self._appearing)
        self._appearing.touch(utterance, window or "")

    async def _clear_the_way(self) -> None:
        """Take back what appeared after the text that is to be taken back; it appears again by itself."""
        window = await self._compositor.window()
        self._typed.last(window)
        if window == self._appearing.window:
            await self.vanish()

    async def _check(self, utterance: Utterance) -> str | None:
        """Return the window to type into, None where nobody tells; HeldError if that must not be now."""
        window = await self._compositor.window()
        check_moment(utterance, utterance.window, window, self._settings)
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
