from __future__ import annotations

from dataclasses import replace

import pytest

from dictated.errors import RecorderError
from dictated.recorders.device import Device, choose, server_input

PULSE = Device(0, "pulse", 32, 44_100, default=False, kind="portaudio")
CARD = Device(1, "USB Audio (hw:1,0)", 2, 48_000, default=True, kind="portaudio")
PIPEWIRE = Device(2, "pipewire", 64, 44_100, default=False, kind="portaudio")
DEFAULT = Device(3, "default", 32, 44_100, default=True, kind="portaudio")
HEADSET = Device(
    None, "alsa_input.usb-Jabra", 1, 16_000, default=True, kind="source", title="Jabra Link Mono"
)
LOUD = Device(
    None,
    "alsa_output.pci.monitor",
    2,
    48_000,
    default=False,
    kind="source",
    title="Monitor of Jabra",
    monitor=True,
)
WEBCAM = Device(None, "alsa_input.usb-cam", 2, 48_000, default=False, kind="source", title="USB Audio Webcam")
ALL = [PULSE, CARD, HEADSET, LOUD, WEBCAM]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("", PULSE),
        (0, PULSE),
        (1, CARD),
        ("pulse", PULSE),
        ("PULSE", PULSE),
        ("jabra link mono", HEADSET),
        ("alsa_input.usb-jabra", HEADSET),
        ("Jabra", HEADSET),
        ("monitor of", LOUD),
        ("usb audio", WEBCAM),
        ("hw:1", CARD),
        ("usb audio (hw:1,0)", CARD),
    ],
)
def test_a_device_is_chosen_by_number_name_or_part_of_a_name(wanted: str | int, chosen: Device) -> None:
    assert choose(wanted, ALL) == chosen


@pytest.mark.parametrize(
    ("inputs", "chosen"),
    [
        ([CARD, PULSE, PIPEWIRE], PULSE),
        ([CARD, PIPEWIRE], PIPEWIRE),
        ([CARD], CARD),
        ([replace(CARD, default=False), DEFAULT], DEFAULT),
        ([replace(CARD, default=False)], replace(CARD, default=False)),
    ],
)
def test_the_default_is_the_sound_server_and_else_what_portaudio_takes(
    inputs: list[Device], chosen: Device
) -> None:
    assert choose("", [*inputs, HEADSET]) == chosen


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            "usb-",
            '"usb-" could be several microphones (alsa_input.usb-Jabra (Jabra Link Mono), alsa_input.usb-cam',
        ),
        ("nope", 'no microphone is called "nope"; set audio.device to one of: 0: pulse, 1: USB Audio'),
        (7, "no microphone has the number 7; set audio.device to one of: 0: pulse"),
        (-1, "no microphone has the number -1"),
    ],
)
def test_what_cannot_be_chosen_is_told_with_the_candidates(wanted: str | int, message: str) -> None:
    with pytest.raises(RecorderError) as fault:
        choose(wanted, ALL)
    assert str(fault.value).startswith(message)


@pytest.mark.parametrize("wanted", ["", "any", 0])
def test_a_machine_without_a_microphone_is_told_what_to_install(wanted: str | int) -> None:
    with pytest.raises(RecorderError, match=r"there is no microphone: .* libasound2-plugins"):
        choose(wanted, [])


def test_sources_alone_do_not_lead_to_the_sound_server() -> None:
    assert server_input([HEADSET, replace(LOUD, name="pulse")]) is None
