"""Types the words into the focused window (X11), unless the moment or the window they were for is gone."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from dictated.errors import HeldError, SinkError
from dictated.typed import Typed
from dictated.wording import tidy
from dictated.x11.focus import Focus, refocus
from dictated.x11.ownkeys import OwnKeys
from dictated.x11.paste import Paste
from dictated.x11.typist import Typist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated import outputconfig
    from dictated.types import Transcript, Utterance

MOST_CHARACTERS = 20_000
"""Characters of a text that is typed, some 20 minutes of speech, typed in about a second."""

PIECE = 500
"""Characters between two looks at the focus, some 20 to 60 ms of typing."""

_BACKSPACE = 0xFF08
"""The keysym of BackSpace."""

NO_WAY_BACK = "the window that the words were spoken to could not be given the focus again"
MOVED = "another window took the focus while a text was typed; part of it is missing"

_CLOCK_SLACK = 1.0
"""Seconds that words may seem to come from the future before the clock counts as set back."""

_WINDOW_PATIENCE = 0.5
"""Seconds an X server is given to say which window has the focus."""


class TypeSink:
    """Types each transcript and `join` after it, in a thread, each at most once.

    Whatever the text, no Enter, Tab, Escape or other control character is typed. Give the hotkeys the same
    `own`, so that they do not take our key presses for a hand's.
    """

    name = "type"

    def __init__(self, settings: outputconfig.TypeSink, join: str, own: OwnKeys | None = None) -> None:
        self._settings = settings
        self._join = join
        self._typist = Typist(
            modifier_wait=settings.modifier_wait_ms / 1000,
            settle=settings.settle_ms / 1000,
            own=own or OwnKeys(),
        )
        self._paste = Paste(self._typist)
        self._focus = Focus()
        self._typed = Typed()
        self._one = anyio.CapacityLimiter(1)
        self._asking = anyio.CapacityLimiter(1)

    async def window(self) -> str:
        """Return the name of the window that has the focus, for `Utterance.window`; "" where not known."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            return await anyio.to_thread.run_sync(
                self._focus.window, abandon_on_cancel=True, limiter=self._asking
            )
        return ""

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; returns when the server has taken the last key.

        A long one is pasted where `paste_from` says so and the window and the clipboard allow it; returns
        when the window has fetched it.

        Age and window are looked at right before the first key, when no held modifier is waited for any more;
        the window again every `PIECE` characters.

        Raises:
            HeldError: it came too late, is for another window, or is too long; nothing was typed.
            NoDisplayError: there is no X server, or no X11 window has the keyboard; nothing was typed.
            SinkError: typing broke off; an unknown part was typed.
        """
        await anyio.to_thread.run_sync(self._deliver, transcript, limiter=self._one)

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
        text = typeable(transcript.text) + self._join
        if len(text) > MOST_CHARACTERS:
            raise HeldError(f"a text of more than {MOST_CHARACTERS:,} characters is too long to be typed")
        if text and not self._pasted(text, transcript.utterance):
            aim = _Aim(self._focus, self._settings, transcript.utterance)
            with self._noted(text, aim):
                for piece in _pieces(text):
                    self._typist.type(piece, aim.ready)

    def _pasted(self, text: str, utterance: Utterance) -> bool:
        """Paste a long text; False where it is to be typed, and nothing was inserted."""
        if not 0 < self._settings.paste_from <= len(text):
            return False
        aim = _Aim(self._focus, self._settings, utterance)
        with self._noted(text, aim) as noted:
            noted.whole = self._paste.paste(text, aim.ready)
        return noted.whole

    @contextmanager
    def _noted(self, text: str, aim: _Aim) -> Iterator[_Aim]:
        """Note what may be taken back, when the block has typed it whole; nothing may when it broke off."""
        try:
            yield aim
        except SinkError:
            if aim.windows:
                self._typed.forget()
            raise
        if aim.whole:
            self._typed.note(text, aim.windows.pop() if len(aim.windows) == 1 else None)

    def _undo(self) -> int:
        count = self._typed.last(self._focus.ask())
        aim = _Still(self._focus, self._typed)
        try:
            for start in range(0, count, PIECE):
                times = min(PIECE, count - start)
                self._typist.press(_BACKSPACE, shift=False, times=times, ready=aim.ready)
        except SinkError:
            if aim.begun:
                self._typed.forget()
            raise
        self._typed.taken_back()
        return count


class _Aim:
    """Where words go: whether they may, right before the first key, and whether they still may.

    `windows` are those that had the focus before a key of theirs; `whole` says that they arrived whole.
    """

    def __init__(self, focus: Focus, settings: outputconfig.TypeSink, utterance: Utterance) -> None:
        self._focus = focus
        self._settings = settings
        self._utterance = utterance
        self.windows: set[str] = set()
        self.whole = True

    def ready(self) -> None:
        """Raise HeldError if these words must not be typed now, SinkError if not any more."""
        window = self._focus.ask()
        if not self.windows:
            window = self._begin(window)
        elif self._settings.on_focus_change != "type" and window not in self.windows:
            raise SinkError(MOVED)
        self.windows.add(window)

    def _begin(self, window: str) -> str:
        """Return the window that gets the first key."""
        spoken_to, ended = self._utterance.window, self._utterance.ended
        same = window != "" and window == spoken_to
        reason = reason_to_hold(ended, datetime.now(tz=UTC), self._settings.max_delay, same=same)
        if reason:
            raise HeldError(reason)
        if not must_go_back(spoken_to, window, self._settings.on_focus_change):
            return window
        if not refocus(spoken_to):
            raise HeldError(NO_WAY_BACK)
        return spoken_to


class _Still:
    """Whether the window that has the focus is still the one to take words back from."""

    def __init__(self, focus: Focus, typed: Typed) -> None:
        self._focus = focus
        self._typed = typed
        self.begun = False

    def ready(self) -> None:
        """Raise SinkError if it is not."""
        self._typed.last(self._focus.ask())
        self.begun = True


def typeable(text: str) -> str:
    """Return the text without anything that is more than a letter to a window, such as Enter, Tab or Escape.

    Engines tidy what they give; this is where it counts, so it does not rest on them.
    """
    return tidy(text)


def reason_to_hold(ended: datetime, now: datetime, max_delay: float, *, same: bool) -> str:
    """Say why words spoken until `ended` must not be typed `now`; "" when they may. `max_delay` is seconds.

    `same`: the window that has the focus is known to be the one they were spoken to. That alone decides when
    the clock was set back since, for then their age is not known.
    """
    age = (now - ended).total_seconds()
    if age > max_delay:
        return f"the words came {age:.0f} s after they were spoken; output.type.max_delay is {max_delay:g}"
    if age < -_CLOCK_SLACK and not same:
        return "the clock was set back, so how old the words are is not known"
    return ""


def must_go_back(spoken_to: str, window: str | None, policy: str) -> bool:
    """Say whether the window that was spoken to has to get the focus again; `window` has it now.

    Raises:
        HeldError: the policy (`output.type.on_focus_change`) is to hold the words then.
    """
    if not spoken_to or window == spoken_to or policy == "type":
        return False
    if policy == "hold":
        raise HeldError("another window has the focus than when the words were spoken")
    return True


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]
