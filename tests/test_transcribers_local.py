from __future__ import annotations

import shutil
import subprocess
import sys
import wave
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SPOKEN_AT
from moonshine_voice import get_assets_path
from recordings import recording

from dictated.errors import TranscriberError
from dictated.sttconfig import LocalEngine
from dictated.transcribers.local import LocalTranscriber, fetch
from dictated.types import FRAME_BYTES, SAMPLE_RATE, Evidence, Hints, Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from types import ModuleType


def spoken(name: str, seconds: float, start: float = 0.0) -> Utterance:
    """Cut a stretch out of a recording that comes with the engine."""
    with wave.open(str(get_assets_path() / name)) as file:
        assert file.getframerate() == SAMPLE_RATE
        file.setpos(int(start * SAMPLE_RATE))
        return utterance(file.readframes(int(seconds * SAMPLE_RATE)))


def utterance(pcm: bytes) -> Utterance:
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


@pytest.mark.alone
async def test_cancelling_does_not_wait_for_a_model_at_work(engine: LocalTranscriber) -> None:
    long = utterance(4 * spoken("beckett.wav", 8).pcm)
    started = anyio.current_time()
    with anyio.move_on_after(0.1):
        await engine.transcribe(long)
    let_go = anyio.current_time() - started
    await engine.transcribe(spoken("beckett.wav", 3))  # waits for the model, which ends its work for nobody
    assert let_go < 0.5 < anyio.current_time() - started


async def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(TranscriberError, match=r'holds no model: .* "tiny-en" comes with the program'):
        await LocalTranscriber(LocalEngine(model=str(tmp_path))).warm()


@pytest.mark.parametrize("model", ["~no-such-user/base", "~nobody\0/base"])
async def test_a_folder_in_the_home_of_nobody_is_told(model: str) -> None:
    with pytest.raises(TranscriberError, match=r'stt\.local\.model: there is no "~no'):
        await LocalTranscriber(LocalEngine(model=model)).warm()


async def test_a_model_that_is_broken_is_told(tmp_path: Path) -> None:
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(TranscriberError, match=r"cannot be loaded .*; check stt.local.model"):
        await LocalTranscriber(LocalEngine(model=str(tmp_path))).warm()


async def test_a_folder_is_told_from_its_files(tmp_path: Path) -> None:
    folder = shutil.copytree(get_assets_path() / "tiny-en", tmp_path / "any")
    engine = LocalTranscriber(LocalEngine(model=str(folder)))
    transcript = await engine.transcribe(spoken("beckett.wav", 10))
    await engine.close()
    assert transcript.text.endswith("fail better.")


async def test_a_folder_with_a_whisper_model_gives_words_and_evidence(whisper_base: Path) -> None:
    engine = LocalTranscriber(LocalEngine(model=str(whisper_base), language="en-US"))
    transcript = await engine.transcribe(spoken("beckett.wav", 10))
    await engine.close()
    assert (
        transcript.text.lower() == "ever tried, ever failed, no matter, try again, fail again, fail better."
    )
    assert transcript.evidence != Evidence()


async def test_hints_reach_whisper(whisper_base: Path) -> None:
    engine = LocalTranscriber(LocalEngine(model=str(whisper_base), language="en"))
    pcm = b"".join(frame.pcm for frame in recording("sns0870.wav"))
    transcript = await engine.transcribe(utterance(pcm), Hints(vocabulary=("Jon Dashwoud",)))
    await engine.close()
    assert "Dashwoud" in transcript.text


@pytest.mark.parametrize("model", ["moonshine:base-es", "moonshine:es", "whisper:base", "whisper:some/model"])
async def test_a_model_that_is_not_here_is_not_downloaded_but_told(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOONSHINE_VOICE_CACHE", str(tmp_path))
    monkeypatch.setattr(constants(), "HF_HUB_CACHE", str(tmp_path))  # what HF_HOME sets, when it is imported
    gets = f"{model} is not on this machine; `dictated models local --download {model}` gets it"
    with pytest.raises(TranscriberError, match=gets) as caught:
        await LocalTranscriber(LocalEngine(model=model)).warm()
    assert (caught.value.lasting, [*tmp_path.iterdir()]) == (True, [])


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("moonshine:bse-es", "did you mean moonshine:base-es"),
        ("whisper:bas", "did you mean whisper:base"),
        ("base-es", r"did you mean moonshine:base-es\?"),
        ("turbo", r"did you mean whisper:turbo\?"),
        ("parrot", "`dictated models local` lists what there is"),
    ],
)
async def test_a_model_that_nobody_knows_is_told_with_the_nearest(model: str, told: str) -> None:
    with pytest.raises(TranscriberError, match=f'there is no "{model}"; {told}'):
        await LocalTranscriber(LocalEngine(model=model)).warm()
    with pytest.raises(TranscriberError, match=f'there is no "{model}"; {told}'):
        fetch(model)


async def test_the_models_of_both_families_are_listed_once_and_the_first_is_here() -> None:
    models = await LocalTranscriber(LocalEngine()).models()
    names = [model.name for model in models]
    assert (names[0], models[0].note[:4], len(names)) == ("tiny-en", "here", len(set(names)))
    assert {"moonshine:base-es", "whisper:base"} < set(names)


def test_fetching_the_model_that_comes_with_the_program_does_nothing() -> None:
    assert fetch("tiny-en").note.startswith("here")


async def test_warming_twice_loads_once(engine: LocalTranscriber, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "dictated")
    await engine.warm()
    assert caplog.messages == []


def test_without_whisper_nothing_of_it_is_imported() -> None:
    program = (
        "import anyio, sys; from dictated.sttconfig import LocalEngine;"
        "from dictated.transcribers.local import LocalTranscriber;"
        "anyio.run(LocalTranscriber(LocalEngine()).warm);"
        "print({'faster_whisper', 'ctranslate2', 'huggingface_hub', 'av'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.stdout == "set()\n", run.stderr


def constants() -> ModuleType:
    return pytest.importorskip("huggingface_hub.constants")
