"""What is known of a language: its spoken commands, its marks and its small words, read once from a table.

The tables are `languages/*.toml`; a language without one has no commands and no small words, and the marks
that all have in common.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from dictated.text.speech import compared

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = ("de", "en", "es", "fr")
"""The languages that have a table."""


@dataclass(frozen=True, slots=True)
class Language:
    """The table of one language, as `languages/en.toml` explains it."""

    code: str
    commands: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    punctuation: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    opening: frozenset[str] = frozenset()
    closing: frozenset[str] = frozenset()
    narrow: frozenset[str] = frozenset()
    parting: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    tied_before: frozenset[str] = frozenset()
    tied_after: frozenset[str] = frozenset()
    unending: frozenset[str] = frozenset()
    ending: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    name_begins: frozenset[str] = frozenset()


@cache
def language(code: str) -> Language:
    """Return what is known of the language of this code (ISO 639); of most, nothing."""
    if code not in SHIPPED:
        return Language(code)
    table = resources.files("dictated.text").joinpath("languages", f"{code}.toml")
    read = tomllib.loads(table.read_text(encoding="utf-8"))
    return Language(
        code=code,
        commands=MappingProxyType(read["commands"]),
        punctuation=MappingProxyType(read["punctuation"]),
        **{name: frozenset(members) for name, members in read["marks"].items()},
        **{name: frozenset(map(compared, members)) for name, members in read["words"].items()},
    )
