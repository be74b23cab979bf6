"""Cuts a stream of frames, each judged speech or not, into utterances.

Pure: it counts frames, knows no clock and no VAD. The VAD only chooses the boundaries; what comes out is
always one unbroken stretch of what went in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dictated.types import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.types import Frame

_SMOOTHING = 5
"""Frames (100 ms) the level is averaged over when a dip is looked for: shorter than a syllable, longer than
a plosive's closure, so that a cut falls between words rather than inside one."""

SILENT = 3
"""Frames (60 ms) without speech that are more than the closure of a plosive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How speech is cut; every length counts frames of 20 ms."""

    onset: int = 1
    """Speech frames needed, within twice as many, before they count as speech at all."""
    pre_roll: int = 0
    """Frames kept from before the first speech."""
    pause: int = 1
    """Frames without speech that end an utterance."""
    tail: int = 0
    """Frames of that pause kept with the utterance."""
    least_speech: int = 1
    """An utterance with fewer speech frames is dropped."""
    longest: int = 1000
    """No utterance is longer."""
    dip_window: int = 1
    """How many of the last frames are searched for a dip when `longest` is reached."""
    speculate: int = 0
    """Frames without speech after which that may well be the end; none, or as many as the pause, is never."""

    def __post_init__(self) -> None:
        if min(self.onset, self.pause, self.least_speech, self.dip_window) < 1:
            raise ValueError("onset, pause, least_speech and dip_window are at least one frame")
        if not 0 <= self.tail <= self.pause:
            raise ValueError("the tail is a part of the pause")
        if self.speculate < 0:
            raise ValueError("nobody knows ahead of time what is said")
        if self.pre_roll < 0 or self.longest < self.pre_roll + self.onset_window:
            raise ValueError("the longest utterance has room for the pre-roll and twice the onset")

    @property
    def onset_window(self) -> int:
        """Frames among which `onset` must be speech."""
        return 2 * self.onset

    @classmethod
    def from_ms(  # noqa: PLR0913 (one length each, all by name)
        cls,
        *,
        onset: float,
        pre_roll: float,
        pause: float,
        tail: float,
        least_speech: float,
        longest: float,
        dip_window: float,
        speculate: float = 0,
    ) -> Rules:
        """Return the rules for lengths in milliseconds, rounded to frames; a tail is at most the pause.

        Raises:
            ValueError: the longest utterance has no room for the pre-roll and twice the onset.
        """
        return cls(
            onset=max(1, _frames(onset)),
            pre_roll=_frames(pre_roll),
            pause=max(1, _frames(pause)),
            tail=min(_frames(tail), max(1, _frames(pause))),
            least_speech=max(1, _frames(least_speech)),
            longest=_frames(longest),
            dip_window=max(1, _frames(dip_window)),
            speculate=_frames(speculate),
        )


