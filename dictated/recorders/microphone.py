"""The microphone as a recorder: opened when wanted, closed when not."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio

from dictated.errors import RecorderError
from dictated.recorders import portaudio, soundserver
from dictated.recorders.aside import Aside
from dictated.recorders.capture import Capture
from dictated.recorders.device import Device, choose, server_input
from dictated.recorders.frames import Frames
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from dictated.types import Frame

logger = logging.getLogger(__name__)

OPEN_S = 5.0
"""Seconds from the wish to record to the first sound; a sound server that was asleep takes up to 2."""

CLOSE_S = 2.0
"""Seconds a device may take to close; a sound server that hangs would take for ever."""

TAIL_S = 0.5
"""Longest wait for the sound that is still on its way when the microphone is switched off."""

STUCK_CALLS = 4
"""Calls that may hang in a sound server at once; then it is not asked again before one of them returns."""

_portaudio = threading.Lock()
"""PortAudio opens one stream at a time, and its list of devices is replaced only while nobody reads it."""


def devices() -> list[Device]:
    """Return everything that can be recorded from. Blocks.

    Raises:
        RecorderError: PortAudio is not installed.
    """
    with _portaudio:
        return [*portaudio.inputs(), *soundserver.sources()]


class Microphone:
    """A device by name, part of a name or number ("" is the sound server's default); satisfies `Recorder`.

    At most `frames_s` seconds of sound wait to be fetched; what does not find room is counted as an
    overflow. Open, it is lost when no sound comes for `no_frame_s` seconds.
    """

    def __init__(self, device: str | int, *, frames_s: float, no_frame_s: float) -> None:
        self._device = device
        self._frames_s = frames_s
        self._no_frame_s = no_frame_s
        self._overflows = 0
        self._opening: _Opening | None = None
        self._lost = False
        """Whether a device went away since PortAudio looked for them: its list may be of yesterday."""
        self._aside = Aside()

    @property
    def overflows(self) -> int:
        """How often sound was lost, by the driver or here, since the program started."""
        return self._overflows

    async def warm(self) -> None:
        """Load PortAudio, which looks for devices then: 0.2 s that the first opening need not take.

        Cancelled, it still waits: a process that ends while PortAudio is starting crashes.
        """
        with anyio.move_on_after(OPEN_S, shield=True) as scope, suppress(RecorderError):  # `open` tells it
            await self._aside.run(_look)
        if scope.cancelled_caught:
            portaudio.forsake()

    async def open(self) -> AsyncIterator[Frame]:
        """Open the device; return once sound flows.

        An opening that is still there is closed first.

        Raises:
            RecorderError: the device is not there, is busy, or gives no sound.
        """
        await self.close()
        if self._aside.under_way >= STUCK_CALLS:
            raise RecorderError("the sound server does not answer: start it anew, then dictated")
        frames = Frames(frames_s=self._frames_s, no_frame_s=self._no_frame_s)
        opening = _Opening(self._device, Capture(frames, self._count_overflow), look_first=self._lost)
        try:
            with anyio.fail_after(OPEN_S):
                await self._aside.run(opening.start)
                await opening.capture.flowing.wait()
            if opening.capture.lost:
                raise RecorderError("the microphone stopped as soon as it was opened: try again")
            self._opening, self._lost = opening, False
        except TimeoutError:
            raise RecorderError(
                f"the microphone gave no sound within {OPEN_S:g} s: is the sound server well?"
            ) from None
        finally:
            if self._opening is not opening:
                await self._shut(opening)
        return frames

    async def close(self) -> None:
        """Switch off: what was said until now still comes out of the frames, then they end."""
        opening, self._opening = self._opening, None
        if opening is None:
            return
        self._lost = opening.capture.lost or opening.capture.frames.over
        try:
            with anyio.move_on_after(TAIL_S):
                await opening.capture.tail(opening.latency + FRAME_SECONDS)
        finally:
            await self._shut(opening)
            opening.capture.end()

    def _count_overflow(self) -> None:
        self._overflows += 1

    async def _shut(self, opening: _Opening) -> None:
        with anyio.move_on_after(CLOSE_S, shield=True) as scope:
            await self._aside.run(opening.shut)
        if scope.cancelled_caught:
            portaudio.forsake()
            logger.warning("the sound server does not answer: the microphone may still be open")


def _look() -> None:
    with _portaudio:
        portaudio.inputs()


class _Opening:
    """One opening of a device, which may be given up at any time; its methods run in threads aside."""

    def __init__(self, wanted: str | int, capture: Capture, *, look_first: bool) -> None:
        """`look_first`: PortAudio's list of devices is made anew before one is chosen."""
        self.capture = capture
        self.latency = 0.0
        """Seconds from the microphone to the callback."""
        self._wanted = wanted
        self._look_first = look_first
        self._state = threading.Lock()
        self._stream: Any = None
        self._given_up = False
        self._started = threading.Event()
        """Set when `start` is over, one way or the other."""

    def start(self) -> None:
        """Open the device and let sound flow; where it fails, look for devices again and try once more."""
        try:
            with _portaudio:
                stream = self._open_or_look_again()
            self.latency = stream.latency
            if not self._given_up:  # most likely because the sound server hangs: starting might never return
                portaudio.start(stream)
            self._keep(stream)
        finally:
            self._started.set()

    def shut(self) -> None:
        """Close the device; a `start` that is still under way is waited for, and closes it."""
        with self._state:
            self._given_up = True
            stream, self._stream = self._stream, None
        if stream is not None:
            portaudio.shut(stream)
        self._started.wait()

    def _open_or_look_again(self) -> Any:
        if self._look_first:
            portaudio.look_again()
        try:
            return self._open(_survey(self._wanted))
        except RecorderError as error:
            logger.debug("looking for microphones again: %s", error)
            portaudio.look_again()
            return self._open(_survey(self._wanted))

    def _open(self, devices: Sequence[Device]) -> Any:
        device = choose(self._wanted, devices)
        if device.kind == "portaudio":
            return self._open_input(device)
        way = server_input(devices)
        if way is None:
            raise RecorderError(f'"{device.name}" needs the package libasound2-plugins')
        with soundserver.source_chosen(device.name):
            return self._open_input(way)

    def _open_input(self, device: Device) -> Any:
        wishes = portaudio.shapes(device)
        stream, shape = portaudio.open_stream(device, wishes, self.capture.hear, self.capture.finish)
        self.capture.prepare(shape)
        return stream

    def _keep(self, stream: Any) -> None:
        with self._state:
            if not self._given_up:
                self._stream = stream
                return
        portaudio.shut(stream)


def _survey(wanted: str | int) -> list[Device]:
    """Return the devices to choose from, asking the sound server only where that can matter.

    A PortAudio that looked before the sound server was there does not know the way to it: it looks again.
    """
    inputs = portaudio.inputs()
    if isinstance(wanted, int) or (wanted == "" and server_input(inputs)):
        return inputs
    sources = soundserver.sources()
    if sources and not server_input(inputs):
        portaudio.look_again()
        inputs = portaudio.inputs()
    return [*inputs, *sources]
