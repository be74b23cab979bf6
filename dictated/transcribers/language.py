"""The language a user names, as engines take it."""

from __future__ import annotations

import re


def code(language: str) -> str:
    """Return the ISO 639-1 code ("en" of "en-US"), or nothing where the engine is to find out ("auto")."""
    first = re.split("[-_]", language.strip().lower())[0]
    return "" if first == "auto" else first
