"""Makes one long track of short recordings with pauses between, and knows where each one really ends."""

from __future__ import annotations

import bisect
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mix
import numpy as np
import truth

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from mix import Sound

SHORT_S = 30.0
"""Recordings up to this long are played; a longer one is a reading."""
PAUSES_S = (1.0, 2.0)
FLOOR_DB = -60.0
"""The noise of the track, from its first sample to its last."""
EDGE_S = 2.0
"""Noise before the first recording and after the last."""
ROOM_DB = 10.0
"""What stands less above its recording's own noise floor is the room, where that is left out."""


@dataclass(frozen=True)
class Place:
    """One recording in the track; times are seconds of the track.

    Speech ends at `end`, by the levels of the recording; at `settled`, where its room is left out.
    """

    name: str
    said: str
    start: float
    end: float
    settled: float


@dataclass(frozen=True)
class Track:
    """The sound, and what is in it in the order of coming."""

    sound: Sound
    places: list[Place]

    @property
    def seconds(self) -> float:
        """Length of the track."""
        return len(self.sound) / SAMPLE_RATE

    def place(self, time: float) -> int:
        """Return the number of the recording that was last begun at this time; the first before it begins."""
        return max(0, bisect.bisect_right([place.start for place in self.places], time) - 1)


def build(folder: Path, repeats: int, seed: int) -> Track:
    """Play each short recording of the folder's manifest so many times, in the order of chance."""
    said: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    sounds = {name: mix.load(folder / name) for name in said}
    short = [name for name, sound in sounds.items() if len(sound) <= SHORT_S * SAMPLE_RATE]
    chance = np.random.default_rng(seed)
    parts, places, position = [mix.silence(EDGE_S)], [], EDGE_S
    for name in (str(name) for name in chance.permutation(short * repeats)):
        sound, pause = sounds[name], mix.silence(chance.uniform(*PAUSES_S))
        end = position + truth.end_of_speech(sound)
        settled = position + truth.end_of_speech(sound, above_floor_db=ROOM_DB)
        places.append(Place(name, said[name], position, end, settled))
        parts += [sound, pause]
        position += (len(sound) + len(pause)) / SAMPLE_RATE
    parts.append(mix.silence(EDGE_S))
    whole = np.concatenate(parts)
    return Track(whole + chance.standard_normal(len(whole)) * mix.gain(FLOOR_DB), places)
