from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import numpy as np
import pytest
import signals

from dictated.errors import RecorderError, RecorderLostError
from dictated.recorders import portaudio
from dictated.recorders.microphone import Microphone, devices
from dictated.recorders.portaudio import Shape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fixtures.sound import SoundServer

    from dictated.types import Frame

pytestmark = pytest.mark.desktop


@pytest.fixture
def server(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    """The sound server, as the one this process finds."""
    monkeypatch.delenv("PULSE_SOURCE", raising=False)
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("dictated.recorders.soundserver.PACTL_S", 10)  # a busy machine is waited for
    return sound_server


def a_microphone(device: str | int = "", frames_s: float = 30, no_frame_s: float = 1) -> Microphone:
    return Microphone(device, frames_s=frames_s, no_frame_s=no_frame_s)


async def all_of(frames: AsyncIterator[Frame]) -> np.ndarray:
    return signals.samples([frame async for frame in frames])


async def some_of(frames: AsyncIterator[Frame], count: int) -> np.ndarray:
    return signals.samples([await anext(frames) for _ in range(count)])


async def play(server: SoundServer, path: Path) -> None:
    """Play a file to its end."""
    await anyio.to_thread.run_sync(server.play(path).wait)


async def play_without_end(server: SoundServer, path: Path, hertz: float = 440) -> None:
    """Play a tone for longer than a test takes; return when it is heard."""
    server.play(signals.write(path, signals.tone(20, hertz, 48_000), 48_000))
    ear = a_microphone()
    frames = await ear.open()
    while signals.level(await some_of(frames, 1)) < 0.3:
        pass
    await ear.close()


async def test_what_is_played_between_open_and_close_arrives_whole(
    server: SoundServer, tmp_path: Path
) -> None:
    sweep = signals.tone(1, np.linspace(100, 1500, signals.RATE))
    recorder = a_microphone()
    frames = await recorder.open()
    await play(server, signals.write(tmp_path / "sweep.wav", sweep))
    await recorder.close()
    assert signals.likeness(await all_of(frames), sweep) > 0.98


async def test_sound_flows_when_opening_is_done(server: SoundServer) -> None:
    del server
    recorder = a_microphone()
    frames = await recorder.open()
    with anyio.fail_after(0.01):
        await anext(frames)
    await recorder.close()


@pytest.mark.alone
async def test_sound_flows_without_a_gap(server: SoundServer, tmp_path: Path) -> None:
    await play_without_end(server, tmp_path / "tone.wav", hertz=437)
    recorder = a_microphone()
    heard = await some_of(await recorder.open(), 75)
    await recorder.close()
    assert signals.break_in_tone(heard[signals.RATE // 2 :], 437) < 0.01


@pytest.mark.alone
async def test_nothing_between_open_and_close_is_missing(server: SoundServer, tmp_path: Path) -> None:
    await play_without_end(server, tmp_path / "tone.wav")
    recorder = a_microphone()
    frames = await recorder.open()
    opened = time.monotonic()
    await some_of(frames, 10)
    spoken = time.monotonic() - opened
    await recorder.close()
    assert len(await all_of(frames)) / signals.RATE + 0.2 >= spoken


async def test_sound_said_up_to_close_still_comes_out(server: SoundServer) -> None:
    del server
    recorder = a_microphone()
    frames = await recorder.open()
    await some_of(frames, 20)
    await recorder.close()
    assert len(await all_of(frames)) / signals.RATE >= 0.04


@pytest.mark.parametrize(("device", "heard"), [("", True), ("VMIC", True), ("other", False)])
async def test_a_source_of_the_sound_server_is_found_by_its_name(
    server: SoundServer, tmp_path: Path, device: str, *, heard: bool
) -> None:
    server.pactl("load-module", "module-null-sink", "sink_name=other", "norewinds=1")
    await play_without_end(server, tmp_path / "tone.wav")
    recorder = a_microphone(device)
    sound = await some_of(await recorder.open(), 20)
    await recorder.close()
    assert (signals.level(sound[-1600:]) > 0.3) == heard


async def test_the_choice_of_a_source_does_not_stay_in_the_environment(server: SoundServer) -> None:
    del server
    recorder = a_microphone("vmic")
    await recorder.open()
    await recorder.close()
    assert "PULSE_SOURCE" not in os.environ


async def test_a_device_that_cannot_do_our_form_is_converted(
    server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PulseAudio takes every rate; only more channels than it has are refused.
    monkeypatch.setattr(portaudio, "shapes", lambda _: [Shape(16_000, 99), Shape(44_100, 2)])
    await play_without_end(server, tmp_path / "tone.wav")
    recorder = a_microphone()
    heard = await some_of(await recorder.open(), 50)
    await recorder.close()
    assert signals.pitch(heard) == pytest.approx(440, abs=2)


async def test_the_desktop_shows_a_microphone_only_while_it_is_open(server: SoundServer) -> None:
    recorder = a_microphone()
    shown = []
    for _ in range(2):
        await recorder.open()
        shown.append(bool(server.recording))
        await recorder.close()
        shown.append(bool(server.recording))
    assert shown == [True, False, True, False]


async def test_opening_twice_leaves_one_recording(server: SoundServer) -> None:
    recorder = a_microphone()
    await recorder.open()
    await recorder.open()
    count = len(server.recording)
    await recorder.close()
    assert count == 1


@pytest.mark.alone
async def test_opening_again_takes_less_than_300_ms(server: SoundServer) -> None:
    del server
    recorder = a_microphone()
    times = []
    for _ in range(10):
        began = time.monotonic()
        await recorder.open()
        times.append(time.monotonic() - began)
        await recorder.close()
    assert sorted(times)[5] < 0.3


def held() -> list[int]:
    """Count the files that are open, and the threads."""
    return [len(list(Path("/proc/self", kind).iterdir())) for kind in ("fd", "task")]


async def test_opening_and_closing_leaks_nothing(server: SoundServer) -> None:
    del server
    recorder = a_microphone()
    counts = []
    for _ in range(25):
        await recorder.open()
        await recorder.close()
        counts.append(held())
    with anyio.fail_after(5):  # a thread that has ended may be there for a moment
        while max(last - early for last, early in zip(counts[-1], counts[4], strict=True)) > 1:
            await anyio.sleep(0.01)
            counts.append(held())


async def test_sound_that_nobody_fetches_is_counted(server: SoundServer, tmp_path: Path) -> None:
    recorder = a_microphone(frames_s=0.1)
    frames = await recorder.open()
    await play(server, signals.write(tmp_path / "tone.wav", signals.tone(0.5)))
    await recorder.close()
    assert (len(await all_of(frames)) == 5 * 320, recorder.overflows > 10) == (True, True)


async def test_a_name_that_fits_nothing_is_told_in_one_line_with_what_there_is(server: SoundServer) -> None:
    del server
    with pytest.raises(RecorderError, match=r'^no microphone is called "no such thing"; .*pulse.*vmic \(.*$'):
        await a_microphone("no such thing").open()


async def test_a_number_that_fits_nothing_is_told(server: SoundServer) -> None:
    del server
    with pytest.raises(RecorderError, match="no microphone has the number 999"):
        await a_microphone(999).open()


# What a sound server that dies or hangs leaves behind in PortAudio stays there as long as the process: the
# next tests listen in a process of their own.

_EAR = Path(__file__).parent / "ear.py"


@pytest.fixture
def ear(server: SoundServer) -> Iterator[subprocess.Popen[str]]:
    """A process that records; it says "open", "lost" and "closed", and opens again for every line sent."""
    del server
    with subprocess.Popen(
        [sys.executable, _EAR],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert said(process) == "open"
        yield process
        process.kill()


def said(ear: subprocess.Popen[str]) -> str:
    """Return the next thing the ear says; empty when it has ended."""
    assert ear.stdout is not None
    return ear.stdout.readline().strip()


def again(ear: subprocess.Popen[str], within_s: float = 10.0) -> None:
    """Make the ear open once more; it gives up after so many seconds."""
    assert ear.stdin is not None
    ear.stdin.write(f"{within_s}\n")
    ear.stdin.flush()


def ends(ear: subprocess.Popen[str]) -> bool:
    """Say whether the ear ends well within three seconds of being told."""
    assert ear.stdin is not None
    ear.stdin.close()
    return ear.wait(3) == 0


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_sound_server_that_dies_or_hangs_is_a_lost_microphone_within_a_second(
    server: SoundServer, ear: subprocess.Popen[str], how: signal.Signals
) -> None:
    began = time.monotonic()
    server.process.send_signal(how)
    assert (said(ear), time.monotonic() - began < 1.5) == ("lost", True)


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_sound_server_that_dies_or_hangs_keeps_us_neither_from_closing_nor_from_ending(
    server: SoundServer, ear: subprocess.Popen[str], how: signal.Signals
) -> None:
    server.process.send_signal(how)
    began = time.monotonic()
    words = [said(ear), said(ear)]
    assert (words, time.monotonic() - began < 4, ends(ear)) == (["lost", "closed"], True, True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_sound_server_that_came_back_is_recorded_from_again(
    server: SoundServer, ear: subprocess.Popen[str], how: signal.Signals
) -> None:
    server.process.send_signal(how)
    words = [said(ear), said(ear)]
    server.restart()
    again(ear)
    assert [*words, said(ear)] == ["lost", "closed", "open"]


def test_a_sound_server_that_hangs_does_not_hang_the_opening(
    server: SoundServer, ear: subprocess.Popen[str]
) -> None:
    server.process.send_signal(signal.SIGSTOP)
    words = [said(ear), said(ear)]
    again(ear, 0.5)
    assert [*words, said(ear)] == ["lost", "closed", "the microphone gave no sound within 0.5 s"]


def test_a_sound_server_that_is_not_there_makes_alsa_say_nothing(
    server: SoundServer, ear: subprocess.Popen[str]
) -> None:
    server.stop()
    _ = said(ear), said(ear), again(ear, 0.5), said(ear)
    _, noise = ear.communicate(timeout=10)
    assert "ALSA lib" not in noise


def test_an_opening_that_was_given_up_is_closed_when_it_comes_about(
    server: SoundServer, ear: subprocess.Popen[str]
) -> None:
    server.process.send_signal(signal.SIGSTOP)
    _ = said(ear), said(ear), again(ear, 0.5), said(ear)
    server.process.send_signal(signal.SIGCONT)
    again(ear)  # waits its turn behind the one that was given up
    assert (said(ear), len(server.recording)) == ("open", 1)


async def test_a_sound_server_that_starts_after_us_is_found(server: SoundServer) -> None:
    server.stop()
    recorder = a_microphone("pulse")
    with pytest.raises(RecorderError):
        await recorder.open()
    server.restart()
    heard = await some_of(await recorder.open(), 5)
    await recorder.close()
    assert len(heard) == 5 * 320


async def test_a_device_that_came_later_is_found_by_its_number(server: SoundServer) -> None:
    await anyio.to_thread.run_sync(portaudio.look_again)
    numbers = {device.name: device.index for device in await anyio.to_thread.run_sync(devices)}
    server.stop()
    await anyio.to_thread.run_sync(portaudio.look_again)
    server.restart()
    recorder = a_microphone(numbers["pulse"] or 0)
    await recorder.open()
    shown = server.recording
    await recorder.close()
    assert len(shown) == 1


async def test_a_sound_server_that_came_later_goes_before_a_card(server: SoundServer) -> None:
    server.stop()
    (Path(server.env["HOME"]) / ".asoundrc").write_text("pcm.card { type null }\n")
    await anyio.to_thread.run_sync(portaudio.look_again)
    server.restart()
    recorder = a_microphone("")
    await recorder.open()
    shown = server.recording
    await recorder.close()
    assert len(shown) == 1


async def test_devices_are_looked_for_anew_after_one_was_lost(server: SoundServer) -> None:
    recorder = a_microphone()
    frames = await recorder.open()
    (Path(server.env["HOME"]) / ".asoundrc").write_text("pcm.came_later { type null }\n")
    server.pactl("unload-module", "module-null-sink")
    with pytest.raises(RecorderLostError):
        await all_of(frames)
    await recorder.close()
    server.restart()
    await recorder.open()
    await recorder.close()
    assert "came_later" in {device.name for device in portaudio.inputs()}


async def test_closing_what_is_not_open_does_nothing() -> None:
    await a_microphone().close()


async def test_the_list_of_devices_names_inputs_and_sources(server: SoundServer) -> None:
    del server
    found = {device.name: device.kind for device in await anyio.to_thread.run_sync(devices)}
    assert (found["pulse"], found["vmic"]) == ("portaudio", "source")
