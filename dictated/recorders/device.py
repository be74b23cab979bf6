"""Which microphone is meant: by number, by name, by part of a name, or the sound server's own default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dictated.errors import RecorderError

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVER_PCMS = ("pulse", "pipewire")
"""What ALSA calls the way to the sound server, best first: `pulse` is PulseAudio's and PipeWire's alike."""

NO_MICROPHONE = (
    "there is no microphone: start the sound server (PipeWire or PulseAudio), "
    "and install the package libasound2-plugins, which leads to it"
)


@dataclass(frozen=True, slots=True)
class Device:
    """Something that can be recorded from, as `dictated devices` lists it.

    `kind` "portaudio" is an input PortAudio sees, "source" one of the sound server's, which has no `index`.
    `title` is a longer name, or empty. `rate` is in samples a second, the device's own. A `monitor` hears
    what the computer plays.
    """

    index: int | None
    name: str
    channels: int
    rate: int
    default: bool
    kind: Literal["portaudio", "source"]
    title: str = ""
    monitor: bool = False

    @property
    def label(self) -> str:
        """The name as one reads it in a list."""
        return f"{self.name} ({self.title})" if self.title else self.name


def choose(wanted: str | int, devices: Sequence[Device]) -> Device:
    """Return the one device that is meant; "" is the sound server's default.

    A whole name goes before a part of one, a source of the sound server (which several programs may share)
    before a card of PortAudio's, and a monitor comes last. Case does not count.

    Raises:
        RecorderError: there is no such device, or several.
    """
    if wanted == "":
        return _default(devices)
    if isinstance(wanted, int):
        found = [device for device in devices if device.index == wanted]
    else:
        found = _named(wanted.casefold(), devices)
    if len(found) == 1:
        return found[0]
    raise RecorderError(_fault(wanted, found, devices))


def server_input(devices: Sequence[Device]) -> Device | None:
    """Return the PortAudio input that leads to the sound server, or None where there is none."""
    inputs = {device.name: device for device in devices if device.kind == "portaudio"}
    return next((inputs[name] for name in SERVER_PCMS if name in inputs), None)


def _default(devices: Sequence[Device]) -> Device:
    inputs = [device for device in devices if device.kind == "portaudio"]
    if not inputs:
        raise RecorderError(NO_MICROPHONE)
    chosen = next((device for device in inputs if device.default), inputs[0])
    return server_input(devices) or chosen


def _named(wanted: str, devices: Sequence[Device]) -> list[Device]:
    whole = [device for device in devices if wanted in (device.name.casefold(), device.title.casefold())]
    part = [device for device in devices if wanted in device.label.casefold()]
    microphones = [device for device in part if not device.monitor]
    sources = [device for device in microphones if device.kind == "source"]
    return whole or sources or microphones or part


def _fault(wanted: str | int, found: Sequence[Device], devices: Sequence[Device]) -> str:
    if not devices:
        return NO_MICROPHONE
    names = ", ".join(
        device.label if device.index is None else f"{device.index}: {device.label}"
        for device in found or devices
    )
    if found:
        return f'"{wanted}" could be several microphones ({names}); set audio.device to more of one name'
    what = f"has the number {wanted}" if isinstance(wanted, int) else f'is called "{wanted}"'
    return f"no microphone {what}; set audio.device to one of: {names}"
