"""Types the words into the focused window (X11), unless the moment or the window they were for is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from dictated.errors import HeldError, SinkError
from dictated.wording import tidy
from dictated.x11.focus import Focus, refocus
from dictated.x11.ownkeys import OwnKeys
from dictated.x11.typist import Typist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated import config
    from dictated.types import Transcript, Utterance

MOST_CHARACTERS = 20_000
"""Characters of a text that is typed, some 20 minutes of speech, typed in about a second."""

PIECE = 500
"""Characters between two looks at the focus, some 20 to 60 ms of typing."""

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

    def __init__(self, settings: config.TypeSink, join: str, own: OwnKeys | None = None) -> None:
        self._settings = settings
        self._join = join
        self._typist = Typist(
            modifier_wait=settings.modifier_wait_ms / 1000,
            settle=settings.settle_ms / 1000,
            own=own or OwnKeys(),
        )
        self._focus = Focus()
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

        Age and window are looked at right before the first key, when no held modifier is waited for any more;
        the window again every `PIECE` characters.

        Raises:
            HeldError: it came too late, is for another window, or is too long; nothing was typed.
            NoDisplayError: there is no X server, or no X11 window has the keyboard; nothing was typed.
            SinkError: typing broke off; an unknown part was typed.
        """
        await anyio.to_thread.run_sync(self._deliver, transcript, limiter=self._one)

    async def close(self) -> None:
        """Give back the keys that were borrowed, and disconnect."""
        await anyio.to_thread.run_sync(self._typist.close, limiter=self._one)
        await anyio.to_thread.run_sync(self._focus.close, limiter=self._one)

    def _deliver(self, transcript: Transcript) -> None:
        text = typeable(transcript.text) + self._join
        if len(text) > MOST_CHARACTERS:
            raise HeldError(f"a text of more than {MOST_CHARACTERS:,} characters is too long to be typed")
        window: str | None = None

        def ready() -> None:
            nonlocal window
            if window is None:
                window = self._check(transcript.utterance)
            else:
                self._check_window_still(window)

        for piece in _pieces(text):
            self._typist.type(piece, ready)

    def _check(self, utterance: Utterance) -> str:
        """Return the window to type into, or raise HeldError if these words must not be typed now."""
        window = self._focus.ask()
        same = window != "" and window == utterance.window
        reason = reason_to_hold(utterance.ended, datetime.now(tz=UTC), self._settings.max_delay, same=same)
        if reason:
            raise HeldError(reason)
        self._check_window(utterance.window, window)
        return utterance.window or window

    def _check_window(self, spoken_to: str, window: str) -> None:
        policy = self._settings.on_focus_change
        if not spoken_to or window == spoken_to or policy == "type":
            return
        if policy == "hold":
            raise HeldError("another window has the focus than when the words were spoken")
        if not refocus(spoken_to):
            raise HeldError("the window that the words were spoken to could not be given the focus again")

    def _check_window_still(self, window: str) -> None:
        if self._settings.on_focus_change != "type" and self._focus.ask() != window:
            raise SinkError("another window took the focus while a text was typed; part of it is missing")


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


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]
