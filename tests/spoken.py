"""A recording's sentences as an undisturbed run understands them, and how often one of them stands in a text."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moonshine_voice import get_assets_path
from recordings import words

if TYPE_CHECKING:
    from fixtures.daemon import Dictated

RECORDING = get_assets_path() / "two_cities.wav"

ALIKE = 1 / 5
"""Words of a sentence that may be otherwise in its second appearance: the sentences differ in more."""

MISHEARD, LEAST_MISHEARD = 1 / 4, 2
"""Words that may be understood otherwise than in the undisturbed run, for the sound went another way; of a
few words, not all."""


@dataclass(frozen=True)
class Sentence:
    """What was said, and when: in seconds from the beginning of the recording."""

    start: float
    end: float
    text: str


def undisturbed(program: Dictated) -> list[Sentence]:
    """What `dictated transcribe` understands of the recording, and when it was said."""
    lines = program("transcribe", "--json", RECORDING).stdout.splitlines()
    read = [json.loads(line) for line in lines]
    return [Sentence(line["start"], line["end"], line["text"]) for line in read]


def stands(sentence: str, texts: list[str]) -> bool:
    """Whether the sentence is in the texts, some of its words misheard or not."""
    said = words(sentence)
    allowed = min(max(LEAST_MISHEARD, int(len(said) * MISHEARD)), len(said) // 3)
    return not said or _match(said, words(" ".join(texts)), allowed) is not None


def twice(sentence: str, texts: list[str]) -> bool:
    """Whether the sentence is in the texts more than once, nearly word for word."""
    said, heard = words(sentence), words(" ".join(texts))
    count = 0
    while (place := _match(said, heard, int(len(said) * ALIKE))) is not None:
        del heard[place[0] : place[1]]
        count += 1
    return count > 1


def surplus(log: list[str], texts: list[str]) -> list[str]:
    """Lines of the log beyond those that the history knows of."""
    return list((Counter(log) - Counter(texts)).elements())


def _match(said: list[str], heard: list[str], allowed: int) -> tuple[int, int] | None:
    """Where the words stand best within what was heard; None where more than allowed is otherwise (Sellers 1980)."""
    row = [(0, j) for j in range(len(heard) + 1)]  # errors, and where the match began
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], (i, 0)
        for j, other in enumerate(heard, 1):
            same = (before[0] + (word != other), before[1])
            before = row[j]
            row[j] = min(same, (before[0] + 1, before[1]), (row[j - 1][0] + 1, row[j - 1][1]))
    end = min(range(len(row)), key=lambda j: row[j][0])
    return (row[end][1], end) if row[end][0] <= allowed and row[end][1] < end else None
