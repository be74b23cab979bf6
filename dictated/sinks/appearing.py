"""What of an utterance stands in a window while it is still being said, and what must change there.

Only what one BackSpace takes back alone, whatever the program and whatever stands beside it, appears before
the utterance is complete. What a hand types between two appearances in the same window cannot be seen: a
correction then takes back, of what stands before the cursor, as many graphemes as it meant of ours. That is
why it goes no further back than where the words differ.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import regex

from dictated.errors import HeldError
from dictated.typed import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated.typed import Typed
    from dictated.types import Utterance

STEP = 50
"""BackSpaces between two looks at the focus, some 5 ms: what would hit another window at most."""

UNFINISHED = "the words before are not complete yet"
MOVED_AWAY = "another window has the focus than the one the words are for"
UNKNOWN = "which window has the focus is not known, so what appears could not be corrected"
BROKE_OFF = "typing broke off while the words appeared; how much of them stands there is not known"
PART = "the beginning of the words stands in the window they were spoken to"

_ALONE = regex.compile(r"[\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}]")
"""A code point that is one grapheme beside any other of them (Unicode TR 29): no accent of its own, joiner,
flag, skin tone, or letter of Hangul that is written one by one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What turns the words that stand there into others: so many BackSpaces, then these."""

    back: int
    words: str


class Appearing:
    """The beginning of one utterance's words, and the window it stands in.

    Tell it before keys are pressed (`touch`) and after (`took`, `put`): what breaks off in between leaves an
    unknown part (`lost`). What is left to stand becomes a text that can be taken back by `undo`.
    """

    def __init__(self, typed: Typed) -> None:
        self.window = ""  # where it stands; empty where nothing does
        self.text = ""  # nothing but what one BackSpace each takes back, while it may be corrected
        self.corrections = 0  # graphemes taken back, of all utterances
        self.lost = False  # keys were pressed, and what came of them is not known
        self.utterance: Utterance | None = None  # whose it is
        self._typed = typed

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether something of that utterance stands somewhere."""
        return (self.lost or bool(self.text)) and self._is_of(utterance)

    def towards(self, text: str) -> Change:
        """Return what has the text stand there."""
        there, wanted = _graphemes(self.text), _graphemes(text)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(there, wanted, strict=False)))
        return Change(len(there) - same, "".join(wanted[same:]))

    def further(self, text: str) -> str:
        """Return what another window gets of the text: what has not appeared, or all where that was other."""
        change = self.towards(text)
        return text if change.back else change.words

    def claim(self, utterance: Utterance) -> None:
        """Look whether words of that utterance may appear at all.

        Raises:
            HeldError: they may not.
        """
        if self.lost:
            raise HeldError(BROKE_OFF)
        if self.text and not self._is_of(utterance):
            raise HeldError(UNFINISHED)

    def look(self, window: str | None) -> None:
        """Look whether words may appear, and be corrected, in the window that has the focus.

        Raises:
            HeldError: they may not.
        """
        if not window:
            raise HeldError(UNKNOWN)
        if self.text and window != self.window:
            raise HeldError(MOVED_AWAY)

    def touch(self, utterance: Utterance, window: str) -> None:
        """Note that keys are about to be pressed there."""
        self.utterance, self.window, self.lost = utterance, window, True

    def untouched(self) -> None:
        """Note that none was pressed after all."""
        self.lost = False

    def took(self, count: int) -> None:
        """Note that so many graphemes of ours were taken back."""
        self.lost = False
        self.corrections += count
        there = _graphemes(self.text)
        self.text = "".join(there[: len(there) - count])

    def put(self, words: str) -> None:
        """Note that these were typed after what stood there."""
        self.lost = False
        self.text += words

    def complete(self, window: str | None) -> None:
        """Note that all of the utterance stands there now, in this window or nobody knows in which."""
        self._typed.note(self.text, window)
        self._forget()

    def leave(self) -> None:
        """Have what stands there stay, and no longer be corrected."""
        if self.lost:
            self._typed.forget()
        elif self.text:
            self._typed.note(self.text, self.window)
        self._forget()

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Complete it in the block, or leave it; words that are held then tell of the part that stands.

        Raises:
            HeldError: how much stands there is not known, so it cannot be completed.
        """
        if self.lost:
            self.leave()
            raise HeldError(BROKE_OFF)
        part = bool(self.text)
        try:
            yield
        except HeldError as held:
            raise HeldError(f"{held}; {PART}" if part else str(held)) from held
        finally:
            self.leave()

    def _is_of(self, utterance: Utterance) -> bool:
        return self.utterance is not None and self.utterance.number == utterance.number

    def _forget(self) -> None:
        self.utterance, self.window, self.text, self.lost = None, "", "", False


def beginning(text: str) -> str:
    """Return as much of the text as may appear before it is known that it stays."""
    return "".join(takewhile(_is_alone, _graphemes(text)))


def _is_alone(grapheme: str) -> bool:
    """Whether one BackSpace takes it back, and nothing else."""
    return _ALONE.fullmatch(grapheme) is not None and is_known(grapheme)


def _graphemes(text: str) -> list[str]:
    found: list[str] = regex.findall(r"\X", text)
    return found
