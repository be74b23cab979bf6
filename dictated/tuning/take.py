"""Takes half a minute of sound: first silence, then a sentence that the speaker reads aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.ports import Recorder
    from dictated.types import Frame

SECONDS = 30
"""How long, unless told otherwise."""

MOST_SECONDS = 300
"""The most that is taken, of a file too: enough to know a speaker, and analysed within seconds."""

_SILENCE = (3.0, 8.0)
"""Least and most seconds of silence; a sixth of the whole lies between."""

SENTENCE = (
    "When the wind came up from the river this morning, the two of us closed the window, put the kettle on, "
    "and sat down with a map, a pencil and a pot of tea, to find out which of the small roads behind the old "
    "mill would lead us, without too many hills, to the village where my grandmother was born."
)
"""One sentence, so that every pause in it is one within a sentence; about 25 s."""


def silence(seconds: float) -> float:
    """Return how much of them is silence."""
    least, most = _SILENCE
    return min(max(seconds / 6, least), most)


async def take(recorder: Recorder, frames: int, tell: Callable[[int], None]) -> list[Frame]:
    """Record so many frames, or to the end; `tell` is told how many are there. The recorder is closed.

    Raises:
        RecorderError: the microphone cannot be opened, or is lost.
        AudioFileError: the file cannot be read to its end.
    """
    heard: list[Frame] = []
    try:
        async for frame in await recorder.open():
            heard.append(frame)
            tell(len(heard))
            if len(heard) >= frames:
                break
    finally:
        await recorder.close()
    return heard
