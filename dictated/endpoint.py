"""How long a pause must be to end what is said, judged by its words: who stops at "and" has not finished.

What the words tell of an end is little: Moonshine writes a full stop before three in four of the pauses
inside a sentence. What they tell of going on is more: a comma, a word that no sentence ends with, digits or
letters one by one. The level tells nothing: it falls before either kind of pause alike. The figures are in
benchmarks/pauses.json.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from dictated.types import FRAME_MS


class Sense(StrEnum):
    """What the words so far tell."""

    WHOLE = "whole"
    """They end a sentence."""
    TORN = "torn"
    """They go on."""
    EITHER = "either"
    """Nobody can say."""


HANGING = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about an and as at because but by every for from i i'm if in into its my nor of on or our"
        " than the their they to unless until we when where whether which while who whose with without your",
        "de": "aber als am an auf aus bei bis da damit dass dem den denn der des die durch ein eine einem"
        " einen einer eines für gegen hinter ich im in ins mein meine mit nach ob oder ohne sehr sondern"
        " über um und unser unter vom von vor weil welche wenn wer wie zum zur zwischen",
        "fr": "à au aux avec car ce ces chez comme dans de depuis des donc du elle en et il je la le les"
        " leur leurs lorsque ma mais mes mon ne ni notre nos on ou où par parce pendant pour pourquoi"
        " puisque quand que qui quoi sa sans ses si son sous sur ta tes ton très un une vers votre vos",
        "es": "a al ante aunque con como cuando de del desde donde e el en entre hacia hasta la las los"
        " mi mis muy ni nuestra nuestro o para pero por porque pues que quien según si sin sino sobre su"
        " sus tu tus u un una unas unos y yo",
    }.items()
}
"""By language (ISO 639-1): conjunctions, prepositions, articles, possessives and pronouns after which a
sentence goes on. Some can end one all the same ("come in"): that costs a longer pause, no word. Verbs are
not among them: short answers end with them ("than he was").
"""

DIGITS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "zero oh one two three four five six seven eight nine double",
        "de": "null ein eins zwei zwo drei vier fünf sechs sieben acht neun",
        "fr": "zéro un deux trois quatre cinq six sept huit neuf",
        "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    }.items()
}
"""By language: the digits as words."""

_IN_A_ROW = 2
"""So many digits or letters by themselves, and a number or a name is being spelled."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001 (both apostrophes are written)
_AFTER = "\"'”’»)]} \n\t"  # noqa: RUF001 (quotes as they are written)
_NONE: frozenset[str] = frozenset()


def sense(text: str, language: str) -> Sense:
    """Say whether a text ends a sentence or goes on; `language` (ISO 639-1) chooses the words that tell.

    A full stop behind a word that no sentence ends with counts for nothing; a question or an exclamation mark
    does ("What are you looking for?").
    """
    bare = text.rstrip(_AFTER)
    words = [word.lower().replace("’", "'") for word in _WORD.findall(bare)]  # noqa: RUF001 (see above)
    if not words:
        return Sense.EITHER
    if bare.endswith(("?", "!")):
        return Sense.WHOLE
    if bare.endswith((",", ";", ":", "-", "–", "—")):  # noqa: RUF001 (dashes of all lengths)
        return Sense.TORN
    if words[-1] in HANGING.get(language, _NONE) or _spells(words[-_IN_A_ROW:], language):
        return Sense.TORN
    return Sense.WHOLE if bare.endswith(".") and not bare.endswith("..") else Sense.EITHER


def _spells(words: list[str], language: str) -> bool:
    """Say whether these are digits or letters, one by one."""
    digits = DIGITS.get(language, _NONE)
    return len(words) == _IN_A_ROW and all(
        word in digits or word.isdecimal() or len(word) == 1 for word in words
    )


@dataclass(frozen=True, slots=True)
class Patience:
    """The bounds between which a pause adapts, in frames; 0 is no bound of its own: the usual pause."""

    least: int = 0
    most: int = 0
    language: str = "en"

    @classmethod
    def from_ms(cls, least: float, most: float, language: str) -> Patience:
        """Return it for milliseconds, rounded to frames."""
        return cls(round(least / FRAME_MS), round(most / FRAME_MS), language)

    def frames(self, text: str, usual: int) -> int:
        """Return how many frames of quiet end an utterance of this text so far."""
        told = sense(text, self.language)
        if told is Sense.WHOLE and self.least:
            return self.least
        if told is Sense.TORN and self.most:
            return self.most
        return usual


NONE = Patience()
"""Every pause is the usual one."""
