"""What is being said, as far as it is understood: a word counts once two guesses in a row agree on it.

The rule is LocalAgreement-2 of D. Macháček, R. Dabre and O. Bojar, "Turning Whisper into Real-Time
Transcription System", IJCNLP-AACL 2023 (arXiv 2307.14743), and what Whisper-Streaming does. Unlike there,
a word that counted may be put right while it is near the end.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dictated.errors import TranscriberError
from dictated.ports import Transcriber
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from dictated.types import Hints, Transcript, Utterance

NEAR = 20
"""So many characters from the end, what counted may still turn out otherwise; what lies further back stays
until the utterance is over. Each engine wavers now and then about a word or comma of long ago, and each time
everything behind it would have to be written anew."""

_STOPS = ".,;:!?…"
"""What may stand behind a word: a guess often ends in a full stop that the next one does not have."""


class Hypothesis:
    """The words of one utterance while it is being said."""

    def __init__(self) -> None:
        self.newest = ""  # the last guess, whole
        self._guess: list[str] = []  # its words
        self._words: list[str] = []  # those that count

    @property
    def text(self) -> str:
        """What counts; the stop behind the last word does not, before there is a word behind it."""
        return " ".join([*self._words[:-1], *map(_bare, self._words[-1:])])

    def hear(self, guess: str) -> None:
        """Take another guess at all that was said until now."""
        before, self._guess, self.newest = self._guess, guess.split(), guess
        agreed = agreement(before, self._guess)
        unsure = {at for at, word in enumerate(agreed) if before[at] != word}
        kept = self._kept()
        start = _place(kept, agreed)
        rest = self._words[len(kept) :]
        tail = [
            rest[at] if at < len(rest) and start + at in unsure and _alike(rest[at], word) else word
            for at, word in enumerate(agreed[start:])
        ]
        if common(tail, rest) == len(tail):  # they agree on less than before: that is no other opinion
            tail += rest[len(tail) :]
        self._words = kept + tail

    def _kept(self) -> list[str]:
        """Return the words that stay as they are, because they are far from the end."""
        least = len(self.text) - NEAR
        ends = 0
        kept: list[str] = []
        for word in self._words:
            if ends >= least:
                break
            kept.append(word)
            ends += len(word) + 1
        return kept


def agreement(before: list[str], now: list[str]) -> list[str]:
    """Return the words at the beginning that two guesses share, as the newer one spells them."""
    return now[: common(before, now)]


def common(one: list[str], other: list[str]) -> int:
    """Return how many words at the beginning are alike: capitals and stops do not count."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _alike(*pair), pairs))


def _place(kept: list[str], agreed: list[str]) -> int:
    """Return where in the agreed words it goes on behind those that are kept, though some may differ."""
    ours, theirs = [_key(word) for word in kept], [_key(word) for word in agreed]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    ends = [(block.a + block.size, block.b + block.size) for block in blocks if block.size]
    mine, other = ends[-1] if ends else (0, 0)
    return other + len(kept) - mine


def _alike(one: str, other: str) -> bool:
    return _key(one) == _key(other)


def _key(word: str) -> str:
    return _bare(word).casefold()


def _bare(word: str) -> str:
    return word.rstrip(_STOPS)


@runtime_checkable
class Guessing(Transcriber, Protocol):
    """A transcriber that can be asked for nothing: for no money, and without leaving a trace."""

    async def guess(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return what it makes of an utterance that is not over.

        Raises:
            TranscriberError: it cannot be asked now.
        """
        ...


@runtime_checkable
class Previewing(Transcriber, Protocol):
    """A transcriber that would write otherwise than the engine does."""

    async def preview(self, answer: Transcript) -> Transcript:
        """Return what the engine made of an utterance that may not be over, as it would be shown."""
        ...


async def guessed(asked: Transcriber, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
    """Return what `asked` makes of an utterance that is not over.

    Raises:
        TranscriberError: it takes no guesses, or cannot be asked now.
    """
    if not isinstance(asked, Guessing):
        raise TranscriberError(f"{asked.name} is not asked for what is still being said")
    return await asked.guess(utterance, hints)


async def previewed(asked: Transcriber, answer: Transcript) -> Transcript:
    """Return the answer of an engine as `asked` would show it while the utterance is not over."""
    return await asked.preview(answer) if isinstance(asked, Previewing) else answer
