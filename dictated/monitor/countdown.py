"""Time to go to another window, before words are put into the one that has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.timer import Timer

SECONDS = 4
"""Long enough to go to another window, short enough to wait for."""


class Countdown(Static):
    """One line that is there while seconds run down; at their end it tells `Over`, unless it was stopped."""

    DEFAULT_CSS = """
    Countdown { height: 1; padding: 0 1; background: $foreground; color: $background; display: none; }
    """

    class Over(Message):
        """The time is over; `number` is of the words."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    def __init__(self, second_s: float = 1.0) -> None:
        """`second_s` is how long a second is taken to be."""
        super().__init__()
        self._second_s = second_s
        self._number: int | None = None
        self._left = 0
        self._ticking: Timer | None = None

    def start(self, number: int | None) -> None:
        """Begin, anew where it runs already."""
        self.stop()
        self._number, self._left = number, SECONDS
        self._ticking = self.set_interval(self._second_s, self._tick)
        self._tell()

    def stop(self) -> None:
        """End without telling."""
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self.display = False

    def _tick(self) -> None:
        self._left -= 1
        if self._left:
            self._tell()
        else:
            self.stop()
            self.post_message(self.Over(self._number))

    def _tell(self) -> None:
        self.display = True
        self.update(Content(f"In {self._left} s the words go where you are then: go there. Esc: not at all"))


STOP = Binding("escape", "stay", "Stay", show=False)
"""The key that ends it."""
