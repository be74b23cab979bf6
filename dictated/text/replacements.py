r"""Puts one text in the place of another, rule by rule, as `text.replacements` says.

A phrase is a whole word where no letter or digit goes on beside it, nor an apostrophe with a letter behind it
("don" in "don't"); "GitHub" is one in "GitHub's". In a script without spaces every place is a boundary. Which
apostrophe is written does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from time import process_time
from typing import TYPE_CHECKING, Any, Literal

import regex

from dictated.text.casing import Case, capitalised, case_of
from dictated.text.removal import left, removing
from dictated.text.scripts import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dictated.textconfig import Replacement

RULE_S = 0.05
"""Seconds one rule may take on a text, as `regex` counts them: of processor time of the whole process.

An ordinary rule takes microseconds.
"""

ALL_S = 0.2
"""Seconds all regular expressions may take together on a text; a phrase needs no bound but its own."""

LONGEST = 20_000
"""Characters a rule may make a text grow to: some twenty minutes of speech."""

MOST_REPEATS = 10_000
"""How many copies of its parts `{n}` may ask for; `regex` lays them all out: 100 000 are 30 MB."""

_UNSPACED = rf"[{UNSPACED}]"
_BEFORE = rf"(?<!(?!{_UNSPACED})\w)"
_AFTER = rf"(?!(?!{_UNSPACED})\w|['\u2019](?!s\b)\w)"

_APOSTROPHE = regex.compile("['\u2019]")

_PROBE = "\ue000\ue000\ue000"
"""Private characters no rule is about; between two of them only a pattern for nothing at all matches."""

_REPEAT = regex.compile(r"\{(\d+)(?:,\d*)?\}")
_REFERENCE = regex.compile(r"\\(?:(?P<number>\d{1,2})|g<(?P<name>\w+)>|(?P<other>.?))", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule (counted from 0, as in the file) that was not carried out, for it took or put too much."""

    rule: int
    because: Literal["time", "length"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """The text after all rules, and the rules that were left out."""

    text: str = field(repr=False)
    skipped: tuple[Skipped, ...] = ()


class Replacements:
    """All rules, in order."""

    def __init__(self, rules: Iterable[Replacement]) -> None:
        """Make the rules ready.

        Raises:
            ValueError: see `read`.
        """
        self._rules = [read(rule) for rule in rules]

    def apply(self, text: str) -> str:
        """Return the text after all rules."""
        return self.replace(text).text

    def replace(self, text: str) -> Replaced:
        """Carry out each rule on what the ones before it left; one beyond its bounds leaves it unchanged."""
        skipped = []
        end = process_time() + ALL_S
        for number, rule in enumerate(self._rules):
            try:
                text = rule.carry_out(text, RULE_S if rule.hint else min(RULE_S, end - process_time()))
            except (TimeoutError, MemoryError):  # what a search has to remember also grows with its time
                skipped.append(Skipped(number, "time"))
            except _TooLongError:
                skipped.append(Skipped(number, "length"))
        return Replaced(text, tuple(skipped))


class _TooLongError(Exception):
    """The text would grow beyond its bound."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to be carried out; `put` is a row of literal texts and groups."""

    pattern: Any
    put: tuple[str | _Group, ...]
    hint: str  # found, in any case, in every text that the pattern matches: spares most of the searches
    keeps_case: bool
    vanishes: bool = False

    def carry_out(self, text: str, seconds: float) -> str:
        """Return the text with every match replaced.

        Raises:
            TimeoutError: it took longer.
            _TooLongError: the text would grow beyond `LONGEST`.
        """
        if self.hint not in text.casefold():
            return text
        room = max(LONGEST - len(text), 0)

        def put(found: Any) -> str:
            nonlocal room
            instead = self._written(found)
            room += len(found[0]) - len(instead)
            if room < 0:
                raise _TooLongError
            return instead

        if seconds <= 0:
            raise TimeoutError
        return str(self.pattern.sub(put, text, timeout=seconds, concurrent=True))

    def _written(self, found: Any) -> str:
        if self.vanishes:
            return left(found, keeps_case=self.keeps_case)
        case = case_of(found[0]) if self.keeps_case else Case.LOWER
        own = "".join(part for part in self.put if isinstance(part, str))
        if case is Case.ALL and own == own.lower():
            return "".join(part.upper() if isinstance(part, str) else part.of(found) for part in self.put)
        parts = [part if isinstance(part, str) else part.of(found) for part in self.put]
        if case is not Case.LOWER and self.put and isinstance(self.put[0], str):
            parts[0] = capitalised(parts[0])
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Group:
    name: int | str

    def of(self, found: Any) -> str:
        return found[self.name] or ""


def read(rule: Replacement) -> Rule:
    """Make a rule ready.

    Raises:
        ValueError: it cannot be carried out; the message names the key and how to mend it, in one line.
    """
    if rule.match == "regex":
        pattern = _compiled(rule.find, rule.keep_case)
        _probe(pattern)
        return Rule(pattern, tuple(_parts(rule.put, pattern)), "", rule.keep_case)
    if rule.match == "word" and not rule.find.strip():
        raise ValueError('find: is no word; match = "literal" finds white space')
    if rule.match == "literal":
        pattern = _compiled(regex.escape(rule.find), rule.keep_case)
        return Rule(pattern, (rule.put,), rule.find.casefold(), rule.keep_case)
    whole = _whole(rule.find)
    pattern = _compiled(whole if rule.put else removing(whole), rule.keep_case)
    hint = max(_APOSTROPHE.split(rule.find.split()[0]), key=len).casefold()
    return Rule(pattern, (rule.put,), hint, rule.keep_case, vanishes=not rule.put)


def _whole(phrase: str) -> str:
    """Write a pattern for a phrase as whole words."""
    words = r"\s+".join(_APOSTROPHE.sub("['\u2019]", regex.escape(word)) for word in phrase.split())
    before = "" if regex.match(_UNSPACED, phrase.strip()) else _BEFORE
    after = "" if regex.match(_UNSPACED, phrase.strip()[-1]) else _AFTER
    return before + words + after


def _compiled(source: str, any_case: bool) -> Any:  # noqa: FBT001 (the rule's own key)
    if prod(max(int(count), 1) for count in _REPEAT.findall(source)) > MOST_REPEATS:
        raise ValueError(f"find: repeats its parts more than {MOST_REPEATS} times; take smaller {{numbers}}")
    try:
        return regex.compile(source, regex.IGNORECASE if any_case else 0)
    except (regex.error, ValueError, OverflowError) as error:
        raise ValueError(f"find: is no regular expression: {_line(error)}") from None
    except (RecursionError, MemoryError):
        raise ValueError("find: is nested too deep; write it shorter") from None


def _probe(pattern: Any) -> None:
    """See on three letters that the pattern is not for nothing at all, and comes to an end."""
    try:
        nothing = pattern.match(_PROBE, 1, timeout=RULE_S, concurrent=True)
    except (TimeoutError, MemoryError):
        raise ValueError("find: does not come to an end; see that it does not call itself") from None
    if nothing and not nothing[0]:
        raise ValueError(
            "find: also matches nothing at all, so at every place; write + for *, or name a letter"
        )


def _parts(put: str, pattern: Any) -> Iterator[str | _Group]:
    r"""Split at the groups: \1, \g<1>, \g<name>, and \0 for all that was found; \\ is a backslash."""
    at = 0
    for found in _REFERENCE.finditer(put):
        yield from filter(None, [put[at : found.start()]])
        yield _part(found, pattern)
        at = found.end()
    yield from filter(None, [put[at:]])


def _part(found: Any, pattern: Any) -> str | _Group:
    if found["other"] == "\\":
        return "\\"
    name = found["number"] or found["name"]
    if not name:
        raise ValueError(
            rf"put: {found[0]} is no group; they are \1, \2 … or \g<name>, and \\ is a backslash"
        )
    group = int(name) if name.isdecimal() else name
    if group not in pattern.groupindex and group not in range(pattern.groups + 1):
        raise ValueError(f"put: {found[0]} is a group that find does not have; it has {pattern.groups}")
    return _Group(group)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
