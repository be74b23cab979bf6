"""One opening of the microphone: hears, cuts, and hands each utterance on, dated and with its window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dictated.gaze import Gaze
from dictated.hearing import Hearing
from dictated.mute import Mute
from dictated.pipeline import listen
from dictated.segmenter import Segmenter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from anyio.abc import TaskGroup

    from dictated.parts import Parts
    from dictated.pipeline import Pipeline
    from dictated.types import Frame, Segment


class Listening:
    """Listens until the frames end; what looks at windows runs in `beside`, and is over when that is.

    `tell` is called when the microphone turns out to be muted, and when it no longer is.
    """

    def __init__(
        self, frames: AsyncIterator[Frame], parts: Parts, tell: Callable[[Mute], None], beside: TaskGroup
    ) -> None:
        self._parts = parts
        silence_s = 0 if parts.ends_with_input else parts.silence_s  # a file may be silent for good reasons
        self._hearing = Hearing(frames, Mute(silence_s), tell)
        self._gaze = Gaze(parts.window, beside)
        self._segmenter = Segmenter(parts.rules, self._gaze.pause, self._suppose)
        self._number: int | None = None  # of the utterance that is being said, once it has one
        self._numbers: Iterator[int]
        self._pipeline: Pipeline

    def take_a_breath(self) -> None:
        """End as soon as nobody speaks, within the time of the longest utterance."""
        self._hearing.finish(lambda: self._segmenter.pausing, self._parts.rules.longest)

    async def run(self, pipeline: Pipeline, numbers: Iterator[int]) -> None:
        """Hand each utterance to the pipeline until the frames end.

        Raises:
            RecorderError: they ended before their time; what was said until then is handed on.
            AudioFileError: the same, for a file.
        """
        self._pipeline, self._numbers = pipeline, numbers
        take = (
            pipeline.put if self._parts.ends_with_input else pipeline.offer
        )  # a file waits, a speaker cannot

        async def emit(segment: Segment) -> None:
            utterance = self._hearing.utterance(self._take_number(), segment)
            self._number = None
            await take(replace(utterance, window=await self._gaze.window(segment.first)))

        self._parts.vad.reset()
        try:
            await listen(self._hearing, self._parts.vad, self._segmenter, emit, self._parts.tape)
        finally:
            pipeline.forget()

    def _suppose(self, segment: Segment) -> None:
        """Have transcribed what may be the whole of what is being said."""
        self._number = self._take_number()
        utterance = self._hearing.utterance(self._number, segment)
        self._pipeline.suppose(utterance, partial(self._judge, segment))

    def _judge(self, segment: Segment, text: str) -> None:
        """Let its words say how long this pause must last to be its end."""
        self._segmenter.expect(segment, self._parts.patience.frames(text, self._parts.rules.pause))

    def _take_number(self) -> int:
        return next(self._numbers) if self._number is None else self._number
