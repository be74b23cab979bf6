"""What to change so that dictating fits the voice, the room and the microphone, each with its reason."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dictated.tuning.trace import runs
from dictated.types import FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.config import SegmentSettings, VadSettings
    from dictated.tuning.fit import Fit
    from dictated.tuning.trace import Trace

USUAL_DB = -26.0
"""Level that speech is brought to, in dBFS (ITU-T P.800: the nominal level of active speech, -26 dBov)."""

QUIET_DB = -42.0
"""Below this it is too quiet: its weak sounds come down to the noise of a usual sound card (-70 dBFS)."""

MOST_GAIN_DB = 20
DOWN_DB = 6
"""How much louder, or after clipping quieter, to set the microphone before it is tried again."""

CLIPS = 0.002
"""Share of the frames of speech that may be cut off at full scale: a laugh, a knock."""

NOISY_DB = 15.0
"""Speech should stand as far as this above the room."""

SHORTEST, LONGEST = 3, 50
"""Frames of a pause within a sentence: a shorter one is a plosive, a longer one (1 s) a full stop."""

ENOUGH = 8
"""Pauses that it takes to know a speaker."""

SHARE = 0.95
ABOVE_MS, ROUND_MS = 150, 50
LEAST_MS, MOST_MS = 300, 1200
"""The pause that ends an utterance is so much longer than this share of those within sentences."""

WORTH_MS = 100
"""A smaller change of the pause is not worth making."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A key of the configuration and its new value; or, without one, a command or an advice."""

    reason: str
    key: tuple[str, ...] = ()
    before: str | float = ""
    value: str | float = ""
    command: str = ""

    def __str__(self) -> str:
        """Say it in a line."""
        if self.key:
            return f"{'.'.join(self.key)}: {_toml(self.before)} -> {_toml(self.value)}  ({self.reason})"
        return f"{self.reason}: {self.command}" if self.command else self.reason


def gain(heard: Trace, device: str | int) -> list[Proposal]:
    """Say what to do about a microphone that is muted, too quiet, too loud, or in a noisy place."""
    source = shlex.quote(device) if isinstance(device, str) and device else "@DEFAULT_SOURCE@"
    if heard.silent:
        muted = "there is digital silence: the microphone is muted, or its plug is out"
        return [Proposal(muted, command=f"pactl set-source-mute {source} 0")]
    speech, noise = heard.speech_db, heard.noise_db
    if speech is None:
        return [Proposal("no speech was heard: speak up, nearer to the microphone, or choose another one")]
    advice = []
    if heard.clipping > CLIPS:
        loud = (
            f"{100 * heard.clipping:.1f} % of what is said is cut off at full scale; set the microphone lower"
        )
        advice.append(Proposal(loud, command=f"pactl set-source-volume {source} -{DOWN_DB}dB"))
    elif speech < QUIET_DB:
        more = min(MOST_GAIN_DB, round(USUAL_DB - speech))
        quiet = f"speech is at {speech:.0f} dBFS, which is too quiet; set the microphone higher"
        advice.append(Proposal(quiet, command=f"pactl set-source-volume {source} +{more}dB"))
    if noise is not None and speech - noise < NOISY_DB:
        near = f"speech is only {speech - noise:.0f} dB above the room; come nearer to the microphone"
        advice.append(Proposal(f"{near}, which helps more than any setting"))
    return advice


def telling(now: VadSettings, then: VadSettings, present: Fit, proposed: Fit) -> list[Proposal]:
    """Turn better settings of the VAD into proposals."""
    reason = f"now: {present}; then: {proposed}"
    names = ("engine", "mode", "threshold", "noise_margin_db")
    return [
        Proposal(reason, ("vad", name), getattr(now, name), getattr(then, name))
        for name in names
        if getattr(now, name) != getattr(then, name)
    ]


def pauses(speech: Sequence[bool]) -> list[int]:
    """Return how long the pauses within what was said are, in milliseconds."""
    spans = runs(speech)
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    return [gap * FRAME_MS for gap in gaps if SHORTEST <= gap <= LONGEST]


def pause(gaps: Sequence[int], segment: SegmentSettings) -> list[Proposal]:
    """Propose how long a pause ends an utterance, by those the speaker makes within sentences.

    It lies within what the user has set for pauses that adapt, and the engine begins before it is over.
    """
    if len(gaps) < ENOUGH:
        return []
    longest = sorted(gaps)[math.ceil(SHARE * len(gaps)) - 1]
    fitting = math.ceil((longest + ABOVE_MS) / ROUND_MS) * ROUND_MS
    least = max(LEAST_MS, segment.pause_least_ms, segment.speculate_ms + ROUND_MS)
    most = min(MOST_MS, segment.pause_most_ms or MOST_MS)
    value = max(least, min(fitting, most))
    if least > most or abs(value - segment.pause_ms) < WORTH_MS:
        return []
    reason = f"95 of 100 of your pauses within sentences are at most {longest} ms, of {len(gaps)}"
    return [Proposal(reason, ("segment", "pause_ms"), segment.pause_ms, value)]


def _toml(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"
