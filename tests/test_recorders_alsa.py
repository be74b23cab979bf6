from __future__ import annotations

import ctypes.util
import subprocess
import sys
from pathlib import Path

import pytest

ENCODER = Path("/usr/share/alsa/alsa.conf.d/60-a52-encoder.conf")

LOOK = """
from dictated.recorders import portaudio
portaudio.inputs()
{more}
print(any("libavcodec" in line for line in open("/proc/self/maps")))
"""


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()


@pytest.mark.skipif(
    not ENCODER.exists(), reason="nothing would load it: the package libasound2-plugins is missing"
)
@pytest.mark.skipif(not ctypes.util.find_library("portaudio"), reason="the package libportaudio2 is missing")
@pytest.mark.parametrize("more", ["", "portaudio.look_again()"], ids=["at first", "again"])
def test_looking_for_microphones_loads_no_encoder(more: str) -> None:
    assert run(LOOK.format(more=more)) == "False"


def test_a_machine_without_alsa_has_nothing_to_prepare() -> None:
    program = """
import ctypes
def missing(name): raise OSError(name)
ctypes.CDLL = missing
from dictated.recorders import alsa
print(alsa.prepare())
"""
    assert run(program) == "None"
