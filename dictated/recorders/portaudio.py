"""The PortAudio library: loaded when first needed, its inputs, and opening one of them.

Everything here may block and belongs into a worker thread. PortAudio says what it did wrong on the standard
error stream; sounddevice keeps that silent while the library looks for devices.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dictated.errors import RecorderError
from dictated.recorders import alsa
from dictated.recorders.device import SERVER_PCMS, Device
from dictated.types import FRAME_MS, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger(__name__)

CARD_LATENCY_S, SERVER_LATENCY_S = 0.1, 0.08
"""How late the callback may come before the ring runs over, that of a card and that of a sound server, which
keeps more than that itself (0.3 s late lost nothing). Sound comes twice in that time: from PortAudio's lowest
it would come every 20 ms instead of every 40, and listening to a quiet room took 0.7 % of a core more."""

BUSY = -9985
"""PortAudio's paDeviceUnavailable."""

UNFIT = {-9998, -9997, -9994}
"""PortAudio's paInvalidChannelCount, paInvalidSampleRate, paSampleFormatNotSupported: ask for another."""

_forsaken = threading.Event()
"""Set when a stream hangs for good."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a device is opened at: samples a second, and channels."""

    rate: int
    channels: int

    @property
    def block(self) -> int:
        """Samples a channel in one block: as long as a frame."""
        return self.rate * FRAME_MS // 1000


def shapes(device: Device) -> list[Shape]:
    """Return what to ask of a device, best first: our own form, then its own rate in one or all channels."""
    wishes = [Shape(SAMPLE_RATE, 1), Shape(device.rate, 1), Shape(device.rate, device.channels)]
    return list(dict.fromkeys(wishes))


def inputs() -> list[Device]:
    """Return the inputs PortAudio found when it last looked.

    Raises:
        RecorderError: the library is not installed.
    """
    sounddevice = _library()
    default = sounddevice.default.device[0]
    return [
        Device(
            info["index"],
            info["name"],
            info["max_input_channels"],
            round(info["default_samplerate"]),
            default=info["index"] == default,
            kind="portaudio",
        )
        for info in sounddevice.query_devices()
        if info["max_input_channels"] > 0
    ]


def look_again() -> None:
    """Make PortAudio look for devices anew: it does so only when it is initialised. Ends every open stream.

    It looks no more once a stream was forsaken.

    Raises:
        RecorderError: the library is not installed or does not work.
    """
    sounddevice = _library()
    if _forsaken.is_set():
        return
    try:
        sounddevice._terminate()  # noqa: SLF001  sounddevice has no public way, and its manual names these two
        alsa.prepare()
        sounddevice._initialize()  # noqa: SLF001  the same
    except sounddevice.PortAudioError as error:
        raise RecorderError(f"PortAudio does not start: {error.args[0]}") from error


def forsake() -> None:
    """Give up a stream that does not close: never again end PortAudio, which would wait for that stream.

    At the end of the program sounddevice would do so.
    """
    _forsaken.set()
    sounddevice = sys.modules.get("sounddevice")  # to import it could hang too
    if sounddevice is not None:
        atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001  sounddevice has no public way


def open_stream(
    device: Device, wishes: Sequence[Shape], callback: Callable[..., None], finished: Callable[[], None]
) -> tuple[Any, Shape]:
    """Return a stream that is open but not started, and the first of the wishes the device could fulfil.

    Raises:
        RecorderError: it can do none of them.
    """
    sounddevice = _library()
    faults = []
    for shape in wishes:
        try:
            stream = sounddevice.RawInputStream(
                samplerate=shape.rate,
                channels=shape.channels,
                dtype="int16",
                blocksize=shape.block,
                device=device.index,
                latency=SERVER_LATENCY_S if device.name in SERVER_PCMS else CARD_LATENCY_S,
                callback=callback,
                finished_callback=finished,
            )
        except sounddevice.PortAudioError as error:
            faults.append(error)
            if not UNFIT.intersection(error.args):
                break
        else:
            logger.debug("%s opened at %d Hz, %d channel(s)", device.name, shape.rate, shape.channels)
            return stream, shape
    raise RecorderError(_fault(device, faults[0])) from faults[0]


def start(stream: Any) -> None:
    """Let sound flow. Blocks for ever when the sound server dies at that moment.

    Raises:
        RecorderError: the device refuses.
    """
    sounddevice = _library()
    try:
        stream.start()
    except sounddevice.PortAudioError as error:
        stream.close()
        raise RecorderError(f"the microphone does not start: {error.args[0]}") from error


def shut(stream: Any) -> None:
    """Close a stream, started or not. Blocks for as long as a dead sound server does."""
    stream.abort()
    stream.close()


def _library() -> Any:
    if "sounddevice" not in sys.modules:
        alsa.prepare()
    try:
        import sounddevice  # noqa: PLC0415  takes 0.1 to 0.3 s, and fails where there is no PortAudio
    except OSError as error:
        raise RecorderError("PortAudio is missing: install the package libportaudio2") from error
    return sounddevice


def _fault(device: Device, error: Exception) -> str:
    if BUSY in error.args:
        return (
            f'the microphone "{device.name}" is busy: close the program that uses it, '
            "or take the sound server's instead (`dictated devices` lists them)"
        )
    return f'the microphone "{device.name}" cannot be opened: {error.args[0]}'
