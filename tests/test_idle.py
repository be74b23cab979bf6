"""What the daemon takes while nobody speaks; `benchmarks/idle.py` measures the same to its true bounds.

Processor time and wake-ups are counted by the kernel, so a busy machine changes them by a factor at most.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from second_ear import play

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import meter

if TYPE_CHECKING:
    from fixtures.daemon import Daemon, Dictated
    from fixtures.sound import SoundServer
    from meter import Spent

pytestmark = [pytest.mark.desktop, pytest.mark.alone]

SETTLES_S = 6.0
"""Seconds until starting is over and the room is taken for calm."""

MEASURED_S = 5.0


def start(dictated: Dictated, sound_server: SoundServer) -> Daemon:
    dictated.configure("[feedback]\nsounds = false\n")
    dictated.environ |= {key: value for key, value in sound_server.env.items() if key.startswith("PULSE")}
    daemon = dictated.start()
    daemon.says("ready")
    return daemon


def at_rest(daemon: Daemon) -> Spent:
    rest(SETTLES_S)
    before = meter.read(daemon.process.pid)
    rest(MEASURED_S)
    return meter.read(daemon.process.pid).since(before)


def rest(seconds: float) -> None:
    """Let time pass: what is measured is what happens when nothing does."""
    threading.Event().wait(seconds)


def event_loop(spent: Spent, daemon: Daemon) -> float:
    return sum(
        count for name, count in spent.wakeups_per_s.items() if name.endswith(f" {daemon.process.pid}")
    )


def drivers(spent: Spent, daemon: Daemon) -> float:
    """Those of PortAudio's thread, which has our name, and of libpulse's."""
    return sum(spent.wakeups_per_s.values()) - event_loop(spent, daemon)


def room_noise(seconds: float, sound_server: SoundServer, folder: Path) -> None:
    """Begin white noise at -60 dBFS, and return when a microphone hears it.

    A microphone that is opened a moment before hears the noise begin, which is loud after digital silence: not
    a calm room for 9 s (`dictated.recorders.calm`).
    """
    noise = np.random.default_rng(0).standard_normal(round(seconds * 16_000)) * 1e-3
    soundfile.write(folder / "room.wav", noise, 16_000, subtype="PCM_16")
    play(sound_server, folder / "room.wav")


@pytest.mark.parametrize("noisy", [False, True], ids=["digital silence", "a quiet room"])
def test_listening_to_nobody_takes_little_and_seldom_wakes_the_program(
    dictated: Dictated, sound_server: SoundServer, tmp_path: Path, *, noisy: bool
) -> None:
    daemon = start(dictated, sound_server)
    if noisy:
        room_noise(3 * (SETTLES_S + MEASURED_S), sound_server, tmp_path)
    dictated("start")

    spent = at_rest(daemon)

    took = (spent.of_a_core, event_loop(spent, daemon), drivers(spent, daemon))
    assert all(some < most for some, most in zip(took, (0.04, 16, 170), strict=True)), spent


def test_switched_off_the_program_sleeps(dictated: Dictated, sound_server: SoundServer) -> None:
    spent = at_rest(start(dictated, sound_server))

    assert (spent.of_a_core < 0.01, sum(spent.wakeups_per_s.values()) < 2) == (True, True), spent
