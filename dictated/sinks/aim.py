"""Where words may go: whether the moment and the window they were spoken to are still there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dictated.errors import HeldError, SinkError
from dictated.sinks.appearing import MOVED_AWAY
from dictated.x11.focus import Focus, refocus

if TYPE_CHECKING:
    from dictated import outputconfig
    from dictated.sinks.appearing import Appearing
    from dictated.typed import Typed
    from dictated.types import Utterance

NO_WAY_BACK = "the window that the words were spoken to could not be given the focus again"
MOVED = "another window took the focus while a text was typed; part of it is missing"

_CLOCK_SLACK = 1.0
"""Seconds that words may seem to come from the future before the clock counts as set back."""


class ElsewhereError(SinkError):
    """What appeared stands in another window than the one that has the focus and is to get the rest."""

    def __init__(self) -> None:
        super().__init__(MOVED)


class Aim:
    """Where words go: whether they may, right before the first key, and whether they still may.

    `windows` are those that had the focus before a key of theirs; `begun` says that some were typed, `whole`
    that they arrived whole.
    """

    def __init__(self, focus: Focus, settings: outputconfig.TypeSink, utterance: Utterance) -> None:
        self._focus = focus
        self._settings = settings
        self._utterance = utterance
        self.windows: set[str] = set()
        self.begun = False
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
        spoken_to = self._utterance.window
        check_moment(self._utterance, spoken_to, window, self._settings)
        if not must_go_back(spoken_to, window, self._settings.on_focus_change):
            return window
        if not refocus(spoken_to):
            raise HeldError(NO_WAY_BACK)
        return spoken_to


class _Standing:
    """Where words stand whose beginning appeared, and where the focus is."""

    def __init__(
        self, focus: Focus, settings: outputconfig.TypeSink, utterance: Utterance, appearing: Appearing
    ) -> None:
        self._focus = focus
        self._settings = settings
        self._utterance = utterance
        self._appearing = appearing


class Glimpse(_Standing):
    """Where words appear that are still being said: in the one window that had the focus first."""

    def ready(self) -> None:
        """Raise HeldError if nothing may appear now; else note that keys are pressed."""
        window = self._focus.ask()
        check_glimpse(self._utterance, window, self._settings, self._appearing)
        self._appearing.touch(self._utterance, window)


class Completion(_Standing):
    """Where what appeared is completed: in its window, which may have to get the focus again for that."""

    _begun = False

    def ready(self) -> None:
        """Note that keys are pressed, or say why not.

        Raises:
            HeldError: the words must not be completed now.
            ElsewhereError: they go on in another window.
            SinkError: they must not any more.
        """
        there, window = self._appearing.window, self._focus.ask()
        back = must_return(self._utterance, there, window, self._settings, begun=self._begun)
        if back and not refocus(there):
            raise HeldError(NO_WAY_BACK)
        self._begun = True
        self._appearing.touch(self._utterance, there)


class Still:
    """Whether the window that has the focus is still the one to take words back from."""

    def __init__(self, focus: Focus, typed: Typed) -> None:
        self._focus = focus
        self._typed = typed
        self.begun = False

    def ready(self) -> None:
        """Raise SinkError if it is not."""
        self._typed.last(self._focus.ask())
        self.begun = True


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


def settled(utterance: Utterance, appearing: Appearing, policy: str) -> str:
    """Return the window that these words go to; "" where that is the one that has the focus by then."""
    if appearing.stands_of(utterance):
        return appearing.window
    return "" if policy == "type" else utterance.window


def check_moment(
    utterance: Utterance, meant: str, window: str | None, settings: outputconfig.TypeSink
) -> None:
    """Raise HeldError where words meant for one window must not be typed at this moment."""
    same = bool(window) and window == meant
    since = utterance.asked or utterance.ended
    reason = reason_to_hold(since, datetime.now(tz=UTC), settings.max_delay, same=same)
    if reason:
        raise HeldError(reason)


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


def check_glimpse(
    utterance: Utterance, window: str | None, settings: outputconfig.TypeSink, appearing: Appearing
) -> None:
    """Raise HeldError where words that are still being said must not appear in the window with the focus.

    No window is given the focus for words that may yet be others.
    """
    appearing.look(window)
    first = not appearing.text
    check_moment(utterance, utterance.window if first else appearing.window, window, settings)
    if first and must_go_back(utterance.window, window, settings.on_focus_change):
        raise HeldError(MOVED_AWAY)


def must_return(
    utterance: Utterance, there: str, window: str | None, settings: outputconfig.TypeSink, *, begun: bool
) -> bool:
    """Say whether the window where words appeared has to get the focus again for the rest of them.

    Raises:
        HeldError: they must not be completed now.
        ElsewhereError: the rest goes into the window that has the focus.
        SinkError: another took the focus after they had `begun` to be completed.
    """
    if not begun:
        check_moment(utterance, there, window, settings)
    if window == there:
        return False
    if settings.on_focus_change == "type":
        raise ElsewhereError
    if begun:
        raise SinkError(MOVED)
    return must_go_back(there, window, settings.on_focus_change)
