"""Takes a phrase out of a text with what would be left over of it: a space, and a mark beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regex import escape

from dictated.text.casing import Case, capitalised, case_of
from dictated.text.marks import ENDS, PAUSES, QUOTES
from dictated.text.scripts import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDE = frozenset("。！？｡、，；：､")  # noqa: RUF001 (the marks of Chinese and Japanese)
"""Marks that words stand close to."""

_LOOKED_AT = 20
"""Characters before a phrase that tell whether a sentence begins with it."""


def _any(marks: Iterable[str]) -> str:
    return f"[{''.join(map(escape, sorted(marks)))}]"


_SPACE = r"[^\S\n]?"
_LETTER = rf"(?:(?![{UNSPACED}])\w)"
_NARROW = (ENDS | PAUSES) - _WIDE
_BEHIND = rf"(?P<mark>(?:{_any(_NARROW)}++(?!{_LETTER})|{_any(_WIDE)})?)(?P<space>{_SPACE})"
"""".NET" and ":30" begin with no mark."""
_NEXT = rf"(?P<next>(?:{_LETTER}++(?:['\u2019]{_LETTER}++)*+)?)"


def removing(whole: str) -> str:
    """Write a pattern for a phrase that is to vanish, once or several times, given the one for it."""
    before = rf"(?P<pause>(?:{_SPACE}{_any(PAUSES)})?)(?P<gap>{_SPACE})"
    return rf"{before}(?P<gone>{whole}){_BEHIND}(?:{whole}{_BEHIND})*+{_NEXT}"


def left(found: Any, *, keeps_case: bool) -> str:
    """Return what stays of a place that was found.

    Where the phrase began a sentence, its mark goes, and the word behind it takes its capital over; of a mark
    before it and one behind it the weaker goes.
    """
    mark = max(found.captures("mark"), key=lambda mark: mark[:1] in ENDS)
    if found["pause"]:
        return str((mark if mark[:1] in ENDS else found["pause"]) + found["space"] + found["next"])
    if not _begins(found.string[max(0, found.start() - _LOOKED_AT) : found.start()], found["gap"]):
        return str(mark + found["space"] + found["next"])
    is_last = found.string[found.end() : found.end() + 1] in {"", "\n"} and not found["next"]
    is_capital = keeps_case and case_of(found["gone"]) is not Case.LOWER
    return ("" if is_last else found["gap"]) + (capitalised(found["next"]) if is_capital else found["next"])


def _begins(before: str, gap: str) -> bool:
    """Tell whether a sentence begins behind a text and a gap."""
    if not before or before[-1] == "\n" or before[-1] in ENDS & _WIDE:
        return True
    return before.rstrip("".join(QUOTES))[-1:] in ENDS if gap else before[-1] in QUOTES
