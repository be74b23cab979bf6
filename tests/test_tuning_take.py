from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import SpokenRecorder, sound

from dictated.errors import RecorderLostError
from dictated.tuning.take import SENTENCE, silence, take

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dictated.types import Frame


@pytest.mark.parametrize(("seconds", "quiet"), [(6, 3.0), (30, 5.0), (300, 8.0)])
def test_a_sixth_is_silence_within_bounds(seconds: float, quiet: float) -> None:
    assert silence(seconds) == quiet


class ShortRecorder(SpokenRecorder):
    """A microphone into which five frames are said as soon as it is open."""

    async def open(self) -> AsyncIterator[Frame]:
        frames = await super().open()
        await self.say("ss.ss")
        return frames


async def test_so_many_frames_are_taken_and_each_is_told() -> None:
    told: list[int] = []
    frames = await take(ShortRecorder(), 4, told.append)
    assert (frames, told) == (sound("ss.s"), [1, 2, 3, 4])


async def test_the_microphone_is_closed_afterwards() -> None:
    recorder = ShortRecorder()
    await take(recorder, 2, lambda _: None)
    assert recorder.closed == 1


async def test_a_microphone_that_cannot_be_opened_is_closed_and_told() -> None:
    recorder = SpokenRecorder(RecorderLostError("gone"))
    with pytest.raises(RecorderLostError):
        await take(recorder, 1, lambda _: None)
    assert recorder.closed == 1


def test_what_is_read_is_one_sentence() -> None:
    assert (SENTENCE.count("."), SENTENCE.endswith(".")) == (1, True)
