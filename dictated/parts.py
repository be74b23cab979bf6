"""What a session works with: one of each, made from one configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dictated.archive import DiskArchive
from dictated.endpoint import NONE, Patience
from dictated.gaze import NOTHING, Glance
from dictated.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dictated.archive import Tally
    from dictated.delivery import Delivery
    from dictated.history import History
    from dictated.insertion import Insertion
    from dictated.ledger import Ledger
    from dictated.ports import Recorder, Transcriber, Vad
    from dictated.recovery import Recovery
    from dictated.refuge import Refuge
    from dictated.segmenter import Rules
    from dictated.spool import Spool
    from dictated.tape import Tape


async def no_glance() -> Glance:
    """Where nothing is typed, it does not matter which window has the focus."""
    return NOTHING


def always(_profile: str) -> bool:
    """Whatever the profile."""
    return True


def usual(_profile: str) -> Patience:
    """Return the patience that makes every pause the usual one, whatever the profile."""
    return NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a session works with, made from one configuration."""

    recorder: Recorder
    vad: Vad
    rules: Rules
    transcriber: Transcriber
    delivery: Delivery
    spool: Spool
    history: History
    ledger: Ledger
    recovery: Recovery
    refuge: Refuge
    insertion: Insertion
    tape: Tape
    backlog: int
    drain_s: float
    patience: Callable[[str], Patience] = usual  # with this profile, "" for none
    ends_with_input: bool = False
    keeps_trying: bool = False  # a microphone that is not there at the start is waited for, too
    reopen_s: float = 0.25  # see `Persistence`
    reopen_max_s: float = 8.0
    guess_every: int = 15  # frames of new sound between two guesses, see `Preview`
    silence_s: float = 5.0  # see `Mute`
    noise_margin_db: float = 0.0  # of the noise gate, see `Meter`
    engines: Callable[[], list[dict[str, Any]]] = list  # see `transcription.status`
    glance: Callable[[], Awaitable[Glance]] = no_glance
    looks_early: bool = False  # at the window when an utterance begins, too: it may have a profile
    profiles: tuple[str, ...] = ()  # by name, in the order of the file
    speculates: Callable[[str], bool] = always  # with this profile, "" for none

    def pipeline(self, tally: Tally, tell: Callable[[], None], stop: Callable[[], object]) -> Pipeline:
        """Return the way of a word with these parts, which counts what comes of each utterance.

        `tell` is called when one more or one less is on the way; `stop` when words ask for an end.
        """
        archive = DiskArchive(tally, self.spool, self.history, self.recovery.saw, self.refuge)
        return Pipeline(self.transcriber, self.delivery, archive, backlog=self.backlog, tell=tell, stop=stop)
