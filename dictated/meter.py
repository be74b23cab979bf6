"""Measures what is heard, for who looks on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.details import SOUNDS_PER_SECOND, Flight, Heard, Sound
from dictated.types import FRAME_MS, FRAME_SECONDS
from dictated.vads.gate import Levels, dbfs

if TYPE_CHECKING:
    from dictated.bulletin import Bulletin
    from dictated.segmenter import Segmenter
    from dictated.types import Frame

EVERY = round(1 / FRAME_SECONDS / SOUNDS_PER_SECOND)
"""Frames (100 ms) from one time that it is told to the next."""


class Meter:
    """Tells the bulletin what is heard while somebody follows with details; costs nothing otherwise.

    Floor and threshold are those of the noise gate, once 5 s were heard: what it takes them from.
    """

    def __init__(self, margin_db: float, bulletin: Bulletin) -> None:
        """`margin_db` is that of the noise gate; 0 where there is none, and so no threshold."""
        self._margin_db = margin_db
        self._bulletin = bulletin
        self._levels: Levels | None = None  # while somebody looks
        self._frames = 0  # since it was told last

    def hear(self, frame: Frame, segmenter: Segmenter, number: int | None) -> None:
        """Take a frame that the segmenter has; what is being said has this number, where it has one yet."""
        if not self._bulletin.watchers:
            self._levels = None
            return
        self._levels = self._levels or Levels()
        self._levels.push(frame)
        self._frames += 1
        if self._frames >= EVERY:
            self._frames = 0
            self._bulletin.hear(Heard(self._sound(self._levels, segmenter), _flight(segmenter, number)))

    def end(self) -> None:
        """Nothing is heard any more."""
        self._levels = None
        self._bulletin.hear(None)

    def _sound(self, levels: Levels, segmenter: Segmenter) -> Sound:
        quiet, enough = segmenter.pause or (0, 0)
        level = levels.newest()
        return Sound(
            level_db=round(dbfs(level), 1),
            floor_db=round(dbfs(levels.floor), 1),
            threshold_db=round(dbfs(levels.threshold(self._margin_db)), 1) if self._margin_db else None,
            speech=segmenter.speaking,
            pause_ms=quiet * FRAME_MS,
            pause_of_ms=enough * FRAME_MS,
        )


def _flight(segmenter: Segmenter, number: int | None) -> Flight | None:
    """Return what is being said; None where nothing is."""
    open_at = segmenter.open_at
    if open_at is None:
        return None
    return Flight(number=number or 0, stage="speaking", age_s=open_at[1] * FRAME_SECONDS)
