"""Tells the key events we send ourselves from those of a hand.

X reports both alike. Typing says here what it is about to send, in order; a watcher of keys asks here about
each event it sees, and hears when a key that we let go for the user has been let go by the user too.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_MOST = 100_000
"""Events remembered at most; a text of ten thousand characters makes forty thousand."""


class OwnKeys:
    """What is shared between typing and watching. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._expected: deque[tuple[int, bool]] = deque(maxlen=_MOST)
        self._watcher: Callable[[int], None] | None = None
        self._lent: frozenset[int] = frozenset()
        self._typing = False
        self.texts = 0
        """How many texts have been typed, each to its end."""

    @property
    def typing(self) -> bool:
        """Whether a text is being typed at this moment."""
        return self._typing

    @contextmanager
    def type(self) -> Iterator[None]:
        """Make `typing` true for as long as the block lasts."""
        self._typing = True
        try:
            yield
        finally:
            self.texts += 1  # first: whoever asks for one and then the other sees that there is or was a text
            self._typing = False

    @property
    def lent(self) -> frozenset[int]:
        """Keycodes that carry a character for typing for the time being, and are no key of the user's."""
        return self._lent

    def lend(self, keycodes: Iterable[int]) -> None:
        """Set what `lent` returns."""
        self._lent = frozenset(keycodes)

    def watch(self, let_go: Callable[[int], None]) -> None:
        """Begin to watch; `let_go` is called, in the thread that types, with a key the user let go unseen."""
        with self._lock:
            self._expected.clear()
            self._watcher = let_go

    def unwatch(self) -> None:
        """Watch no more: nothing is remembered for nobody."""
        with self._lock:
            self._watcher = None
            self._expected.clear()

    def expect(self, keycode: int, *, down: bool) -> None:
        """Say that we are about to press that key, or to let it go."""
        with self._lock:
            if self._watcher is not None:
                self._expected.append((keycode, down))

    def claim(self, keycode: int, *, down: bool) -> bool:
        """Say whether an event that was seen is the next of ours, and forget it.

        What the server swallowed, such as the press of a key that was down already, is passed over.
        """
        event = (keycode, down)
        with self._lock:
            if event not in self._expected:
                return False
            while self._expected.popleft() != event:
                pass
            return True

    def let_go(self, keycode: int) -> None:
        """Say that the user let go of a key while we had let it go for them, so that no event told it."""
        with self._lock:
            watcher = self._watcher
        if watcher is not None:
            watcher(keycode)
