"""Asks engines for the words of recordings, cut once as `dictated transcribe` cuts them, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import anyio

from dictated.errors import AudioFileError, TranscriberError
from dictated.evaluation.score import Answer, Result, Score, judge
from dictated.pipeline import listen
from dictated.recorders.audiofile import AudioFile
from dictated.types import Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dictated.evaluation.recording import Recording
    from dictated.ports import Transcriber, Vad
    from dictated.segmenter import Segmenter

GIVE_UP = 3
"""Utterances in a row without an answer, after which an engine is not asked again."""

APART = timedelta(hours=1)
"""Between the times at which two recordings count as spoken: none is the context of the next."""

Ear = tuple["Vad", "Segmenter"]


@dataclass(slots=True)
class Contender:
    """An engine, and what it has done so far."""

    engine: str
    model: str
    transcriber: Transcriber
    free: bool = False
    fault: str = ""
    results: list[Result] = field(default_factory=list)
    _failed: int = 0

    async def warm(self) -> None:
        """Make it ready; one that cannot work is not asked."""
        try:
            await self.transcriber.warm()
        except TranscriberError as error:
            self.fault = str(error)

    async def ask(self, utterance: Utterance) -> Answer:
        """Have one utterance transcribed."""
        sound = utterance.seconds
        if self.fault:
            return Answer("", sound, fault=self.fault)
        try:
            answer = await self.transcriber.transcribe(utterance)
        except TranscriberError as error:
            self._failed += 1
            if self._failed >= GIVE_UP:
                self.fault = f"given up after {GIVE_UP} failures in a row: {error}"
            return Answer("", sound, fault=str(error))
        self._failed = 0
        return Answer(answer.text, sound, answer.seconds, answer.usage.cost, held=bool(answer.doubt))

    @property
    def score(self) -> Score:
        """What has become of it."""
        return Score(self.engine, self.model, tuple(self.results), self.fault, self.free)


async def compare(
    recordings: Sequence[Recording],
    contenders: Sequence[Contender],
    ear: Callable[[], Ear],
    tell: Callable[[int, str], None],
) -> list[Score]:
    """Ask every engine for every recording; `tell` is told how many answers are there, and what is next.

    `ear` makes a new VAD and segmenter for each recording. The engines are closed at the end.
    """
    numbers, began, done = count(1), datetime.now(UTC), count(1)
    try:
        tell(0, "the engines get ready")
        async with anyio.create_task_group() as tasks:
            for contender in contenders:
                tasks.start_soon(contender.warm)
        able = [contender for contender in contenders if not contender.fault]
        for recording in recordings if able else ():
            began += APART
            segments, fault = await cut(recording.path, *ear())
            spoken = [_utterance(next(numbers), segment, began) for segment in segments]
            for contender in able:
                answers = [await contender.ask(utterance) for utterance in spoken]
                contender.results.append(judge(recording.name, recording.text, answers, fault))
                tell(next(done), recording.name)
    finally:
        for contender in contenders:
            await contender.transcriber.close()
    return [contender.score for contender in contenders]


async def cut(path: Path, vad: Vad, segmenter: Segmenter) -> tuple[list[Segment], str]:
    """Return the utterances of a file, and why it could not be read to its end, if so."""
    segments, fault = list[Segment](), ""

    async def emit(segment: Segment) -> None:
        segments.append(segment)

    recorder = AudioFile(path, realtime=False)
    try:
        await listen(await recorder.open(), vad, segmenter, emit)
    except AudioFileError as error:
        fault = str(error)
    finally:
        await recorder.close()
    return segments, fault


def _utterance(number: int, segment: Segment, spoken: datetime) -> Utterance:
    began, ended = (spoken + timedelta(seconds=seconds) for seconds in (segment.start, segment.end))
    return Utterance(number, segment, began=began, ended=ended)
