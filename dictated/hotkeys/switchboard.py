"""All combinations that are watched, together: what each key that goes down or up asks for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from dictated.hotkeys.chord import Chord
from dictated.hotkeys.combination import keycodes_of, modifiers_in, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.hotkeys.chord import Binding
    from dictated.types import Wish


@dataclass(slots=True)
class _Line:
    """A binding at work; `since` is when it was completed last."""

    binding: Binding
    chord: Chord
    since: float = 0.0


class Switchboard:
    """Knows keycodes and bindings, and no device. Safe for several threads.

    No key is known before the first `remap`. `clock` gives seconds and never goes back.
    """

    def __init__(self, bindings: Sequence[Binding], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._lines = [_Line(binding, Chord(())) for binding in bindings]

    def remap(self, mapping: Mapping[int, tuple[int, ...]]) -> None:
        """Take the keyboard's mapping, at first and whenever it changed: the keysyms of each keycode.

        What is held stays held. A combination that this keyboard does not have is never complete.
        """
        modifiers = modifiers_in(mapping)
        with self._lock:
            for line in self._lines:
                parts = keycodes_of(parse(line.binding.combination), mapping)
                strangers = modifiers - frozenset().union(*parts)
                line.chord = Chord(parts, strangers, line.chord.down, line.chord.complete)

    def press(self, key: int) -> list[Wish]:
        """Take a key that went down, or repeats; return what is asked for now."""
        now = self._clock()
        with self._lock:
            completed = [line for line in self._lines if line.chord.press(key)]
            for line in completed:
                line.since = now
        return [line.binding.pressed for line in completed]

    def hold(self, key: int) -> None:
        """Take a key that was down before anybody looked; it completes nothing by itself."""
        with self._lock:
            for line in self._lines:
                line.chord.hold(key)

    def release(self, key: int) -> list[Wish]:
        """Take a key that went up; return what is asked for now."""
        with self._lock:
            return self._ended([line for line in self._lines if line.chord.release(key)])

    def release_all(self) -> list[Wish]:
        """Take every key for let go, as nobody will see it go up; return what is asked for now."""
        with self._lock:
            held = [line for line in self._lines if line.chord.complete]
            for line in self._lines:
                line.chord.down.clear()
                line.chord.complete = False
            return self._ended(held)

    def _ended(self, lines: list[_Line]) -> list[Wish]:
        """Return what the end of these asks for, which were complete until now."""
        now = self._clock()
        long_enough = (line.binding for line in lines if now - line.since >= line.binding.least_hold)
        return [binding.released for binding in long_enough if binding.released is not None]
