"""Types the words into the focused window (X11), unless the moment or the window they were for is gone."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from dictated.errors import HeldError, NoDisplayError, SinkError
from dictated.profiles import Look
from dictated.sinks.aim import Aim, Completion, ElsewhereError, Glimpse, Still, settled
from dictated.sinks.appearing import STEP, Appearing, beginning
from dictated.text.manner import manner_of
from dictated.typed import Typed
from dictated.x11.focus import Focus
from dictated.x11.ownkeys import OwnKeys
from dictated.x11.paste import Paste
from dictated.x11.plan import NoKeyError
from dictated.x11.typist import Typist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dictated import outputconfig
    from dictated.sinks.appearing import Change
    from dictated.text.manner import Manner
    from dictated.types import Transcript, Utterance

_LOG = logging.getLogger(__name__)

MOST_CHARACTERS = 20_000
"""Characters of a text that is typed, some 20 minutes of speech, typed in about a second."""

PIECE = 500
"""Characters between two looks at the focus, some 20 to 60 ms of typing."""

_BACKSPACE = 0xFF08
"""The keysym of BackSpace."""

UNPRESSED = (NoDisplayError, NoKeyError)
"""What says that none of the keys was pressed."""

_WINDOW_PATIENCE = 0.5
"""Seconds an X server is given to say which window has the focus."""


class TypeSink:
    """Types each transcript in the manner of its profile, in a thread, each at most once.

    Whatever the text, no Tab, Escape or other control character is typed, and Enter only where the manner
    allows it. Give the hotkeys the same `own`, so that they do not take our key presses for a hand's.
    """

    name = "type"

    def __init__(
        self, settings: outputconfig.TypeSink, manners: Mapping[str, Manner], own: OwnKeys | None = None
    ) -> None:
        """`manners` are those of the profiles, by name; "" is what holds where there is none."""
        self._settings = settings
        self._manners = manners
        self._typist = Typist(
            modifier_wait=settings.modifier_wait_ms / 1000,
            settle=settings.settle_ms / 1000,
            own=own or OwnKeys(),
        )
        self._paste = Paste(self._typist)
        self._focus = Focus()
        self._typed = Typed()
        self._appearing = Appearing(self._typed)
        self._one = anyio.CapacityLimiter(1)
        self._asking = anyio.CapacityLimiter(1)

    @property
    def live(self) -> bool:
        """Whether words are to appear while they are still being said."""
        return self._settings.live

    @property
    def corrections(self) -> int:
        """How many graphemes that had appeared were taken back."""
        return self._appearing.corrections

    async def window(self) -> str:
        """Return the name of the window that has the focus, for `Utterance.window`; "" where not known."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            return await anyio.to_thread.run_sync(
                self._focus.window, abandon_on_cancel=True, limiter=self._asking
            )
        return ""

    async def look(self) -> Look:
        """Return the same with what the window shows of itself, in the same question to the server."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            return await anyio.to_thread.run_sync(
                self._focus.look, abandon_on_cancel=True, limiter=self._asking
            )
        return Look()

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; returns when the server has taken the last key.

        A long one is pasted where `paste_from` says so and the window and the clipboard allow it; returns
        when the window has fetched it.

        Age and window are looked at right before the first key, when no held modifier is waited for any more;
        the window again every `PIECE` characters. What appeared of the utterance is completed by typing.

        Raises:
            HeldError: it came too late, is for another window, is too long, or no key corrects what appeared;
                nothing was typed, but what appeared stays.
            NoDisplayError: there is no X server, or no X11 window has the keyboard; nothing was typed.
            SinkError: typing broke off; an unknown part was typed.
        """
        await anyio.to_thread.run_sync(self._deliver, transcript, limiter=self._one)

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Have the beginning of these words stand in the window, corrected there by BackSpace.

        The first window stays the one. The words end before the first character that some programs do not
        take back by one BackSpace.

        Raises:
            HeldError: the moment or the window is another, or words before these are not complete. Nothing
                was typed, and what stands there is known.
            NoDisplayError: there is no X server; nothing was done.
            SinkError: it broke off; nothing more may appear of this utterance.
        """
        await anyio.to_thread.run_sync(self._appear, utterance, text, limiter=self._one)

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether the beginning of this utterance's words stands somewhere, or may."""
        return self._appearing.stands_of(utterance)

    async def vanish(self) -> None:
        """Take back what appeared, where its window has the focus; elsewhere it stays, for `undo`.

        Raises:
            SinkError: it broke off.
        """
        await anyio.to_thread.run_sync(self._vanish, limiter=self._one)

    async def undo(self) -> int:
        """Take back the text delivered last by as many BackSpaces as it has graphemes; return how many.

        Raises:
            SinkError: nothing may be taken back from the window that has the focus, and nothing was done; or
                it broke off, and nothing may be taken back any more.
        """
        return await anyio.to_thread.run_sync(self._undo, limiter=self._one)

    def disown(self) -> None:
        """Take note that what was delivered last did not arrive."""
        self._typed.taken_back()

    async def close(self) -> None:
        """Give back the keys and the clipboard that were borrowed, and disconnect."""
        await anyio.to_thread.run_sync(self._paste.close, limiter=self._one)
        await anyio.to_thread.run_sync(self._typist.close, limiter=self._one)
        await anyio.to_thread.run_sync(self._focus.close, limiter=self._one)

    def _deliver(self, transcript: Transcript) -> None:
        utterance = transcript.utterance
        manner = manner_of(utterance, self._manners)
        before = self._before(utterance, manner)
        text = manner.written(before, transcript.text, verbatim=transcript.verbatim)
        if self._appearing.stands_of(utterance):
            with self._appearing.ending():
                self._complete(text, utterance)
            return
        self._vanish()
        check_length(text)
        if text and not self._pasted(text, utterance):
            self._type(text, utterance)

    def _complete(self, text: str, utterance: Utterance) -> None:
        """Have the whole text stand where its beginning does."""
        check_length(text)
        aim = Completion(self._focus, self._settings, utterance, self._appearing)
        try:
            self._change(self._appearing.towards(text), aim.ready)
        except ElsewhereError:
            further = self._appearing.further(text)
            self._appearing.leave()
            if further:
                self._type(further, utterance)
        else:
            self._appearing.complete(self._appearing.window)

    def _appear(self, utterance: Utterance, text: str) -> None:
        manner = manner_of(utterance, self._manners)
        words = beginning(manner.begun(self._before(utterance, manner), text))
        check_length(words)
        self._appearing.claim(utterance)
        aim = Glimpse(self._focus, self._settings, utterance, self._appearing)
        self._change(self._appearing.towards(words), aim.ready)

    def _before(self, utterance: Utterance, manner: Manner) -> str:
        """Return what stands before these words, in the window that is to get them, where that matters."""
        if manner.mode != "smart":
            return ""
        window = settled(utterance, self._appearing, self._settings.on_focus_change)
        return self._typed.before(window or self._focus.ask())

    def _vanish(self) -> None:
        appearing = self._appearing
        try:
            if appearing.utterance and not appearing.lost:
                aim = Glimpse(self._focus, self._settings, appearing.utterance, appearing)
                self._change(appearing.towards(""), aim.ready)
        except (HeldError, NoDisplayError) as reason:
            _LOG.debug("what appeared stays: %s", reason)
        finally:
            appearing.leave()

    def _change(self, change: Change, ready: Callable[[], None]) -> None:
        """Correct what appeared; `ready` raises, or notes that keys are pressed."""
        try:
            for start in range(0, change.back, STEP):
                times = min(STEP, change.back - start)
                self._typist.press(_BACKSPACE, shift=False, times=times, ready=ready)
                self._appearing.took(times)
            for piece in _pieces(change.words):
                self._typist.type(piece, ready)
                self._appearing.put(piece)
        except NoKeyError as refusal:
            self._appearing.untouched()
            raise HeldError(str(refusal)) from refusal
        except NoDisplayError:
            self._appearing.untouched()
            raise

    def _type(self, text: str, utterance: Utterance) -> None:
        aim = Aim(self._focus, self._settings, utterance)
        with self._noted(text, aim):
            for piece in _pieces(text):
                self._typist.type(piece, aim.ready)
                aim.begun = True

    def _pasted(self, text: str, utterance: Utterance) -> bool:
        """Paste a long text; False where it is to be typed, and nothing was inserted."""
        if not 0 < self._settings.paste_from <= len(text):
            return False
        aim = Aim(self._focus, self._settings, utterance)
        with self._noted(text, aim) as noted:
            noted.whole = self._paste.paste(text, aim.ready)
        return noted.whole

    @contextmanager
    def _noted(self, text: str, aim: Aim) -> Iterator[Aim]:
        """Note what may be taken back, when the block has typed it whole; nothing may when it broke off."""
        try:
            yield aim
        except SinkError as error:
            if aim.begun or (aim.windows and not isinstance(error, UNPRESSED)):
                self._typed.forget()
            raise
        if aim.whole:
            self._typed.note(text, aim.windows.pop() if len(aim.windows) == 1 else None)

    def _undo(self) -> int:
        self._clear_the_way()
        left = count = self._typed.last(self._focus.ask())
        aim = Still(self._focus, self._typed)
        try:
            while left:
                times = min(PIECE, left)
                self._typist.press(_BACKSPACE, shift=False, times=times, ready=aim.ready)
                left -= times
        except SinkError as error:
            if left < count or (aim.begun and not isinstance(error, UNPRESSED)):
                self._typed.forget()
            raise
        self._typed.taken_back()
        return count

    def _clear_the_way(self) -> None:
        """Take back what appeared after the text that is to be taken back; it appears again by itself."""
        window = self._focus.ask()
        self._typed.last(window)
        if window == self._appearing.window:
            self._vanish()


def check_length(text: str) -> None:
    """Raise HeldError for a text that is too long to be typed."""
    if len(text) > MOST_CHARACTERS:
        raise HeldError(f"a text of more than {MOST_CHARACTERS:,} characters is too long to be typed")


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]
