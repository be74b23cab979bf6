"""How long to wait before a lost microphone is tried again."""

from __future__ import annotations


class Persistence:
    """Waits `first_s` seconds, then twice as long each time, up to `most_s`; it never gives up.

    A microphone that is lost within `most_s` of having come back was not really back: the waiting goes on
    from where it was, so that one which comes and goes is not opened over and over.
    """

    def __init__(self, first_s: float, most_s: float) -> None:
        self._first_s = min(first_s, most_s)
        self._most_s = most_s
        self._next_s = self._first_s
        self._back_since: float | None = None

    def came_back(self, now: float) -> None:
        """Take note that the microphone is open since `now`, in seconds of any steady clock."""
        self._back_since = now

    def again_at(self, now: float) -> float:
        """Return when to try again what failed or was lost `now`, by the same clock."""
        if self._back_since is not None and now - self._back_since >= self._most_s:
            self._next_s = self._first_s
        self._back_since = None
        wait_s, self._next_s = self._next_s, min(2 * self._next_s, self._most_s)
        return now + wait_s
