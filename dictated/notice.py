"""What needs the user's attention: log lines that are about something are shown on the desktop, too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a notice is about; on the screen there is one notice of each at most. The value is its heading."""

    WORDS = "Words wait for you"
    MICROPHONE = "Microphone"
    ENGINE = "Transcription"
    DISK = "Disk"
    HOTKEY = "Hotkey"
    UNDO = "Undo"
    TEXT = "Your words"
    SETTINGS = "Configuration"


@dataclass(frozen=True, slots=True)
class Notice:
    """A line to the user, and what more there is to say; plain text.

    It may be shown on a locked screen: what the user said has no place in it.
    """

    subject: Subject
    summary: str
    body: str = ""
    urgent: bool = False


def about(subject: Subject) -> dict[str, Subject]:
    """The `extra` of a log line that is a notice."""
    return {"about": subject}


def over(subject: Subject) -> dict[str, Subject]:
    """The `extra` of a log line after which what was told of this no longer holds."""
    return {"over": subject}
