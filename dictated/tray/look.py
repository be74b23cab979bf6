"""What the tray shows of a status: an icon, and one line of words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dictated.types import State
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTH = 200
"""Characters of the line that are shown."""

PROFILES = 20
"""Profiles that are offered in the menu: the first of the file."""

DEFAULT = "default"
"""What holds where no profile does."""

_HEADINGS = {
    State.OFF: "Not listening",
    State.STARTING: "Starting to listen",
    State.LISTENING: "Listening",
    State.LOST: "No microphone; it is tried again",
    State.STOPPING: "Stopping",
}


class Badge(StrEnum):
    """What stands beside the microphone."""

    NONE = "none"
    WORKING = "working"  # words are still to come
    ATTENTION = "attention"  # something needs the user


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown: a microphone that is open or not, a badge, and a line; plain text without line breaks.

    `cancellable`: there is something to cancel; `profiles`: those that can be chosen, `profile` the one
    that is.
    """

    listening: bool = False
    badge: Badge = Badge.NONE
    line: str = _HEADINGS[State.OFF]
    cancellable: bool = False
    profiles: tuple[str, ...] = ()
    profile: str = DEFAULT


def look(status: Mapping[str, Any]) -> Look:
    """Return what to show of a status."""
    state = State(status["state"])
    badge = Badge.WORKING if status["waiting"] else Badge.NONE
    if state is State.LOST or status["error"] or status["on_hold"]:
        badge = Badge.ATTENTION
    listening = state is State.LISTENING
    cancellable = bool(status["waiting"]) or state is not State.OFF
    names = tuple(status.get("profiles", ()))[:PROFILES]
    profile = status.get("profile", DEFAULT)
    return Look(listening, badge, _line(state, status), cancellable, names, profile)


def _line(state: State, status: Mapping[str, Any]) -> str:
    parts = [_HEADINGS[state]]
    if status.get("profile", DEFAULT) != DEFAULT:
        parts.append(f"profile {status['profile']}")
    if status["waiting"]:
        parts.append(f"{_utterances(status['waiting'])} to be written")
    if status["on_hold"]:
        parts.append(f"{_utterances(status['on_hold'])} held back (dictated history)")
    if status["error"]:
        parts.append(status["error"])
    return tidy(" · ".join(parts))[:LENGTH]


def _utterances(number: int) -> str:
    return f"{number} utterance{'s' if number != 1 else ''}"
