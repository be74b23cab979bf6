"""What a follower is told who asked for details: the sound, what is under way, what was said last."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 (msgspec reads the annotations)

from msgspec import Struct

MOST_PAST = 20
"""Utterances that are told of when they are over: the newest."""

MOST_FLIGHT = 20
"""Utterances that are told of while they are under way: the oldest."""

LONGEST_TEXT = 4_000
"""Characters of one text that are told: more than anyone says in the longest utterance there may be."""

LONGEST_LINE = 1 << 20
"""Bytes of one line at most: as many texts of that length, each character written as an escape."""

SOUNDS_PER_SECOND = 10
"""How often at most the sound is told."""


class Sound(Struct, frozen=True, kw_only=True):
    """What is heard right now; levels in dB below full scale (dBFS), None where nothing measures them.

    What is above `threshold_db` may be speech, and `floor_db` is the noise of the room. While an utterance is
    open, it ends when its pause of `pause_ms` so far is `pause_of_ms` long, which is 0 while none is.
    """

    level_db: float
    floor_db: float | None = None
    threshold_db: float | None = None
    speech: bool = False
    pause_ms: int = 0
    pause_of_ms: int = 0


class Flight(Struct, frozen=True, kw_only=True):
    """An utterance under way: its number in the order of speaking, and seconds since it was begun to be said.

    `stage` is speaking, transcribing, waiting (for its turn) or delivering; `engine` is empty where none has
    it, or it is not known which. The number is 0 until what is being said has one.
    """

    number: int
    stage: str
    engine: str = ""
    age_s: float = 0.0


class Heard(Struct, frozen=True):
    """What is heard, and of it what is being said."""

    sound: Sound
    speaking: Flight | None = None


class Past(Struct, frozen=True, kw_only=True):
    """An utterance that is over: its number in the history, and when it was said.

    `latency_ms` is from the end of speech until its words were there; None where they did not go at once.
    """

    number: int
    time: datetime
    text: str = ""
    engine: str = ""
    latency_ms: int | None = None
    fate: str = ""


class Details(Struct, frozen=True, kw_only=True):
    """What is told beside the status; `last` begins with the oldest, `cost_today` is in US dollars."""

    sound: Sound | None = None
    flight: tuple[Flight, ...] = ()
    last: tuple[Past, ...] = ()
    cost_today: float = 0.0
    hypothesis: str = ""
