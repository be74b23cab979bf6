from __future__ import annotations

import os
import struct
import time
import tracemalloc
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import numpy as np
import pytest
import signals

from dictated.errors import AudioFileError
from dictated.recorders.audiofile import AudioFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


async def heard(path: Path) -> np.ndarray:
    return signals.samples([frame async for frame in await AudioFile(path, realtime=False).open()])


async def until_fault(path: Path) -> tuple[int, str]:
    """Return how many frames a file gives, and what is wrong with it."""
    count = 0
    try:
        async for _ in await AudioFile(path, realtime=False).open():
            count += 1
    except AudioFileError as error:
        return count, str(error)
    return count, ""


async def test_our_own_form_passes_bit_for_bit(tmp_path: Path) -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32767, 50_000).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(pcm.tobytes())
    padding = -len(pcm) % 320
    assert np.array_equal(await heard(tmp_path / "a.wav") * 32768, np.pad(pcm, (0, padding)))


@pytest.mark.parametrize(
    ("name", "rate", "subtype", "channels"),
    [
        ("a.wav", 16_000, "PCM_U8", 1),
        ("a.wav", 16_000, "PCM_24", 1),
        ("a.wav", 16_000, "PCM_32", 1),
        ("a.wav", 16_000, "FLOAT", 1),
        ("a.wav", 16_000, "PCM_16", 2),
        ("a.wav", 44_100, "PCM_16", 2),
        ("a.wav", 8_000, "ULAW", 1),
        ("a.wav", 96_000, "DOUBLE", 6),
        ("a.flac", 48_000, "PCM_24", 2),
        ("a.ogg", 44_100, "VORBIS", 2),
        ("a.mp3", 44_100, "MPEG_LAYER_III", 1),
    ],
)
async def test_every_kind_of_file_sounds_the_same(
    tmp_path: Path, name: str, rate: int, subtype: str, channels: int
) -> None:
    sound = np.repeat(signals.tone(1, 1000, rate)[:, None], channels, axis=1)
    found = await heard(signals.write(tmp_path / name, sound, rate, subtype))
    measured = (signals.pitch(found), signals.level(found[1600:14_400]), len(found))
    assert measured == pytest.approx((1000, 0.5 / 2**0.5, 16_000), rel=0.06)


async def test_the_end_of_a_resampled_file_is_not_cut(tmp_path: Path) -> None:
    found = await heard(signals.write(tmp_path / "a.wav", signals.tone(1, 1000, 44_100), 44_100))
    assert (len(found), signals.level(found[-320:]) > 0.3) == (16_000, True)


@pytest.mark.parametrize(
    "riff_and_data", [(0xFFFF_FFFF, 0xFFFF_FFFF), (0, 0), (36, 0), (0x7FFF_F024, 0x7FFF_F000)]
)
async def test_a_wav_file_written_into_a_pipe_is_read_to_its_end(
    tmp_path: Path, riff_and_data: tuple[int, int]
) -> None:
    file = signals.write(tmp_path / "a.wav", signals.tone(1))
    content = bytearray(file.read_bytes())
    struct.pack_into("<I", content, 4, riff_and_data[0])
    struct.pack_into("<I", content, content.index(b"data") + 4, riff_and_data[1])
    file.write_bytes(content)
    assert len(await heard(file)) == 16_000


def missing(folder: Path) -> Path:
    return folder / "none.wav"


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "a.wav"


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.wav")
    return folder / "pipe.wav"


def holding(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "a.wav").write_bytes(content)
        return folder / "a.wav"

    return make


def without_samples(folder: Path) -> Path:
    return signals.write(folder / "a.wav", np.zeros(0))


