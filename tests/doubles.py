"""Small classes that keep the promises of the ports, for tests of what stands between them.

Sound is written as text: `s` is a frame of speech, `.` one of silence.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio.lowlevel import checkpoint

from dictated.errors import HistoryError, RecorderError, SinkError, SpoolError, TranscriberError
from dictated.expiry import Sound
from dictated.records import Fate
from dictated.text.manner import Manner
from dictated.types import FRAME_BYTES, NO_HINTS, Frame, Hints, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dictated.history import Entry
    from dictated.stages import Stages

SPEECH = Frame(b"\x00\x20" * (FRAME_BYTES // 2))
SILENCE = Frame(bytes(FRAME_BYTES))
SPOKEN_AT = datetime(2026, 11, 21, 14, 3, 22, 123456, tzinfo=UTC)


def utterance(number: int, frames: int = 10) -> Utterance:
    segment = Segment(SPEECH.pcm * frames, first=0, onset=0, offset=frames, voiced=frames)
    return Utterance(number, segment, began=SPOKEN_AT, ended=SPOKEN_AT)


def transcript(text: str, number: int = 1) -> Transcript:
    return Transcript(utterance(number), text, engine="local", seconds=0.1)


def sound(picture: str) -> list[Frame]:
    return [SPEECH if char == "s" else SILENCE for char in picture]


SPACED, PLAIN = {"": Manner("space")}, {"": Manner("none")}


class LoudnessVad:
    """Calls speech what is not silence."""

    def is_speech(self, frame: Frame) -> bool:
        return frame != SILENCE

    def reset(self) -> None:
        """Nothing is remembered."""


class Sounds:
    """What a microphone gives, in order, until it is closed; a memory stream would have to be read to its end."""

    def __init__(self) -> None:
        self._given: deque[Frame | RecorderError] = deque()
        self._more = anyio.Event()
        self._over = False

    def put(self, what: Frame | RecorderError) -> None:
        self._given.append(what)
        self._more.set()

    def end(self) -> None:
        self._over = True
        self._more.set()

    def __aiter__(self) -> Sounds:
        return self

    async def __anext__(self) -> Frame:
        await checkpoint()
        while not self._given:
            if self._over:
                raise StopAsyncIteration
            self._more = anyio.Event()
            await self._more.wait()
        what = self._given.popleft()
        if isinstance(what, RecorderError):
            raise what
        return what


class SpokenRecorder:
    """A microphone into which a test speaks; `broken` is the error that `open` meets."""

    def __init__(self, broken: RecorderError | None = None) -> None:
        self.broken = broken
        self.overflows = 0
        self.opened = 0
        self.closed = 0
        self.waits = anyio.Event()
        self._sounds: Sounds | None = None

    async def warm(self) -> None:
        """Nothing to load."""

    async def open(self) -> AsyncIterator[Frame]:
        if self.broken:
            raise self.broken
        self._sounds = Sounds()
        self.opened += 1
        return self._sounds

    async def close(self) -> None:
        self.closed += 1
        if self._sounds is not None:
            self._sounds.end()

    async def say(self, picture: str) -> None:
        assert self._sounds is not None
        for frame in sound(picture):
            self._sounds.put(frame)
            await checkpoint()

    async def lose(self, error: RecorderError) -> None:
        assert self._sounds is not None
        self._sounds.put(error)
        await checkpoint()


class NumberingTranscriber:
    """Answers `words N` for utterance N: at once, or when the test lets it."""

    name = "numbering"

    def __init__(self, *, held: bool = False) -> None:
        self.running: list[int] = []
        self.utterances: list[Utterance] = []
        self.most_at_once = 0
        self.warmed = 0
        self.cold: TranscriberError | None = None
        self.failing: dict[int, TranscriberError] = {}
        self.texts: dict[int, str] = {}
        self.doubts: dict[int, str] = {}
        self._held = held
        self._asked: dict[int, anyio.Event] = {}
        self._gates: dict[int, anyio.Event] = {}

    async def warm(self) -> None:
        self.warmed += 1
        if self.cold:
            raise self.cold

    async def transcribe(self, utterance: Utterance, _hints: Hints = NO_HINTS) -> Transcript:
        number = utterance.number
        self.running.append(number)
        self.utterances.append(utterance)
        self._asked.setdefault(number, anyio.Event()).set()
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            if self._held:
                await self._gate(number).wait()
        finally:
            self.running.remove(number)
        if number in self.failing:
            raise self.failing[number]
        text = self.texts.get(number, f"words {number}")
        return Transcript(utterance, text, self.name, 0.0, doubt=self.doubts.get(number, ""))

    async def close(self) -> None:
        """Nothing to free."""

    async def is_asked(self, number: int) -> None:
        """Wait until it has utterance N."""
        with anyio.fail_after(5):
            await self._asked.setdefault(number, anyio.Event()).wait()

    def release(self, number: int) -> None:
        self._gate(number).set()

    def _gate(self, number: int) -> anyio.Event:
        return self._gates.setdefault(number, anyio.Event())


class ListSink:
    """Keeps what it is given; refuses with `broken` while that is set."""

    def __init__(self, name: str = "list", broken: SinkError | None = None) -> None:
        self.name = name
        self.broken = broken
        self.texts: list[str] = []
        self.arrived = anyio.Event()
        self._wanted = 0

    async def deliver(self, transcript: Transcript) -> None:
        if self.broken:
            raise self.broken
        self.texts.append(transcript.text)
        if len(self.texts) >= self._wanted:
            self.arrived.set()

    async def close(self) -> None:
        """Nothing is held."""

    async def holds(self, count: int) -> list[str]:
        """Wait until `count` texts are there."""
        self._wanted = count
        if len(self.texts) < count:
            self.arrived = anyio.Event()
            with anyio.fail_after(5):
                await self.arrived.wait()
        return self.texts


class ListSpool:
    """Remembers which utterances were kept; refuses when `full`."""

    def __init__(self, *, full: bool = False) -> None:
        self.kept: list[int] = []
        self.full = full

    def keep(self, utterance: Utterance) -> Path:
        if self.full:
            raise SpoolError("the disk is full")
        self.kept.append(utterance.number)
        return Path(f"{utterance.number}.wav")

    def drop(self, name: str) -> None:
        self.kept.remove(int(Path(name).stem))


class ListHistory:
    """Remembers what was noted; lets go of sound as soon as it is delivered."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.stages: list[Stages | None] = []  # of each entry
        self.broken: HistoryError | None = None
        self.story: list[str] = []
        self.records = self
        self.expiry = self
        self._sounds: dict[int, Sound] = {}
        self._going: list[Sound] = []

    def open(self, utterance: Utterance, audio: str) -> int:
        self._tell(f"recorded {utterance.number} in {audio}")
        self._sounds[utterance.number] = Sound(utterance.number, audio, len(utterance.pcm))
        return utterance.number

    def begin(self, number: int, transcript: Transcript, sink: str, _place: str) -> None:
        self._tell(f"begin {number} {sink}: {transcript.text}")

    def missed(self, number: int, sink: str) -> None:
        self._tell(f"missed {number} {sink}")

    def done(self, number: int, sink: str) -> None:
        self._tell(f"done {number} {sink}")

    def forget_audio(self, *numbers: int) -> None:
        for number in numbers:
            self._tell(f"no sound of {number}")

    def note(self, entry: Entry, stages: Stages | None = None) -> None:
        self._tell(f"{entry.fate} {entry.id}")
        self.entries.append(entry)
        self.stages.append(stages)
        if entry.id and entry.fate in {Fate.DELIVERED, Fate.EMPTY}:
            self._going.append(self._sounds.pop(entry.id))

    def overdue(self) -> list[Sound]:
        going, self._going = self._going, []
        return going

    def _tell(self, what: str) -> None:
        if self.broken:
            raise self.broken
        self.story.append(what)

    def close(self) -> None:
        """Nothing is held."""
