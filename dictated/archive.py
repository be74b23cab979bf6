"""Puts down how far each utterance has come, before each step: its sound, its words, where they went."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.errors import HistoryError, SpoolError
from dictated.history import Entry
from dictated.notice import Subject, about, over
from dictated.records import WAITING, Fate
from dictated.retention import Retention
from dictated.stages import Moments

if TYPE_CHECKING:
    from dictated.history import History
    from dictated.refuge import Refuge
    from dictated.spool import Spool
    from dictated.stages import Stages
    from dictated.types import Transcript, Utterance

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What became of the utterances since the daemon started."""

    heard: int = 0
    delivered: int = 0
    empty: int = 0
    held: int = 0
    on_hold: int = 0  # of them, those that the user has not been seen to know of
    kept: int = 0
    cancelled: int = 0


Watch = Callable[[Fate, str], None]
"""Is told what became of an utterance, and why."""


def nobody(_fate: Fate, _reason: str) -> None:
    """Where it matters to no one."""


class Archive:
    """Counts what becomes of utterances and tells what went wrong; puts nothing on the disk.

    `watch` is told of each end that an utterance comes to, once it is put down.
    """

    def __init__(self, tally: Tally, watch: Watch = nobody) -> None:
        self.tally = tally
        self._watch = watch

    async def heard(self, utterance: Utterance) -> None:  # noqa: ARG002 (for archives on disk)
        """Take an utterance, before any engine has it."""
        self.tally.heard += 1

    async def begin(self, transcript: Transcript, sink: str, place: str = "") -> None:
        """Take its words, and mark that they are about to go to a sink."""

    async def done(self, utterance: Utterance, sink: str) -> None:
        """Mark that they are there."""

    async def delivered(self, transcript: Transcript) -> None:
        """Every sink has the words, or the log in its place."""
        self.tally.delivered += 1
        log.debug("utterance %d delivered", self._number(transcript.utterance))
        await self._end(transcript.utterance, Fate.DELIVERED, transcript)

    async def empty(self, transcript: Transcript) -> None:
        """There were no words in it."""
        self.tally.empty += 1
        await self._end(transcript.utterance, Fate.EMPTY, transcript)

    async def held(self, transcript: Transcript, reason: str) -> None:
        """The words wait until the user asks for them."""
        self.tally.held += 1
        self.tally.on_hold += 1
        number = self._number(transcript.utterance)
        held = "utterance %d is held back: %s; `dictated history` shows it"
        log.info(held, number, reason, extra=about(Subject.WORDS))
        await self._end(transcript.utterance, Fate.HELD, transcript, reason)

    async def cancelled(self, utterance: Utterance) -> None:
        """The user threw it away: not a word of it is kept."""
        self.tally.cancelled += 1
        await self._end(utterance, Fate.CANCELLED)

    async def missed(self, utterance: Utterance, sink: str) -> None:
        """Take the mark back: the words are certainly not there."""

    async def left(self, utterance: Utterance) -> None:
        """The program ends before it is delivered."""
        await self.failed(utterance, "the program ended before its words came")

    async def failed(self, utterance: Utterance, reason: str, transcript: Transcript | None = None) -> None:
        """Its words went nowhere: the sound stays where it is, and that is told."""
        where, kept = self._whereabouts(utterance)
        self.tally.kept += kept
        level, extra = (logging.WARNING, None) if kept else (logging.ERROR, about(Subject.WORDS))
        log.log(level, "utterance %d: %s; %s", self._number(utterance), reason, where, extra=extra)
        await self._end(utterance, Fate.FAILED, transcript, reason)

    def listed(self, _: Utterance) -> int:
        """Return its number in the history; 0 where that does not have it."""
        return 0

    def _number(self, utterance: Utterance) -> int:
        """What the user knows it by."""
        return self.listed(utterance) or utterance.number

    def _whereabouts(self, _: Utterance) -> tuple[str, bool]:
        """Say where the sound is, and whether it was kept by us."""
        return "it is lost", False

    async def _end(
        self, utterance: Utterance, fate: Fate, transcript: Transcript | None = None, reason: str = ""
    ) -> None:
        await self._settle(utterance, fate, transcript, reason)
        self._watch(fate, reason)

    async def _settle(
        self, utterance: Utterance, fate: Fate, transcript: Transcript | None = None, reason: str = ""
    ) -> None:
        """Put down the end of it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an utterance is put down: its number in the history, its file's name; 0 and "" for nowhere."""

    id: int = 0
    audio: str = ""


