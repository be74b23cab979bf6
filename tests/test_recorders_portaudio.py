from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from dictated.errors import RecorderError
from dictated.recorders import portaudio
from dictated.recorders.device import Device
from dictated.recorders.portaudio import Shape, shapes

CARD = Device(1, "USB Audio (hw:1,0)", 2, 48_000, default=True, kind="portaudio")


@pytest.mark.parametrize(
    ("rate", "channels", "expected"),
    [
        (48_000, 2, [Shape(16_000, 1), Shape(48_000, 1), Shape(48_000, 2)]),
        (44_100, 1, [Shape(16_000, 1), Shape(44_100, 1)]),
        (16_000, 1, [Shape(16_000, 1)]),
    ],
)
def test_our_own_form_is_asked_for_first_then_what_the_device_can_do(
    rate: int, channels: int, expected: list[Shape]
) -> None:
    assert shapes(replace(CARD, rate=rate, channels=channels)) == expected


@pytest.mark.parametrize(("rate", "block"), [(16_000, 320), (48_000, 960), (44_100, 882)])
def test_a_block_is_as_long_as_a_frame(rate: int, block: int) -> None:
    assert Shape(rate, 2).block == block


def test_a_device_that_is_not_there_is_told_by_name() -> None:
    missing = replace(CARD, index=9999)
    with pytest.raises(
        RecorderError, match=r'^the microphone "USB Audio \(hw:1,0\)" cannot be opened: .*\S$'
    ):
        portaudio.open_stream(missing, shapes(missing), lambda *_: None, lambda: None)


def run(program: str) -> str:
    """Run a program of a few lines in a process of its own; return what it prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    assert run("import sys, dictated.recorders.microphone; print('sounddevice' in sys.modules)") == "False"


def test_numpy_is_not_loaded_for_a_microphone() -> None:
    assert run("import sys, dictated.recorders.microphone; print('numpy' in sys.modules)") == "False"


def test_a_missing_library_is_told_with_the_package_that_has_it() -> None:
    program = """
import ctypes.util
ctypes.util.find_library = lambda name: None
from dictated.errors import RecorderError
from dictated.recorders import portaudio
try:
    portaudio.inputs()
except RecorderError as error:
    print(error)
"""
    assert run(program) == "PortAudio is missing: install the package libportaudio2"
