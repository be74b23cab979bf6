from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SPOKEN_AT
from moonshine_voice import get_assets_path

from dictated.config import LocalEngine
from dictated.errors import TranscriberError
from dictated.transcribers.local import LocalTranscriber
from dictated.types import FRAME_BYTES, SAMPLE_RATE, Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def spoken(name: str, seconds: float, start: float = 0.0) -> Utterance:
    """Cut a stretch out of a recording that comes with the engine."""
    with wave.open(str(get_assets_path() / name)) as file:
        assert file.getframerate() == SAMPLE_RATE
        file.setpos(int(start * SAMPLE_RATE))
        pcm = file.readframes(int(seconds * SAMPLE_RATE))
    frames = len(pcm) // FRAME_BYTES
    segment = Segment(pcm[: frames * FRAME_BYTES], first=0, onset=0, offset=frames, voiced=frames)
    return Utterance(1, segment, began=SPOKEN_AT, ended=SPOKEN_AT)


@pytest.fixture
async def engine() -> AsyncIterator[LocalTranscriber]:
    engine = LocalTranscriber(LocalEngine())
    await engine.warm()
    yield engine
    await engine.close()


async def test_what_is_said_is_understood(engine: LocalTranscriber) -> None:
    transcript = await engine.transcribe(spoken("beckett.wav", 10))
    assert transcript.text == "Ever tried, ever failed, no matter, try again, fail again, fail better."


async def test_several_at_once_get_each_their_own_words(engine: LocalTranscriber) -> None:
    alone = [(await engine.transcribe(spoken("beckett.wav", 3, start))).text for start in (0, 3, 6)]
    async with anyio.create_task_group() as tasks:
        handles = [
            tasks.start_soon(engine.transcribe, spoken("beckett.wav", 3, start)) for start in (0, 3, 6)
        ]
    assert [handle.return_value.text for handle in handles] == alone


async def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(TranscriberError, match=r"holds no Moonshine model .* missing"):
        await LocalTranscriber(LocalEngine(model=str(tmp_path))).warm()


async def test_a_model_that_is_broken_is_told(tmp_path: Path) -> None:
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(TranscriberError, match=r"cannot be loaded .*; check stt.local.model"):
        await LocalTranscriber(LocalEngine(model=str(tmp_path))).warm()
