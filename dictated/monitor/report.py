"""How things stand, as the daemon tells it."""

from __future__ import annotations

from msgspec import Struct

from dictated.details import Details

ABSENT = "not running"
"""The state of a daemon that is not there."""


class Engine(Struct, frozen=True, kw_only=True):
    """What an engine is good for, why that is not all it should be, and with which profiles it is asked."""

    name: str
    state: str
    reason: str = ""
    profiles: tuple[str, ...] = ()


class Report(Details, frozen=True, kw_only=True):
    """The status with its details, as far as the page shows them."""

    state: str = ABSENT
    waiting: int = 0
    heard: int = 0
    delivered: int = 0
    on_hold: int = 0
    error: str = ""
    profile: str = ""
    profiles: tuple[str, ...] = ()
    engines: tuple[Engine, ...] = ()
    refused: str = ""  # why there is no status
