"""Hands a transcript to every sink; what a sink cannot take goes to the log instead."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope

from dictated.errors import HeldError, RequestError, SinkError
from dictated.notice import Subject, about
from dictated.ports import Live, Searchable, Undoable
from dictated.sinks.appearing import PART

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dictated.archive import Archive
    from dictated.ports import Sink
    from dictated.types import Transcript, Utterance

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many sinks have the words; why one waits to be asked for them; why one that keeps words has not."""

    takers: int
    held: str = ""
    missed: str = ""


class Delivery:
    """Several sinks at once: one that fails does not stop the others.

    When any of them fails, the words go to `rescue` too, unless that is among the sinks already. A sink that
    holds the words has not failed: they wait in the history.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        rescue: Sink,
        shut: Callable[[], str] = lambda: "",
        routes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`shut` says why no window may be typed into now; "" where one may.

        `routes` names the sinks of each profile, and as "" those of what has none; without it all are.
        """
        self.made = tuple(sinks)  # those that no words go to, too
        self._routes = _routes(sinks, routes)
        self.sinks = tuple(sink for sink in sinks if any(sink in route for route in self._routes.values()))
        self._appearing = [sink for sink in self.sinks if isinstance(sink, Live)]
        self._rescue = rescue
        self._shut = shut
        self._turn = anyio.Lock()  # a sink has one text at a time
        self._complaints: dict[str, str] = {}  # what was last said about a sink that does not work

    async def deliver(self, transcript: Transcript, archive: Archive) -> Outcome:
        """Return what came of it; every sink is marked in the archive before and after."""
        async with self._turn:
            sinks = self.of(transcript.utterance.profile)
            came = await self._deliver(sinks, transcript, archive)
            if came.held or any(sink not in sinks for sink in self.live):
                await self._vanish()
            return came

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Have the beginning of an utterance appear where words can, before `deliver` completes it.

        Raises:
            SinkError: it does not, and no more of this utterance will.
        """
        sinks = self.of(utterance.profile)
        live = [sink for sink in self.live if sink in sinks]
        if self.live and not live:
            raise SinkError("nothing is typed with this profile")
        async with self._turn:
            with CancelScope(shield=True):  # a sink must know what it has typed
                for sink in live:
                    if shut := self._shut():
                        raise HeldError(shut)
                    await sink.appear(utterance, text)

    async def vanish(self) -> None:
        """Take back what appeared of an utterance that is not delivered; never fails."""
        if self.live:
            async with self._turn:
                await self._vanish()

    async def _vanish(self) -> None:
        for sink in [] if self._shut() else self.live:
            try:
                with CancelScope(shield=True):
                    await sink.vanish()
            except SinkError as error:
                log.debug("%s: what appeared is not taken back: %s", sink.name, error)

    async def insert(self, transcript: Transcript, archive: Archive, having: Collection[str]) -> Outcome:
        """Give the words to every sink but those `having` them already, by name."""
        sinks = [sink for sink in self.of(transcript.utterance.profile) if sink.name not in having]
        async with self._turn:
            await self._vanish()  # what is being said comes again, behind these
            return await self._deliver(sinks, transcript, archive)

    async def undo(self) -> int:
        """Have what was typed last taken back; return how many graphemes that were.

        Raises:
            RequestError: nothing was, and why.
        """
        async with self._turn:
            for sink in self.sinks:
                if isinstance(sink, Undoable):
                    if shut := self._shut():
                        raise RequestError(f"{shut}; try again when it is not")
                    try:
                        return await sink.undo()
                    except SinkError as error:
                        raise RequestError(str(error)) from error
        raise RequestError('nothing is typed here that could be taken back; output.sinks has no "type"')

    async def take_back(self, times: int) -> None:
        """Undo as often as that, as far as it goes; never fails."""
        try:
            for _ in range(times):
                await self.undo()
        except RequestError as error:
            log.warning("nothing is taken back: %s", error, extra=about(Subject.UNDO))

    def of(self, profile: str) -> tuple[Sink, ...]:
        """Return the sinks that words of this profile go to, in their order; "" is for words of none."""
        return self._routes.get(profile, self._routes[""])

    @property
    def live(self) -> list[Live]:
        """The sinks where words are to appear while they are being said."""
        return [sink for sink in self._appearing if sink.live]

    @property
    def corrections(self) -> int:
        """How many graphemes that had appeared were taken back."""
        return sum(sink.corrections for sink in self._appearing)

    @property
    def keepers(self) -> list[Searchable]:
        """The sinks that keep words, and know whether they have them."""
        return [sink for sink in self.sinks if isinstance(sink, Searchable)]

    async def _deliver(self, sinks: Sequence[Sink], transcript: Transcript, archive: Archive) -> Outcome:
        takers, failed, held, missed = 0, 0, "", ""
        for sink in sinks:
            if isinstance(sink, Undoable) and (shut := self._shut()):
                begun = isinstance(sink, Live) and sink.stands_of(transcript.utterance)
                held = f"{shut}; {PART}" if begun else shut
                continue
            try:
                fault = await self._offer(sink, transcript, archive)
            except HeldError as error:
                held = str(error)
                continue
            takers += not fault
            failed += bool(fault)
            missed = fault if fault and isinstance(sink, Searchable) else missed
        if failed and self._rescue.name not in {sink.name for sink in self.of(transcript.utterance.profile)}:
            takers += not await self._offer(self._rescue, transcript, archive)
        return Outcome(takers, held, missed)

    async def close(self) -> None:
        """Close every sink."""
        for sink in (*self.made, self._rescue):
            await sink.close()

    async def _offer(self, sink: Sink, transcript: Transcript, archive: Archive) -> str:
        """Return why it does not take the words, or nothing."""
        place = await sink.place() if isinstance(sink, Searchable) else ""
        await archive.begin(transcript, sink.name, place)
        try:
            await sink.deliver(replace(transcript, number=archive.listed(transcript.utterance)))
        except HeldError:
            raise
        except SinkError as error:
            if isinstance(sink, Searchable):  # what it does not have is not looked for later
                await archive.missed(transcript.utterance, sink.name)
            self._complain(sink, str(error))
            return f"{sink.name}: {error}"
        await archive.done(transcript.utterance, sink.name)
        if self._complaints.pop(sink.name, None):
            log.info("%s works again", sink.name)
        return ""

    def _complain(self, sink: Sink, complaint: str) -> None:
        """Say it once, not with every utterance."""
        if self._complaints.get(sink.name) == complaint:
            return
        self._complaints[sink.name] = complaint
        instead = "" if sink.name == self._rescue.name else f"; the words go to {self._rescue.name} instead"
        log.error("%s: %s%s", sink.name, complaint, instead, extra=about(Subject.WORDS))


def _routes(sinks: Sequence[Sink], routes: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[Sink, ...]]:
    if routes is None:
        return {"": tuple(sinks)}
    named = {sink.name: sink for sink in sinks}
    return {profile: tuple(named[name] for name in names) for profile, names in routes.items()}