def of_an_impossible_rate(folder: Path) -> Path:
    return signals.write(folder / "a.wav", np.zeros(100), 100)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (missing, "cannot be read: No such file or directory"),
        (below_a_file, "cannot be read: Not a directory"),
        (lambda folder: folder, "is a directory: name an audio file in it"),
        (a_pipe, "is not a file on disk: save the recording first"),
        (holding(b""), "is empty (0 bytes)"),
        (without_samples, "is empty (no samples)"),
        (holding(b"hello\n" * 100), "is not an audio file we can read (wav, flac, mp3, ogg)"),
        (
            holding(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"),
            "is not an audio file we can read (wav, flac, mp3, ogg)",
        ),
        (of_an_impossible_rate, "cannot be right: its header says 100 samples a second in 1 channels"),
    ],
)
async def test_a_bad_file_is_told_in_one_line(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(AudioFileError) as fault:
        await AudioFile(path, realtime=False).open()
    text = str(fault.value)
    assert (text.startswith(f"{path} {message}"), "\n" in text) == (True, False)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Be an ordinary user, whoever runs the tests."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


async def test_a_file_one_may_not_read_is_told(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = signals.write(tmp_path / "a.wav", signals.tone(0.1))
    file.chmod(0)
    await heard_module_loaded(tmp_path)
    request.getfixturevalue("nobody")
    with pytest.raises(AudioFileError, match="cannot be read: Permission denied"):
        await AudioFile(file, realtime=False).open()


async def heard_module_loaded(folder: Path) -> None:
    """Load what reading needs while we still may."""
    await heard(signals.write(folder / "loaded.wav", signals.tone(0.1)))


async def test_a_wav_file_cut_short_gives_what_there_is_and_says_what_is_missing(tmp_path: Path) -> None:
    file = signals.write(tmp_path / "a.wav", signals.tone(2))
    file.write_bytes(file.read_bytes()[: 44 + 32_000])
    expected = f"{file} is cut short: its header promises 2.00 s, there are 1.00 s"
    assert await until_fault(file) == (50, expected)


async def test_a_wav_file_of_a_header_alone_says_what_is_missing(tmp_path: Path) -> None:
    file = signals.write(tmp_path / "a.wav", signals.tone(2))
    file.write_bytes(file.read_bytes()[:44])
    with pytest.raises(AudioFileError, match=r"promises 2\.00 s, there are 0\.00 s"):
        await AudioFile(file, realtime=False).open()


async def test_a_flac_file_cut_short_is_damaged(tmp_path: Path) -> None:
    file = signals.write(tmp_path / "a.flac", np.random.default_rng(1).normal(0, 0.1, 80_000))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 3 // 4])
    count, message = await until_fault(file)
    assert (count > 0, message.startswith(f"{file} is damaged: "), is_open(file)) == (True, True, False)


async def test_a_conversion_is_told_at_debug(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "dictated")
    await heard(signals.write(tmp_path / "a.wav", signals.tone(0.1, rate=44_100), 44_100))
    assert caplog.messages == [
        f"{tmp_path}/a.wav: PCM_16 at 44100 Hz in 1 channel(s), converted to 16-bit mono at 16000 Hz"
    ]


@pytest.mark.alone
async def test_in_real_time_a_frame_comes_every_20_ms(tmp_path: Path) -> None:
    recorder = AudioFile(signals.write(tmp_path / "a.wav", signals.tone(0.5)), realtime=True)
    frames = await recorder.open()
    began = time.monotonic()
    count = len([frame async for frame in frames])
    assert (count, 0.48 < time.monotonic() - began < 0.7) == (25, True)


async def test_closing_ends_a_file_as_if_a_microphone_were_switched_off(tmp_path: Path) -> None:
    recorder = AudioFile(signals.write(tmp_path / "a.wav", signals.tone(60)), realtime=True)
    frames = await recorder.open()
    heard_before = [await anext(frames) for _ in range(3)]
    await recorder.close()
    assert (len(heard_before), await rest(frames)) == (3, 0)


async def test_closing_wakes_whoever_waits_for_a_frame(tmp_path: Path) -> None:
    recorder = AudioFile(signals.write(tmp_path / "a.wav", signals.tone(60)), realtime=True)
    frames = await recorder.open()
    with anyio.fail_after(1):
        async with anyio.create_task_group() as group:
            group.start_soon(rest, frames)
            await anyio.wait_all_tasks_blocked()
            await recorder.close()


async def rest(frames: AsyncIterator[object]) -> int:
    return len([each async for each in frames])


async def test_a_file_can_be_heard_again(tmp_path: Path) -> None:
    recorder = AudioFile(signals.write(tmp_path / "a.wav", signals.tone(0.5)), realtime=False)
    lengths = [await rest(await recorder.open()) for _ in range(2)]
    assert lengths == [25, 25]


async def test_closing_what_is_not_open_does_nothing(tmp_path: Path) -> None:
    recorder = AudioFile(tmp_path / "none.wav", realtime=True)
    await recorder.close()
    assert recorder.overflows == 0


async def test_no_file_stays_open(tmp_path: Path) -> None:
    whole = signals.write(tmp_path / "a.wav", signals.tone(3))
    left = AudioFile(whole, realtime=False)
    await anext(await left.open())
    await left.close()
    await heard(whole)
    assert not is_open(whole)


def is_open(file: Path) -> bool:
    return file in [entry.resolve() for entry in Path("/proc/self/fd").iterdir()]


async def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    file = signals.write(tmp_path / "a.wav", np.zeros(16_000 * 600))
    tracemalloc.start()
    async for _ in await AudioFile(file, realtime=False).open():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
