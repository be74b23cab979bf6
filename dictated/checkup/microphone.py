"""Whether the configured microphone opens, and how loud it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated import build
from dictated.checkup.finding import Finding, Grade, Part, of_error
from dictated.errors import RecorderError
from dictated.mute import STILL
from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.config import Config
    from dictated.ports import Recorder
    from dictated.types import Frame

LISTEN_S = 2.0
"""Seconds a microphone that gives digital silence is listened to; one may be silent while it wakes up."""

ENOUGH_S = 0.5
"""Seconds one that gives sound is listened to."""

WITHIN_S = 12.0
"""Opening takes at most `microphone.OPEN_S` (5 s), closing some 3."""

FULL = 32768
"""Full scale of a sample."""

WHAT = "microphone"
UNMUTE = "pactl set-source-mute @DEFAULT_SOURCE@ 0"


@dataclass(slots=True)
class Level:
    """How loud what was heard is."""

    peak: int = 0
    energy: int = 0
    samples: int = 0

    def hear(self, frame: Frame) -> None:
        """Count a frame in."""
        samples = memoryview(frame.pcm).cast("h")
        self.peak = max(self.peak, *map(abs, samples))
        self.energy += sum(sample * sample for sample in samples)
        self.samples += len(samples)

    def __str__(self) -> str:
        rms = math.sqrt(self.energy / self.samples) if self.samples else 0.0
        return f"level {_dbfs(rms)} dBFS, peak {_dbfs(self.peak)} dBFS"


def look(config: Config, *, listens: bool) -> Sequence[Finding]:
    """Open it and listen.

    `listens`: a daemon of ours does so already, which is no fault where a device opens only once.
    """
    device = f'"{config.audio.device}"' if config.audio.device != "" else "the default microphone"
    try:
        level = anyio.run(partial(_heard, build.recorder(config, None)))
    except RecorderError as error:
        if listens:
            said = f"the daemon listens with {device}, and it does not open a second time"
            return [Finding(WHAT, Grade.OK, said, part=Part.MICROPHONE)]
        return [of_error(WHAT, error, part=Part.MICROPHONE, mend="dictated devices")]
    return [finding(device, level)]


def finding(device: str, level: Level) -> Finding:
    """Say how loud it is; digital silence is what a muted one gives."""
    if level.peak <= STILL:
        said = f"{device} opens and gives digital silence: it is muted, or its plug is out"
        return Finding(WHAT, Grade.WARN, said, UNMUTE, Part.MICROPHONE)
    return Finding(WHAT, Grade.OK, f"{device}: {level}", part=Part.MICROPHONE)


async def _heard(recorder: Recorder) -> Level:
    level = Level()
    try:
        frames = await recorder.open()
        async for frame in frames:
            level.hear(frame)
            heard_s = level.samples / SAMPLE_RATE
            if heard_s >= (LISTEN_S if level.peak <= STILL else ENOUGH_S):
                break
    finally:
        await recorder.close()
    return level


def _dbfs(sample: float) -> str:
    return f"{20 * math.log10(sample / FULL):.0f}" if sample else "-inf"
