"""The phrases that are commands, and where in a speech they stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import regex

from dictated.text.marks import MARKS
from dictated.text.speech import speech
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dictated.text.language import Language
    from dictated.text.speech import Speech
    from dictated.textconfig import Commands


class Act(StrEnum):
    """What a command does; all but `WRITE` are written so in a table."""

    WRITE = "write"
    NEW_LINE = "@new-line"
    NEW_PARAGRAPH = "@new-paragraph"
    NO_SPACE = "@no-space"
    CAPS_ON = "@caps-on"
    CAPS_OFF = "@caps-off"
    UNDO = "@undo"
    STOP = "@stop"
    LITERAL = "@literal"


_CODE = regex.compile("[a-z]{2,3}")

_OTHER_CODES = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es"}
"""Codes (ISO 639-2) of languages that have a table under a shorter one."""

ACTIONS = frozenset(Act) - {Act.WRITE}
"""What may stand in a table beside a text."""

_BREAKS = frozenset({Act.NEW_LINE, Act.NEW_PARAGRAPH})
"""Those that press Enter where words are typed: commands only where that is on."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase does; `anywhere`: a mark that is meant wherever it is said."""

    act: Act
    text: str = field(default="", repr=False)
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a speech: the index of its first word, of the word behind it, and what it means."""

    first: int
    end: int
    meaning: Meaning

    @property
    def act(self) -> Act:
        """What it does."""
        return self.meaning.act


class Phrases:
    """All phrases that are commands under the settings."""

    def __init__(self, settings: Commands, language: Language) -> None:
        self._meanings: dict[tuple[str, ...], Meaning] = {}
        for phrase, value in _valid(settings, language):
            meaning = _meaning(value, settings, is_mark=_is_mark(value))
            if meaning is not None:
                self._meanings[speech(phrase).words] = meaning
        # of the phrases that begin with a word, longest first
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for words in self._meanings:
            lengths[words[0]].add(len(words))
        self._lengths = {word: sorted(found, reverse=True) for word, found in lengths.items()}

    def find(self, said: Speech) -> Iterator[Found]:
        """Yield the phrases in the order of speaking; where several begin, the longest."""
        at = 0
        while at < len(said.words):
            found = self._at(said, at)
            if found is None:
                at += 1
            else:
                yield found
                at = found.end

    def _at(self, said: Speech, at: int) -> Found | None:
        found = self._longest(said, at)
        if found is None or found.act is not Act.LITERAL:
            return found
        word = self._longest(said, found.end)
        if word is None:
            return None
        text = said.between(word.first, word.end)
        return Found(at, word.end, Meaning(Act.LITERAL, text, word.meaning.anywhere))

    def _longest(self, said: Speech, at: int) -> Found | None:
        for length in self._lengths.get(said.words[at], ()) if at < len(said.words) else ():
            words = said.words[at : at + length]
            meaning = self._meanings.get(words) if len(words) == length else None
            if meaning is not None and all(_is_one(said.gap(i)) for i in range(at + 1, at + length)):
                return Found(at, at + length, meaning)
        return None


def problems(words: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield a line for each of the user's words that can do nothing: `text.commands.words.en."hop": …`."""
    for code, phrases in words.items():
        if code in _OTHER_CODES or not _CODE.fullmatch(code):
            known = _OTHER_CODES.get(code, "en")
            yield f'text.commands.words.{tidy(code)}: is no code of text.language, such as "{known}"'
        for phrase, value in phrases.items():
            where = f'text.commands.words.{tidy(code)}."{tidy(phrase)}"'
            if not speech(phrase).words:
                yield f"{where}: has no word that can be said"
            elif value.startswith("@") and len(value) > 1 and value not in ACTIONS:
                yield f"{where}: no such action; there are {', '.join(sorted(ACTIONS))}"


def _valid(settings: Commands, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the phrases that are read, and what they stand for; the user's own come last, and so prevail."""
    own = settings.words.get(language.code, {})
    taken = {speech(phrase).words for phrase in own}
    shipped = dict(language.commands)
    if settings.punctuation:
        shipped |= language.punctuation
    yield from ((phrase, value) for phrase, value in shipped.items() if speech(phrase).words not in taken)
    yield from ((phrase, value) for phrase, value in own.items() if speech(phrase).words)


def _meaning(value: str, settings: Commands, *, is_mark: bool) -> Meaning | None:
    """Return what a value of a table stands for; nothing where it is not read, or is no action."""
    if value == Act.LITERAL:
        return Meaning(Act.LITERAL)
    if not settings.enter:
        value = value.rstrip("\n") if is_mark else value  # "punto y aparte" is a full stop in any case
        if value in _BREAKS or "\n" in value:
            return None
    anywhere = settings.punctuation and is_mark
    if settings.when == "never" and not anywhere:
        return None
    if value.startswith("@") and len(value) > 1:
        return Meaning(Act(value)) if value in ACTIONS else None
    text = "\n".join(tidy(line) for line in value.split("\n"))
    return Meaning(Act.WRITE, text, anywhere) if text else None


def _is_mark(value: str) -> bool:
    return all(char in MARKS or char in "/%\n" for char in value) and bool(value.strip())


def _is_one(gap: str) -> bool:
    """Tell whether two words are said as one phrase: a space or a hyphen parts them, nothing else."""
    return all(char.isspace() or char == "-" for char in gap)
