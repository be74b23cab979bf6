"""Which profile holds in which window, and what the configuration is where it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.config import Config
    from dictated.profileconfig import Profile
    from dictated.sttconfig import Stt

DEFAULT = "default"
"""What holds where no profile does."""

TABLES = ("text", "stt", "output")
"""The tables that a profile may change."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a window shows of itself: the class of its program, and its title, which is never logged.

    `name` is how `Utterance.window` names it; empty where that is not known.
    """

    kind: str = ""
    title: str = field(default="", repr=False)
    name: str = ""


def profile_in(window: Look, profiles: Mapping[str, Profile]) -> str:
    """Return the first profile that names this window, in the order of the file; "" for none.

    A pattern is of the whole class or the whole title, in any case; "*" is any characters, "?" is one, and
    nothing else is more than itself.
    """
    shown = [text.casefold() for text in (window.kind, window.title) if text]
    for name, profile in profiles.items():
        patterns = [pattern.casefold().replace("[", "[[]") for pattern in profile.windows]
        if any(fnmatchcase(text, pattern) for pattern in patterns for text in shown):
            return name
    return ""


def effective(config: Config, name: str) -> Config:
    """Return the configuration that holds with this profile; it is one of `config.profiles`.

    Raises:
        msgspec.ValidationError: a table does not take what the profile sets.
    """
    tables = {table: getattr(config, table) for table in TABLES}
    changed = {
        table: msgspec.convert(merged(msgspec.to_builtins(settings), overrides), type(settings))
        for table, settings in tables.items()
        if (overrides := getattr(config.profiles[name], table))
    }
    return msgspec.structs.replace(config, **changed)


def all_effective(config: Config) -> dict[str, Config]:
    """Return the configuration that holds with each profile, and as "" that without one, which comes first.

    Raises:
        msgspec.ValidationError: as `effective`.
    """
    return {"": config, **{name: effective(config, name) for name in config.profiles}}


def speculates(stt: Stt) -> bool:
    """Whether utterances are transcribed before they are over; whoever is asked first is asked then."""
    return stt.speculate == "always" or (stt.speculate == "local" and stt.engine == "local")


def asked_ahead(config: Config) -> frozenset[str]:
    """Return the profiles with which utterances are transcribed before they are over; "" is for none."""
    return frozenset(name for name, one in all_effective(config).items() if speculates(one.stt))


def merged(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table with these keys otherwise; a table inside is merged, a list is replaced."""
    changed: dict[str, Any] = {}
    for key, value in overrides.items():
        inner = isinstance(value, dict) and isinstance(table.get(key), dict)
        changed[key] = merged(table[key], value) if inner else value
    return {**table, **changed}
