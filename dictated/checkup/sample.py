"""The text by which typing is tried, and how what came of it differs."""

from __future__ import annotations

from difflib import SequenceMatcher

SAMPLE = 'Aa Zz 09 "it\'s" {[@#?!]} é ß Ñ я Σ 你 € 🙂 end'
"""Shifted characters, and what a layout lacks."""

PLAIN = "".join(filter(str.isascii, SAMPLE))
"""For a method that types nothing else."""


def differences(typed: str, came: str) -> list[str]:
    """Say what became of each stretch that did not arrive as it was."""
    matcher = SequenceMatcher(None, typed, came, autojunk=False)
    return [
        _difference(typed[a:b], came[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"
    ]


def _difference(typed: str, came: str) -> str:
    if not came:
        return f'"{typed}" did not come'
    return f'"{came}" came for "{typed}"' if typed else f'"{came}" came unasked'