class Segmenter:
    """Takes the frames of one recording in order and gives back its utterances in order.

    Speech counts once `onset` of `2 * onset` frames were speech, in an utterance as before it, so a click
    neither opens one nor keeps it open. Every speech frame that counts is in exactly one utterance, unless
    that utterance holds less than `least_speech`.
    """

    def __init__(
        self,
        rules: Rules,
        falls_silent: Callable[[int], None] = lambda _: None,
        may_end: Callable[[Segment], None] = lambda _: None,
    ) -> None:
        """Begin at the recording's first frame.

        Args:
            rules: how speech is cut.
            falls_silent: called when that seems so, with where the open utterance begins, in frames.
            may_end: called `rules.speculate` frames into a pause, with the utterance as it is if it lasts;
                what its tail lacks yet is digital silence.
        """
        self._rules = rules
        self._falls_silent = falls_silent
        self._may_end = may_end
        self._recent: deque[bool] = deque(maxlen=rules.onset_window)
        self._pcm = bytearray()
        """Sound not given out: the open utterance, or what may become the next one's pre-roll."""
        self._speech = bytearray()
        """One byte a frame of `_pcm`: 1 where it is speech."""
        self._first = 0
        """Position of the first frame of `_pcm`."""
        self._onset: int | None = None
        """Position of the first speech frame of the open utterance; None while none is open."""
        self._last = -1
        """Position of the last speech frame that counts."""
        self._carried = False
        """Whether the open utterance is the rest of one that was cut for its length."""
        self._pause = rules.pause
        """Frames without speech that end the open utterance in this pause."""
        self._supposed: Segment | None = None
        """What `may_end` told in this pause; None before."""

    def push(self, frame: Frame, *, speech: bool) -> Segment | None:
        """Take the next frame; return the utterance it ends, if it ends one."""
        self._pcm += frame.pcm
        self._speech.append(speech)
        self._recent.append(speech)
        if speech and sum(self._recent) >= self._rules.onset:
            self._hear()
        if self._onset is None:
            self._forget(len(self._speech) - self._rules.pre_roll - self._rules.onset_window)
            return None
        quiet = self._next - 1 - self._last
        if quiet == SILENT:
            self._falls_silent(self._first)
        if quiet >= self._pause:
            return self._close()
        if 0 < quiet == self._rules.speculate and (segment := self._utterance()) is not None:
            self._supposed = self._with_silence(segment)
            self._may_end(self._supposed)
        return self._cut() if len(self._speech) >= self._rules.longest else None

    def expect(self, supposed: Segment, pause: int) -> None:
        """Let this pause end the open utterance once it is so many frames long, the next frame soonest.

        Nothing happens where `supposed` is not what `may_end` told last, or speech has gone on since.
        """
        if supposed is self._supposed:
            self._pause = pause

    def flush(self) -> Segment | None:
        """End the stream; return the utterance that was open, if it is one."""
        return self._close()

    @property
    def open_at(self) -> tuple[int, int] | None:
        """Position of the open utterance's first frame, and its frames so far; None while none is open."""
        return None if self._onset is None else (self._first, len(self._speech))

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open and its newest frame is speech."""
        return self._onset is not None and self._last == self._next - 1

    @property
    def pause(self) -> tuple[int, int] | None:
        """Frames since speech in the open utterance, and how many of them end it; None while none is open."""
        return None if self._onset is None else (self._next - 1 - self._last, self._pause)

    @property
    def pausing(self) -> bool:
        """Whether nobody has said anything lately."""
        return self._onset is None and not any(self._recent)

    def open_sound(self) -> bytes:
        """Return the sound of the open utterance so far, its pre-roll included."""
        return bytes(self._pcm) if self._onset is not None else b""

    @property
    def _next(self) -> int:
        """Position of the frame to come."""
        return self._first + len(self._speech)

    def _hear(self) -> None:
        self._last = self._next - 1
        self._pause, self._supposed = self._rules.pause, None
        if self._onset is None:
            window = max(0, len(self._speech) - self._rules.onset_window)
            onset = self._speech.index(1, window)
            self._onset = self._first + onset
            self._forget(onset - self._rules.pre_roll)

    def _forget(self, frames: int) -> None:
        if frames > 0:
            del self._pcm[: frames * FRAME_BYTES], self._speech[:frames]
            self._first += frames

    def _with_silence(self, segment: Segment) -> Segment:
        """Add digital silence for the part of the tail that is still to come.

        Moonshine left a sentence without its full stop in 14 of 70 recordings that ended 160 ms after speech,
        in 3 with silence up to 300 ms, and in 7 with 300 ms of their own noise; the words were as good.
        """
        missing = segment.offset + self._rules.tail - segment.first - segment.frames
        return replace(segment, pcm=segment.pcm + bytes(max(0, missing) * FRAME_BYTES))

    def _close(self) -> Segment | None:
        segment = self._utterance()
        if segment is not None:
            self._forget(segment.frames)
        self._onset, self._carried = None, False
        return segment

    def _utterance(self) -> Segment | None:
        """Return what is open as it would be if it ended here; None where that is too little."""
        segment = self._segment(self._end_of_tail())
        enough = segment is not None and (self._carried or segment.voiced >= self._rules.least_speech)
        return segment if enough else None

    def _end_of_tail(self) -> int:
        """Where the audio ends; speech that may yet count is left to the next utterance."""
        pending = self._speech.find(
            1, max(0, self._last + 1 - self._first, len(self._speech) - len(self._recent))
        )
        limit = self._next if pending < 0 else self._first + pending
        return min(self._last + 1 + self._rules.tail, limit)

    def _cut(self) -> Segment | None:
        end = self._dip()
        segment = self._segment(end)
        self._forget(end - self._first)
        self._onset, self._carried = end, True
        return segment

    def _dip(self) -> int:
        """Position of the quietest of the last `dip_window` frames that leaves some speech before it."""
        import numpy as np  # noqa: PLC0415 (slow to load, and a rare need)

        speech = self._speech.find(1, max(0, (self._onset or 0) - self._first))
        earliest = max(speech + 1, len(self._speech) - self._rules.dip_window)
        samples = np.frombuffer(self._pcm[earliest * FRAME_BYTES :], dtype="<i2").astype(np.float64)
        if not samples.size:
            return self._next
        energy = np.square(samples).reshape(-1, FRAME_SAMPLES).sum(axis=1)
        width = np.ones(_SMOOTHING)
        near = np.convolve(np.ones_like(energy), width)  # fewer neighbours at the edges
        smooth = (np.convolve(energy, width) / near)[_SMOOTHING // 2 :][: len(energy)]
        return self._first + earliest + int(smooth.argmin())

    def _segment(self, end: int) -> Segment | None:
        """Return what is kept up to position `end`; None where no speech is in it."""
        if self._onset is None:
            return None
        frames = max(0, end - self._first)
        onset = self._speech.find(1, self._onset - self._first, frames)
        if onset < 0:
            return None
        return Segment(
            pcm=bytes(self._pcm[: frames * FRAME_BYTES]),
            first=self._first,
            onset=self._first + onset,
            offset=self._first + self._speech.rindex(1, 0, frames) + 1,
            voiced=self._speech.count(1, 0, frames),
        )


def _frames(milliseconds: float) -> int:
    return round(milliseconds / FRAME_MS)
