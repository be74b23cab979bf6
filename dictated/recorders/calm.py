"""Tells from the level alone, for a few microseconds a block, whether a room has been calm for a while.

Nobody who listens to a calm room has to be woken for each block: they can be handed over several at a time.
"""

from __future__ import annotations

AWAKE = 150
"""Blocks after a loud one that the room is not calm yet: 3 s, longer than a pause that ends an utterance."""

_LOUDER = 3
"""What is so many times the floor (10 dB) is loud: the peaks of steady noise vary by less, those of speech by
more. Speech that is weaker is only handed on later, by what is gathered meanwhile."""

_LEAST = 2.0
"""The lowest floor, of 32767: a converter wavers by the last bit."""

_RISE = 1.01
"""The factor by which the floor rises in a block, till a weaker one lowers it: in a second to 1.6 times."""

_LOOKED_AT = 80
"""Samples of a block that are looked at: enough to meet a peak of noise and of voice."""


class Calm:
    """Hears the blocks of one opening in their order, 16-bit samples of any rate and number of channels."""

    def __init__(self) -> None:
        self._floor = 32767.0
        self._awake = AWAKE
        """Blocks until the room may be called calm."""

    def hear(self, block: bytes) -> bool:
        """Say whether neither this block nor any of the last 3 s was loud."""
        samples = memoryview(block).cast("h")
        peak = max(samples[:: len(samples) // _LOOKED_AT or 1], default=0)
        self._floor = max(_LEAST, min(peak, self._floor * _RISE))
        self._awake = AWAKE if peak > _LOUDER * self._floor else max(0, self._awake - 1)
        return not self._awake
