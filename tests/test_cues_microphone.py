"""The cues beside a microphone that hears them, and that must not feel them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dictated import build
from dictated.config import SegmentSettings, VadSettings
from dictated.cues.cue import Cue
from dictated.cues.cues import Cues
from dictated.recorders.microphone import Microphone
from dictated.segmenter import Segmenter

if TYPE_CHECKING:
    from fixtures.sound import SoundServer

    from dictated.types import Frame, Segment

pytestmark = pytest.mark.desktop

LOUD = 3000
"""A sample of the cue's is above that, one of silence below."""


@pytest.fixture
def heard_at(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Microphone:
    """A microphone that hears the loudspeaker."""
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    return Microphone("", frames_s=30, no_frame_s=1)


def utterances(frames: list[Frame]) -> list[Segment]:
    vad, segmenter = build.vad(VadSettings()), Segmenter(build.rules(SegmentSettings()))
    cut = [segmenter.push(frame, speech=vad.is_speech(frame)) for frame in frames]
    return [segment for segment in [*cut, segmenter.flush()] if segment is not None]


async def test_cues_that_the_microphone_hears_are_no_utterances(heard_at: Microphone) -> None:
    cues = Cues(os.environ, 0.2)
    frames = await heard_at.open()
    for cue in Cue:
        await cues.play(cue)
    await heard_at.close()
    heard = [frame async for frame in frames]
    loudest = max(abs(sample) for frame in heard for sample in memoryview(frame.pcm).cast("h"))
    assert loudest > LOUD
    assert utterances(heard) == []


@pytest.mark.alone
async def test_the_microphone_loses_nothing_while_cues_are_played(heard_at: Microphone) -> None:
    frames = await heard_at.open()
    for _ in range(3):
        await Cues(os.environ, 0.2).play(Cue.START)
    await heard_at.close()
    assert [frame async for frame in frames]
    assert heard_at.overflows == 0
