"""Every error a user can cause or meet, as one tree.

DictatedError                 exit 1
├── UsageError                exit 2   wrong use
│   └── ConfigError           exit 2   wrong configuration: every fault at once
├── NotRunningError           exit 3   no daemon to talk to
├── RequestError                       the daemon could not do what it was asked
├── AlreadyRunningError                another daemon of this user holds the lock
├── AudioFileError                     a file that is not audio, or ends early
├── RecorderError                      the microphone cannot be opened
│   └── RecorderLostError              it was open and no longer gives frames
├── TranscriberError                   an engine gave no text; knows what may help
├── SinkError                          a place that could not take the words
│   ├── NoDisplayError                 because there is no screen
│   └── HeldError                      because it must not: too late, or another window is focused
├── SpoolError                         the sound of an utterance could not be kept
├── HistoryError                       what became of an utterance could not be noted
├── ProgramError                       a program of the desktop or the user that cannot be started
├── RefinerError                       a text could not be refined, and stays as it is
└── HotkeyError                        a key combination that cannot be watched

A message is one line: what happened, and how to mend it. It never holds what the user said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class DictatedError(Exception):
    """The root: something a person can read and act on."""

    exit_code = 1


class UsageError(DictatedError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration that cannot be used; `faults` holds every fault, one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class NotRunningError(DictatedError):
    """No daemon answers on the control socket."""

    exit_code = 3


class RequestError(DictatedError):
    """The daemon could not do what it was asked, or gave no answer."""


class AlreadyRunningError(DictatedError):
    """Another daemon of this user is running."""


class AudioFileError(DictatedError):
    """A file that holds no audio we can read, or that ends early."""


class RecorderError(DictatedError):
    """The microphone cannot be opened."""


class RecorderLostError(RecorderError):
    """The microphone was open and no longer gives frames."""


class TranscriberError(DictatedError):
    """An engine gave no text.

    `retryable`: the same audio may succeed later, not before `retry_after` seconds where that is known.
    `lasting`: nothing will succeed until somebody mends it (a wrong key, no credit).
    Neither: this audio fails, another may succeed.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        lasting: bool = False,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after = retry_after
        self.lasting = lasting


class SinkError(DictatedError):
    """A sink could not take the words."""


class NoDisplayError(SinkError):
    """There is no screen to type on, or no window there to take the words; no key was pressed."""


class HeldError(SinkError):
    """A sink will not take the words without being asked: their moment or their window is gone."""


class SpoolError(DictatedError):
    """The sound of an utterance could not be kept."""


class HistoryError(DictatedError):
    """What became of an utterance, or what it cost, could not be noted or read."""


class ProgramError(DictatedError):
    """A program that is not there or cannot be started."""


class RefinerError(DictatedError):
    """What was to make a text better could not; the text stays as it is."""


class HotkeyError(DictatedError):
    """A key combination that is not understood or cannot be watched."""
