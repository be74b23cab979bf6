"""Rules of one opening of the microphone: who speaks is transcribed ahead, and delivered as if nobody had."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import checkpoint
from doubles import ListSink, SpokenRecorder
from foresight import ForesightedTranscriber, positions
from hypothesis import given
from hypothesis import strategies as st
from test_pipeline import Line
from test_segmenter import PICTURES, frame
from test_segmenter_supposition import SPECULATING
from test_session import Desk

from dictated.listening import Listening
from dictated.types import NO_HINTS, Hints, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from dictated.segmenter import Rules
    from dictated.types import Frame


class NoTape:
    """Keeps nothing."""

    used = False

    def lacks(self, _first: int, _frames: int) -> bool:
        return False


PARTS = replace(Desk().parts, tape=NoTape())
RULES = replace(PARTS.rules, pause=6, tail=3, speculate=2)


class Room:
    """A microphone that is open, with the engine and the sink in the hands of the test."""

    def __init__(self, *, held: bool = False) -> None:
        self.engine = ForesightedTranscriber(held=held)
        self.line = Line(engine=self.engine)
        self.recorder = SpokenRecorder()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Room]:
        async with self.line.running() as pipeline, anyio.create_task_group() as tasks:
            listening = Listening(
                await self.recorder.open(), replace(PARTS, rules=RULES), lambda _: None, tasks
            )
            tasks.start_soon(listening.run, pipeline, count(1))
            yield self
            await self.recorder.close()

    async def say(self, picture: str) -> None:
        await self.recorder.say(picture)
        await anyio.wait_all_tasks_blocked()


async def test_the_engine_is_asked_at_the_beginning_of_a_pause_and_its_words_wait_for_the_end() -> None:
    room = Room()
    async with room.open():
        await room.say("..ss..")
        early = (len(room.engine.utterances), list(room.line.sink.texts))
        await room.say("....")
        assert (early, await room.line.sink.holds(1)) == ((1, []), ["6 frames"])


async def test_when_speech_goes_on_all_of_it_is_transcribed() -> None:
    room = Room()
    async with room.open():
        await room.say("..ss..ss......")
        await room.line.sink.holds(1)
    assert (room.line.sink.texts, [one.segment.voiced for one in room.engine.utterances]) == (
        ["10 frames"],
        [2, 4],
    )


async def test_an_utterance_has_the_number_that_was_supposed_and_the_next_one_the_next() -> None:
    room = Room()
    async with room.open():
        await room.say("ss..ss......ss......ss")
    assert [one.number for one in room.engine.utterances] == [1, 1, 2, 3]


async def test_when_the_microphone_is_closed_in_a_pause_what_was_supposed_is_what_was_said() -> None:
    room = Room()
    async with room.open():
        await room.say("..ss...")
    assert (room.line.sink.texts, len(room.engine.utterances)) == (["6 frames"], 1)


async def test_what_was_supposed_is_given_up_when_listening_is_broken_off() -> None:
    room = Room(held=True)
    async with room.line.running() as pipeline, anyio.create_task_group() as tasks:
        listening = Listening(await room.recorder.open(), replace(PARTS, rules=RULES), lambda _: None, tasks)
        handle = tasks.start_soon(listening.run, pipeline, count(1))
        await room.say("..ss..")
        running = list(room.engine.running)
        handle.cancel()
        await anyio.wait_all_tasks_blocked()
        assert (running, room.engine.running) == ([1], [])
    await room.recorder.close()


class Microphone:
    """Frames that know their position, the engine getting a random number of moments between two."""

    def __init__(self, picture: str, moments: Sequence[int]) -> None:
        self._speech = [char == "s" for char in picture]
        self._moments = moments

    def is_speech(self, heard: Frame) -> bool:
        return self._speech[int.from_bytes(heard.pcm[:2], "little") - 1]

    def reset(self) -> None:
        """Nothing is remembered."""

    async def frames(self) -> AsyncIterator[Frame]:
        for position in range(len(self._speech)):
            for _ in range(self._moments[position % len(self._moments)]):
                await checkpoint()
            yield frame(position + 1)


class Stenographer(ForesightedTranscriber):
    """Writes down which frames it was given, after some moments."""

    def __init__(self, moments: Sequence[int]) -> None:
        super().__init__()
        self._moments = moments

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        for _ in range(self._moments[len(self.utterances) % len(self._moments)]):
            await checkpoint()
        answer = await super().transcribe(utterance, hints)
        return replace(answer, text=" ".join(map(str, sorted(positions(utterance.pcm)))))


class Desktop(ListSink):
    """Keeps whole transcripts."""

    def __init__(self) -> None:
        super().__init__()
        self.transcripts: list[Transcript] = []

    async def deliver(self, transcript: Transcript) -> None:
        self.transcripts.append(transcript)


async def _dictate(
    picture: str, rules: Rules, pace: Sequence[int], effort: Sequence[int]
) -> list[Transcript]:
    """Say it, and return what is delivered."""
    microphone, desktop = Microphone(picture, pace), Desktop()
    line = Line(desktop, engine=Stenographer(effort))
    parts = replace(PARTS, rules=rules, vad=microphone)
    async with line.running() as pipeline, anyio.create_task_group() as tasks:
        await Listening(microphone.frames(), parts, lambda _: None, tasks).run(pipeline, count(1))
    return desktop.transcripts


MOMENTS = st.lists(st.integers(0, 9), min_size=1, max_size=5)


@given(PICTURES, SPECULATING, MOMENTS, st.lists(st.integers(0, 60), min_size=1, max_size=5))
async def test_no_utterance_is_delivered_from_a_speculation_that_lacks_any_of_its_speech(
    picture: str, rules: Rules, pace: list[int], effort: list[int]
) -> None:
    for transcript in await _dictate(picture, rules, pace, effort):
        said = transcript.utterance.segment
        speech = {at + 1 for at in range(said.first, said.first + said.frames) if picture[at] == "s"}
        assert speech <= set(map(int, transcript.text.split()))


@given(PICTURES, SPECULATING, MOMENTS, st.lists(st.integers(0, 60), min_size=1, max_size=5))
async def test_with_speculation_the_same_utterances_are_delivered_in_the_same_order_as_without(
    picture: str, rules: Rules, pace: list[int], effort: list[int]
) -> None:
    with_it = await _dictate(picture, rules, pace, effort)
    without = await _dictate(picture, replace(rules, speculate=0), pace, effort)
    assert [(one.utterance.number, one.utterance.segment) for one in with_it] == [
        (one.utterance.number, one.utterance.segment) for one in without
    ]
