from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import numpy as np
import pytest
from statuses import LISTENING, OFF

from dictated.cues.cue import Cue
from dictated.cues.cues import Cues

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from anyio.streams.memory import MemoryObjectSendStream
    from fixtures.sound import SoundServer

    Inlet = MemoryObjectSendStream[dict[str, Any]]

RATE = 48_000
BLOCK = 480
HEARD_S = 20.0
"""A cue that is not heard within that long is not coming; only a failure waits."""


class Ear:
    """Hears what the loudspeaker plays."""

    def __init__(self, server: SoundServer) -> None:
        command = ["parec", "--device=vspk.monitor", "--format=s16le", "--channels=1", "--latency-msec=10"]
        self._program = subprocess.Popen(
            [*command, f"--rate={RATE}"], stdout=subprocess.PIPE, env=os.environ | server.env
        )
        self._block()

    def sound(self) -> np.ndarray:
        """Return the next sound that is not silence, until a tenth of a second of silence."""
        heard: list[np.ndarray] = []
        quiet, deadline = 0, time.monotonic() + HEARD_S
        while (not heard or quiet < 10) and time.monotonic() < deadline:
            block = self._block()
            loud = bool(np.abs(block).max() > 0.001)
            quiet = 0 if loud else quiet + 1
            if loud or heard:
                heard.append(block)
        assert heard, "nothing was heard"
        return np.trim_zeros(np.concatenate(heard))

    def close(self) -> None:
        self._program.kill()
        self._program.communicate()

    def _block(self) -> np.ndarray:
        assert self._program.stdout is not None
        return np.frombuffer(self._program.stdout.read(2 * BLOCK), "<i2") / 32768


@pytest.fixture
def ear(sound_server: SoundServer) -> Iterator[Ear]:
    opened = Ear(sound_server)
    yield opened
    opened.close()


@asynccontextmanager
async def following(cues: Cues, *statuses: dict[str, Any]) -> AsyncIterator[Inlet]:
    """Have the cues follow what is sent, for as long as the block."""
    inlet, outlet = anyio.create_memory_object_stream[dict[str, Any]](10)
    async with anyio.create_task_group() as tasks, outlet, inlet:
        tasks.start_soon(cues.run, outlet)
        for status in statuses:
            await inlet.send(status)
        yield inlet
        tasks.cancel_scope.cancel()


def around(server: SoundServer) -> dict[str, str]:
    return os.environ | server.env


def crossings(sound: np.ndarray) -> int:
    """How often it goes through zero: its pitch, near enough."""
    return int(np.count_nonzero(np.diff(np.signbit(sound))))


@pytest.mark.desktop
@pytest.mark.alone
async def test_a_start_is_heard_rising_and_whole(sound_server: SoundServer, ear: Ear) -> None:
    async with following(Cues(around(sound_server), 0.5), OFF, LISTENING):
        heard = await anyio.to_thread.run_sync(ear.sound)
    half = len(heard) // 2
    assert crossings(heard[half:]) > 1.1 * crossings(heard[:half])
    assert 0.1 * RATE < len(heard) < 0.13 * RATE
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.desktop
async def test_a_daemon_that_listens_from_the_beginning_says_so(sound_server: SoundServer, ear: Ear) -> None:
    async with following(Cues(around(sound_server), 0.5), LISTENING):
        assert len(await anyio.to_thread.run_sync(ear.sound)) > 0.1 * RATE


@pytest.mark.desktop
@pytest.mark.alone
async def test_a_stop_is_heard_falling(sound_server: SoundServer, ear: Ear) -> None:
    async with following(Cues(around(sound_server), 0.5), OFF, LISTENING) as inlet:
        await anyio.to_thread.run_sync(ear.sound)
        await inlet.send(OFF)
        heard = await anyio.to_thread.run_sync(ear.sound)
    half = len(heard) // 2
    assert crossings(heard[half:]) < 0.9 * crossings(heard[:half])


@pytest.mark.desktop
async def test_a_sound_server_that_was_away_costs_one_line_each_time_it_goes(
    sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cues = Cues(around(sound_server), 0.5)
    sound_server.stop()
    for _ in range(2):
        await cues.play(Cue.ERROR)
    assert [line.split(":")[0] for line in caplog.messages] == ["no sounds"]
    sound_server.restart()
    await cues.play(Cue.ERROR)
    sound_server.stop()
    await cues.play(Cue.ERROR)
    assert len(caplog.messages) == 2


async def test_the_cues_end_with_the_statuses() -> None:
    async def statuses() -> AsyncIterator[dict[str, Any]]:
        yield OFF

    with anyio.fail_after(HEARD_S):
        await Cues({}, 0.5).run(statuses())


@pytest.mark.desktop
async def test_a_cue_that_hangs_ends_by_itself_where_nobody_is_left_to_end_it(
    sound_server: SoundServer,
) -> None:
    sound_server.process.send_signal(signal.SIGSTOP)
    program = "from dictated.cues import speaker; speaker.MOST_S = 1; speaker.main()"
    done = await anyio.run_process(
        [sys.executable, "-c", program], env=around(sound_server), input=bytes(2 * RATE), check=False
    )
    assert done.returncode == -signal.SIGALRM


@pytest.mark.desktop
@pytest.mark.alone
async def test_a_sound_server_that_hangs_does_not_keep_the_end(sound_server: SoundServer) -> None:
    sound_server.process.send_signal(signal.SIGSTOP)
    began = anyio.current_time()
    async with following(Cues(around(sound_server), 0.5), OFF, LISTENING):
        await anyio.wait_all_tasks_blocked()
    assert anyio.current_time() - began < 1


@pytest.mark.desktop
async def test_a_sound_server_that_hangs_is_given_up_in_time(
    sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sound_server.process.send_signal(signal.SIGSTOP)
    await Cues(around(sound_server), 0.5, play_s=0.3).play(Cue.ERROR)
    assert [record.getMessage() for record in caplog.records] == [
        "no sounds: the sound server took more than 0.3 s"
    ]