class DiskArchive(Archive):
    """Puts everything on the disk before the next step is taken.

    A disk that fails costs no words that can still be delivered; it is told once. Those that cannot go to the
    refuge.
    """

    def __init__(
        self,
        tally: Tally,
        spool: Spool,
        history: History,
        watch: Watch = nobody,
        refuge: Refuge | None = None,
    ) -> None:
        super().__init__(tally, watch)
        self._refuge = refuge
        self._spool = spool
        self._history = history
        self._retention = Retention(spool, history)
        self._places: dict[int, _Place] = {}  # of what is under way, by the utterance's number
        self._moments: dict[int, Moments] = {}  # of what was heard just now, by the same; of nothing older
        self._failing: set[str] = set()  # steps that fail just now; the first is told

    async def heard(self, utterance: Utterance) -> None:
        """Put the sound on the disk."""
        self._moments[utterance.number] = Moments(utterance)
        await super().heard(utterance)
        await self._do(self._open, utterance)

    def _open(self, utterance: Utterance) -> None:
        audio = self._spool.keep(utterance).name
        self.found(utterance, 0, audio)
        self.found(utterance, self._history.records.open(utterance, audio), audio)

    def found(self, utterance: Utterance, number: int, audio: str) -> None:
        """Go on with what is on the disk already, under that number of the history."""
        self._places[utterance.number] = _Place(number, audio)

    async def begin(self, transcript: Transcript, sink: str, place: str = "") -> None:
        """Put both on the disk."""
        if moments := self._moments.get(transcript.utterance.number):
            moments.begin()
        await self._note(transcript.utterance, self._history.records.begin, transcript, sink, place)

    async def done(self, utterance: Utterance, sink: str) -> None:
        """Mark it on the disk."""
        if moments := self._moments.get(utterance.number):
            moments.arrive()
        await self._note(utterance, self._history.records.done, sink)

    async def missed(self, utterance: Utterance, sink: str) -> None:
        """Take the mark back on the disk."""
        await self._note(utterance, self._history.records.missed, sink)

    async def left(self, utterance: Utterance) -> None:
        """Leave it on the disk as it is: the next start brings it to its end."""
        if not self._place(utterance).id:
            await super().left(utterance)
            return
        number = self._places.pop(utterance.number).id
        self._moments.pop(utterance.number, None)
        self.tally.kept += 1
        log.warning("utterance %d is not delivered yet; the next start goes on with it", number)

    def _place(self, utterance: Utterance) -> _Place:
        return self._places.get(utterance.number, _Place())

    def listed(self, utterance: Utterance) -> int:
        """Return its number in the history; 0 where that does not have it."""
        return self._place(utterance).id

    def _whereabouts(self, utterance: Utterance) -> tuple[str, bool]:
        place = self._place(utterance)
        if place.id:
            return f"its sound is kept: `dictated retry {place.id}`", True
        if place.audio:
            return "its sound is kept, and the next start goes on with it", True
        if self._refuge and not self._refuge.full:
            return "it is kept in memory until the disk takes it", True
        return super()._whereabouts(utterance)

    async def _settle(
        self, utterance: Utterance, fate: Fate, transcript: Transcript | None = None, reason: str = ""
    ) -> None:
        place = self._places.pop(utterance.number, _Place())
        moments = self._moments.pop(utterance.number, None)
        stages = moments.stages() if moments else None
        entry = Entry(
            began=utterance.began,
            ended=utterance.ended,
            fate=fate,
            text=transcript.text if transcript else "",
            raw=transcript.raw if transcript else "",
            reason=reason,
            engine=transcript.engine if transcript else "",
            took=transcript.seconds if transcript else 0.0,
            generation=transcript.generation if transcript else "",
            id=place.id,
        )
        homeless = fate in WAITING and not place.audio
        noted = (
            await self._do(self._close, entry, stages, place.audio) if entry.text or not homeless else False
        )
        if homeless and not noted and self._refuge:
            self._refuge.take(utterance, entry)

    def _close(self, entry: Entry, stages: Stages | None, audio: str) -> None:
        """Put down the end, and then let go of what need not be kept: the end stands when the sound goes."""
        if audio and not entry.id and entry.fate not in WAITING:
            self._spool.drop(audio)  # no record speaks of it: the next start would bring its words once more
        self._history.note(entry, stages)
        if audio and entry.id and entry.fate is Fate.CANCELLED:
            self._spool.drop(audio)
            self._history.records.forget_audio(entry.id)
        self._retention.sweep()

    async def _note(self, utterance: Utterance, step: Callable[..., None], *what: object) -> None:
        """Do something to its record, if it has one."""
        if number := self._place(utterance).id:
            await self._do(step, number, *what)

    async def _do(self, step: Callable[..., None], *what: object) -> bool:
        """Do something to the disk, in a thread; where that fails, say it once and return False."""
        try:
            await to_thread.run_sync(step, *what)
        except (HistoryError, SpoolError) as error:
            if not self._failing:
                log.warning("what is said is not put down: %s", error, extra=about(Subject.DISK))
            self._failing.add(step.__name__)
            return False
        if self._failing == {step.__name__}:
            log.info("what is said is put down again", extra=over(Subject.DISK))
        self._failing.discard(step.__name__)
        return True
