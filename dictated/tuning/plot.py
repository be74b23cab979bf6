"""Draws a recording: its level over time, what counts as speech, and the sound of each utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.errors import UsageError
from dictated.tuning.canvas import LETTER_WIDTH, Pixels, Svg
from dictated.tuning.trace import runs
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.tuning.canvas import Canvas
    from dictated.tuning.trace import Trace

SIZE = (1200, 460)
LEFT, RIGHT, TOP, BOTTOM = 80, 1050, 60, 360
"""Where the level is drawn."""
STRIP, STRIP_HEIGHT = 372, 16
"""Where speech is drawn."""
LOW_DB, STEP_DB = -80, 20
STEPS_S = (1, 2, 5, 10, 20, 50)
MOST_LABELS = 12


def canvas(file: Path, heard: Trace) -> Canvas:
    """Return what a file of this name is drawn on.

    Raises:
        UsageError: it is neither a PNG nor an SVG.
    """
    match file.suffix.lower():
        case ".png":
            return Pixels(SIZE)
        case ".svg":
            return Svg(SIZE, told(heard))
    raise UsageError(f"{file}: --plot draws a .png or an .svg")


def told(heard: Trace) -> str:
    """Say in words what the plot shows."""
    spoken = sum(heard.speech) * FRAME_SECONDS
    cuts = f"{len(heard.cuts)} utterance{'' if len(heard.cuts) == 1 else 's'}"
    said = f"{heard.seconds:.1f} s heard, {spoken:.1f} s of it speech, in {cuts}"
    speech = f"; speech at {heard.speech_db:.0f} dBFS" if heard.speech_db is not None else ""
    noise = f"; the room at {heard.noise_db:.0f} dBFS" if heard.noise_db is not None else ""
    return said + speech + noise


def draw(heard: Trace, on: Canvas) -> None:
    """Draw it."""
    _key(on)
    across = (RIGHT - LEFT) / max(len(heard.levels), 1)
    for first, end in heard.cuts:
        on.rect((LEFT + first * across, TOP), ((end - first) * across - 1, BOTTOM - TOP), "cut")
        on.rect((LEFT + first * across, TOP), (2, BOTTOM - TOP), "level")
        on.rect((LEFT + end * across - 2, TOP), (2, BOTTOM - TOP), "level")
    for level in range(LOW_DB, 1, STEP_DB):
        on.rect((LEFT, _height(level)), (RIGHT - LEFT, 1), "line")
        label = f"{level}"
        on.text((LEFT - 12 - len(label) * LETTER_WIDTH, _height(level) - 8), label, "faint")
    on.area(_tops(heard, across), BOTTOM, "level")
    _marks(heard, on)
    for first, end in runs(heard.speech):
        on.rect((LEFT + first * across, STRIP), ((end - first) * across, STRIP_HEIGHT), "speech")
    for first, end in runs(heard.clipped):
        on.rect((LEFT + first * across, TOP - 6), (max(3, (end - first) * across), 6), "clipped")
    _times(heard.seconds, on)


def _key(on: Canvas) -> None:
    left = float(LEFT)
    on.text((10, 22), "dBFS", "faint")
    for colour, name in (
        ("level", "level"),
        ("speech", "speech"),
        ("cut", "utterance"),
        ("clipped", "clipped"),
    ):
        on.rect((left, 22), (16, 16), colour)
        on.text((left + 24, 22), name, "ink")
        left += 60 + len(name) * LETTER_WIDTH


def _tops(heard: Trace, across: float) -> list[tuple[float, float]]:
    """Return the line of the level, the loudest of each pixel."""
    highest = dict[int, float]()
    for number, level in enumerate(heard.levels):
        x, y = round(LEFT + number * across), _height(level)
        highest[x] = min(y, highest.get(x, y))
    return list(highest.items())


def _marks(heard: Trace, on: Canvas) -> None:
    """Draw how loud speech and the room are."""
    for name, level in (("speech", heard.speech_db), ("room", heard.noise_db)):
        if level is not None:
            on.rect((LEFT, _height(level) - 1), (RIGHT - LEFT, 2), "ink")
            on.text((RIGHT + 10, _height(level) - 8), f"{name} {level:.0f}", "ink")


def _times(seconds: float, on: Canvas) -> None:
    step = next((step for step in STEPS_S if seconds <= step * MOST_LABELS), STEPS_S[-1])
    for time in range(0, int(seconds) + 1, step):
        x = LEFT + time / seconds * (RIGHT - LEFT) if seconds else LEFT
        label = f"{time} s"
        on.rect((x, STRIP + STRIP_HEIGHT + 4), (1, 8), "faint")
        on.text((x - len(label) * LETTER_WIDTH / 2, STRIP + STRIP_HEIGHT + 18), label, "faint")


def _height(level: float) -> float:
    return BOTTOM - (max(level, LOW_DB) - LOW_DB) / -LOW_DB * (BOTTOM - TOP)
