"""Speech that says where it is: each frame has its place in the stream written into its lowest bits.

So a service can answer with the very frames it was sent, and what has become of each is seen in the log. The
marks are a noise of at most one unit of 16-bit sound.
"""

from __future__ import annotations

import io
import random
import wave
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from moonshine_voice import get_assets_path
from recordings import frames, recorded

from dictated import build
from dictated.config import Config
from dictated.segmenter import Segmenter
from dictated.types import FRAME_SAMPLES, FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDINGS = ("two_cities.wav", "beckett.wav", "endgame_nagg_nell.wav")
"""Speech that came with the embedded engine."""

MAGIC, MAGIC_BITS = 0x5AC3, 16
PLACE_BITS = 32
"""A mark, written into the lowest bits of a frame's first samples: the place, and above it the magic."""

FLOOR = 20.0
"""The room's noise, in units of 16-bit sound: -64 dB of full scale."""

LOUD = 0.003
"""Energy of a frame that is surely speech, of the clip's loudest frame (-25 dB)."""

GAIN_DB = (-6.0, 3.0)
JOINED, GAP_S = (0.7, 0.2, 0.1), 0.3
"""How likely one, two or three clips are said in one breath, and the gap between them."""


@dataclass(frozen=True)
class Saying:
    """What was said in one breath: the place of its first frame, which of its frames are loud, the sound."""

    first: int
    loud: np.ndarray
    sound: np.ndarray


class Speech:
    """A speaker who never tires; everything said or kept silent is counted in frames."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._noise = np.random.default_rng(seed)
        self.place = 0  # of the frame to come

    @property
    def seconds(self) -> float:
        return self.place * FRAME_SECONDS

    def say(self) -> Saying:
        """The next breath, with marks."""
        count = self._chance.choices((1, 2, 3), JOINED)[0]
        chosen = [self._gained(self._chance.choice(clips())) for _ in range(count)]
        gap = np.zeros((int(GAP_S / FRAME_SECONDS), FRAME_SAMPLES))
        clip = np.concatenate([piece for one in chosen for piece in (one, gap)][:-1])
        energy = np.square(clip).sum(axis=1)
        first = self.place
        return Saying(first, energy > LOUD * energy.max(), self._marked(clip))

    def pause(self, seconds: float) -> np.ndarray:
        """The noise of the room, with marks."""
        return self._marked(np.zeros((max(1, round(seconds / FRAME_SECONDS)), FRAME_SAMPLES)))

    def silence(self, seconds: float) -> np.ndarray:
        """Digital silence, which bears no marks."""
        count = max(1, round(seconds / FRAME_SECONDS))
        self.place += count
        return np.zeros((count, FRAME_SAMPLES), dtype="<i2")

    def _gained(self, clip: np.ndarray) -> np.ndarray:
        return clip * 10 ** (self._chance.uniform(*GAIN_DB) / 20)

    def _marked(self, clean: np.ndarray) -> np.ndarray:
        noisy = clean + self._noise.normal(0, FLOOR, clean.shape)
        first, self.place = self.place, self.place + len(clean)
        return mark(np.clip(np.round(noisy), -32768, 32767).astype("<i2"), first)


def mark(sound: np.ndarray, first: int) -> np.ndarray:
    """Write into each row of samples its place, the first one's being `first`."""
    values = (MAGIC << PLACE_BITS) + first + np.arange(len(sound), dtype=np.uint64)
    bits = _powers(values[:, None]).astype("<i2")
    marked = sound.copy()
    marked[:, : bits.shape[1]] = (marked[:, : bits.shape[1]] & ~1) | bits
    return marked


def places(pcm: bytes) -> range:
    """Read the places of a stretch of sound; it must be unbroken."""
    samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, FRAME_SAMPLES)
    bits = (samples[:, : MAGIC_BITS + PLACE_BITS] & 1).astype(np.uint64)
    values = (bits << np.arange(bits.shape[1], dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
    numbers = [int(value) - (MAGIC << PLACE_BITS) for value in values]
    found = range(numbers[0], numbers[0] + len(numbers))
    assert numbers == list(found), "the sound is not of one piece"
    return found


def places_in(body: bytes) -> range:
    """Read the places of the WAV file within a request."""
    with wave.open(io.BytesIO(body[body.index(b"RIFF") :])) as file:
        return places(file.readframes(file.getnframes()))


def _powers(values: np.ndarray) -> np.ndarray:
    return (values >> np.arange(MAGIC_BITS + PLACE_BITS, dtype=np.uint64)) & np.uint64(1)


@cache
def clips() -> list[np.ndarray]:
    """Pieces of speech without a pause that would end an utterance; a row a frame, in units of 16-bit sound."""
    return [clip for name in RECORDINGS for clip in _cut(str(get_assets_path() / name))]


def _cut(name: str) -> Iterator[np.ndarray]:
    config = Config()
    vad, segmenter = build.vad(config.vad), Segmenter(build.rules(config.segment))
    heard = frames(recorded(name))
    segments = [segmenter.push(frame, speech=vad.is_speech(frame)) for frame in heard]
    for segment in (*segments, segmenter.flush()):
        if segment is not None:
            yield np.frombuffer(segment.pcm, dtype="<i2").reshape(-1, FRAME_SAMPLES).astype(np.float64)
