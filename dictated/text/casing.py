"""Carries the capitals of what was found over to what is put in its place."""

from __future__ import annotations

from enum import Enum


class Case(Enum):
    """How a piece of text is written."""

    LOWER = "lower"
    INITIAL = "initial"
    ALL = "all"


def case_of(text: str) -> Case:
    """Tell whether it begins with a capital, or has two letters or more and no small one; digits are none."""
    letters = [char for char in text if char.isalpha()]
    if len(letters) > 1 and text == text.upper() and text != text.lower():
        return Case.ALL
    return Case.INITIAL if letters and letters[0] != letters[0].lower() else Case.LOWER


def capitalised(text: str) -> str:
    """Return it with an initial capital, unless its first word has a capital or begins with a digit.

    So "by the way, Jo" gets one, and "iPhone" and "3rd" stay as they are.
    """
    words = text.split(maxsplit=1)
    if not words or words[0] != words[0].lower():
        return text
    at = next((at for at, char in enumerate(text) if char.isalnum()), 0)
    return text[:at] + text[at].title() + text[at + 1 :]
