"""What was found about one thing, how bad that is, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dictated.errors import DictatedError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Part(StrEnum):
    """What dictating cannot do without one of, put as what is missing where there is none."""

    MICROPHONE = "no microphone can be opened"
    ENGINE = "no engine answers"
    SINK = "words can be put nowhere"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `mend` is a command or a line of the configuration, where one is known.

    `part` is what this thing would be for dictating; it is, unless it has failed.
    """

    what: str
    grade: Grade
    found: str
    mend: str = ""
    part: Part | None = None


def of_error(
    what: str, error: Exception, *, grade: Grade = Grade.FAIL, part: Part | None = None, mend: str = ""
) -> Finding:
    """Make a finding of an error; the end of its message mends it, where it says how, else `mend`."""
    message = " ".join(str(error).split())
    found, behind = split(message) if isinstance(error, DictatedError) else (message, "")
    return Finding(what, grade, found, behind or mend, part)


def split(message: str) -> tuple[str, str]:
    """Part what happened from how to mend it, as messages have it: "this; that", or else "this: that".

    What a message quotes stands in brackets, which are not looked into.
    """
    for mark in ("; ", ": "):
        depth = 0
        for place, char in enumerate(message):
            depth += (char == "(") - (char == ")")
            if depth == 0 and message.startswith(mark, place):
                return message[:place], message[place + len(mark) :]
    return message, ""


def missing(findings: Iterable[Finding]) -> list[Part]:
    """Return what dictating lacks; nothing where the main job can work."""
    there = {finding.part for finding in findings if finding.grade is not Grade.FAIL}
    return [part for part in Part if part not in there]
