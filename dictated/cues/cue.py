"""Which cue belongs to a change of the status."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dictated.types import State

if TYPE_CHECKING:
    from collections.abc import Mapping

_WANTED = (State.LISTENING, State.LOST)
"""States in which the user means to be heard; to leave them by a command is to stop."""

_STOPPED = (State.STOPPING, State.OFF)


class Cue(StrEnum):
    """What a cue says."""

    START = "start"
    STOP = "stop"
    ERROR = "error"


def cue(before: Mapping[str, Any], now: Mapping[str, Any]) -> Cue | None:
    """Return the cue for a change from one status to the next, or None where it needs none.

    A change may span several: what was between is not known. Trouble goes before the rest.
    """
    if _in_trouble(before, now):
        return Cue.ERROR
    if now["state"] == before["state"]:
        return None
    if now["state"] == State.LISTENING:
        return Cue.START
    if before["state"] in _WANTED and now["state"] in _STOPPED:
        return Cue.STOP
    return None


def _in_trouble(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether something went wrong in between: the microphone, an utterance, or what `error` says."""
    lost = now["state"] == State.LOST != before["state"]
    undelivered = any(now[count] > before[count] for count in ("held", "kept"))
    return lost or undelivered or (bool(now["error"]) and now["error"] != before["error"])
