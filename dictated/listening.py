"""One opening of the microphone: hears, cuts, and hands each utterance on, dated and with its window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dictated.bulletin import Bulletin
from dictated.chosen import Chosen
from dictated.gaze import Gaze
from dictated.hearing import Hearing
from dictated.meter import Meter
from dictated.mute import Mute
from dictated.pipeline import listen
from dictated.preview import Preview
from dictated.segmenter import Segmenter
from dictated.types import FRAME_BYTES, Segment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from anyio.abc import TaskGroup

    from dictated.gaze import Glance
    from dictated.parts import Parts
    from dictated.pipeline import Pipeline
    from dictated.types import Frame, Transcript, Utterance


LEAD_OUT = bytes(10 * FRAME_BYTES)
"""Digital silence (200 ms) behind what is not over, for guessing: without it, Moonshine Tiny often says the
last word again and again ("though thou thou thou"), or half of another one."""

WORDS = 1
"""How long a breath is put off for words that are on their way, in times of the longest utterance: while it
is taken nobody is heard, and it is over only when they have come."""


class Listening:
    """Listens until the frames end; what looks at windows runs in `beside`, and is over when that is.

    `tell` is called when the microphone turns out to be muted, and when it no longer is; in the bulletin is
    what is being said; what is `chosen` goes before the profile of the window.
    """

    def __init__(  # noqa: PLR0913 (what is looked up is given by name)
        self,
        frames: AsyncIterator[Frame],
        parts: Parts,
        tell: Callable[[Mute], None],
        beside: TaskGroup,
        bulletin: Bulletin | None = None,
        *,
        chosen: Chosen | None = None,
    ) -> None:
        self._parts = parts
        silence_s = 0 if parts.ends_with_input else parts.silence_s  # a file may be silent for good reasons
        self._hearing = Hearing(frames, Mute(silence_s), tell)
        self._gaze = Gaze(parts.glance, beside)
        self._chosen = chosen or Chosen()
        self._segmenter = Segmenter(parts.rules, self._gaze.pause, self._suppose)
        self._beside = beside
        self._bulletin = bulletin or Bulletin(dict)
        self._meter = Meter(parts.noise_margin_db, self._bulletin)
        self._number: int | None = None  # of the utterance that is being said, once it has one
        self._numbers: Iterator[int]
        self._pipeline: Pipeline
        self._preview: Preview

    def take_a_breath(self) -> None:
        """End when nobody speaks and no words are on their way, which are waited for as long as `WORDS` says.

        From then on it ends when nobody speaks, within the time of the longest utterance.
        """
        longest = self._parts.rules.longest

        def may_end(frames: int) -> bool:
            words_first = frames < WORDS * longest and self._pipeline.waiting > 0
            return frames >= (WORDS + 1) * longest or (self._segmenter.pausing and not words_first)

        self._hearing.finish(may_end)

    async def run(self, pipeline: Pipeline, numbers: Iterator[int]) -> None:
        """Hand each utterance to the pipeline until the frames end.

        Raises:
            RecorderError: they ended before their time; what was said until then is handed on.
            AudioFileError: the same, for a file.
        """
        self._pipeline, self._numbers = pipeline, numbers
        self._preview = Preview(self._parts, pipeline, self._bulletin, self._beside)
        take = (
            pipeline.put if self._parts.ends_with_input else pipeline.offer
        )  # a file waits, a speaker cannot

        async def emit(segment: Segment) -> None:
            utterance = self._hearing.utterance(self._take_number(), segment)
            self._number = None
            self._preview.over()
            seen = await self._gaze.glance(segment.first)
            await take(replace(utterance, window=seen.window, profile=self._profile(seen)))

        self._parts.vad.reset()
        try:
            await listen(self._heard(), self._parts.vad, self._segmenter, emit, self._parts.tape)
        finally:
            pipeline.forget()
            self._meter.end()
            await self._preview.end()

    async def _heard(self) -> AsyncIterator[Frame]:
        """Pass on what is heard; when the next frame is asked for, the last one has had its effect."""
        async for frame in self._hearing:
            yield frame
            self._notice()
            self._meter.hear(frame, self._segmenter, self._number)

    def _suppose(self, segment: Segment) -> None:
        """Have transcribed what may be the whole of what is being said."""
        self._number = self._take_number()
        utterance = self._as_seen(self._hearing.utterance(self._number, segment))
        if self._parts.speculates(utterance.profile):
            self._pipeline.suppose(utterance, partial(self._learn, utterance))
        else:
            self._pipeline.forget()

    def _learn(self, utterance: Utterance, answer: Transcript) -> None:
        """Show what may be the whole of it, and let its words say how long this pause must last."""
        self._preview.learn(answer)
        patience = self._parts.patience(utterance.profile)
        pause = patience.frames(answer.text, self._parts.rules.pause)
        self._segmenter.expect(utterance.segment, pause)

    def _notice(self) -> None:
        """Have what is being said guessed at; what came to nothing has had its number."""
        open_at = self._segmenter.open_at
        if open_at is None:
            self._number = None
            self._preview.drop()
            return
        if self._parts.looks_early:
            self._gaze.begin(open_at[0])
        if self._segmenter.speaking:
            self._preview.hear(open_at[1], partial(self._so_far, *open_at))

    def _so_far(self, first: int, frames: int) -> Utterance:
        """Return what is being said, as if it ended here."""
        self._number = self._take_number()
        pcm = self._segmenter.open_sound() + LEAD_OUT
        segment = Segment(pcm, first, first, first + frames, frames)
        return self._as_seen(self._hearing.utterance(self._number, segment))

    def _as_seen(self, utterance: Utterance) -> Utterance:
        """Return it with the profile that holds for it, as far as that is known while it is still said."""
        return replace(utterance, profile=self._profile(self._gaze.known(utterance.segment.first)))

    def _profile(self, seen: Glance) -> str:
        return self._chosen.name or seen.profile

    def _take_number(self) -> int:
        return next(self._numbers) if self._number is None else self._number
