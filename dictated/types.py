"""The small frozen values that pass from stage to stage.

Sound inside the program has one form: 16-bit signed little-endian mono at 16 kHz, in frames of 20 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

SAMPLE_RATE = 16_000
"""Samples a second, everywhere inside the program."""

SAMPLE_BYTES = 2
"""Bytes a sample: 16-bit signed little-endian."""

FRAME_MS = 20
"""Milliseconds a frame: the longest but one that webrtcvad takes (10, 20 or 30)."""

FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
"""Samples a frame (320)."""

FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
"""Bytes a frame (640)."""

FRAME_SECONDS = FRAME_MS / 1000
"""Seconds a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of sound: exactly `FRAME_BYTES` bytes."""

    pcm: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.pcm) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(self.pcm)}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech cut from a stream of frames; positions count frames from the stream's first.

    `first` is where its audio begins (pre-roll included), `onset` the first frame of speech and
    `offset` the frame after the last one, so `first <= onset < offset <= first + frames`.
    `voiced` counts the frames inside that the VAD called speech.
    """

    pcm: bytes = field(repr=False)
    first: int
    onset: int
    offset: int
    voiced: int

    @property
    def frames(self) -> int:
        """Length of the audio in frames."""
        return len(self.pcm) // FRAME_BYTES

    @property
    def start(self) -> float:
        """When the speech begins, in seconds from the stream's beginning."""
        return self.onset * FRAME_SECONDS

    @property
    def end(self) -> float:
        """When the speech ends, in seconds from the stream's beginning."""
        return self.offset * FRAME_SECONDS


@dataclass(frozen=True, slots=True)
class Utterance:
    """A segment with its number in the order of speaking, and the wall-clock times of its speech.

    `window` names the window that had the focus when it was spoken; empty where that is not known.
    `profile` names the profile that holds for it; empty where none does. `asked` is when the user asked for
    words of before: how old they are counts from then.
    """

    number: int
    segment: Segment
    began: datetime
    ended: datetime
    window: str = ""
    profile: str = ""
    asked: datetime | None = None

    @property
    def pcm(self) -> bytes:
        """The audio: 16-bit mono at 16 kHz."""
        return self.segment.pcm

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return self.segment.frames * FRAME_SECONDS


@dataclass(frozen=True, slots=True)
class Hints:
    """What an engine may be told beforehand: how to write, which words to expect, what was said last."""

    prompt: str = field(default="", repr=False)
    vocabulary: tuple[str, ...] = field(default=(), repr=False)
    context: str = field(default="", repr=False)


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Model:
    """A model an engine can use: its name for `model = "…"`, its price in words, what else is known of it."""

    name: str
    price: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer was charged for: seconds of sound or tokens, and US dollars; zero where not told."""

    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an engine says of its own certainty; None where it says nothing.

    `no_speech` is the least probability, over the answer's segments, that there was no speech in one;
    `logprob` the mean log-probability of the tokens (Whisper's `no_speech_prob` and `avg_logprob`).
    """

    no_speech: float | None = None
    logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an engine understood of an utterance; `seconds` is how long it took.

    `generation` is the service's own name for the answer. `doubt` says why the text is held back although
    there is one: it is likely not what was said. `raw` is what the engine wrote, where the text is other
    than that. Before it goes anywhere, `takes_back` texts that were delivered before are taken back; after
    it, listening stops where it `stops`. A text that is `verbatim` is the user's own: it stays as it stands.
    `number` is that of the history; 0 where that does not have it.
    """

    utterance: Utterance
    text: str = field(repr=False)
    engine: str
    seconds: float
    usage: Usage = Usage()
    evidence: Evidence = Evidence()
    generation: str = ""
    doubt: str = ""
    raw: str = field(default="", repr=False)
    takes_back: int = 0
    stops: bool = False
    verbatim: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """An utterance no engine gave text for. It keeps its place in the order of speaking."""

    utterance: Utterance
    reason: str


class Command(StrEnum):
    """What a hotkey, the control socket or a signal asks of the session."""

    START = "start"
    STOP = "stop"
    TOGGLE = "toggle"
    CANCEL = "cancel"
    UNDO = "undo"
    PAUSE = "pause"  # while the screen is locked
    RESUME = "resume"
    RELOAD = "reload"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class ToggleWith:
    """Start listening with this profile, or stop where that is so already: what a profile's hotkey asks."""

    profile: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Have this profile hold from now on; "default" is none."""

    profile: str


Wish = Command | ToggleWith | Choose
"""What a hotkey or the tray's menu asks for."""


class State(StrEnum):
    """What the session is doing, as `dictated status` shows it."""

    OFF = "off"
    STARTING = "starting"
    LISTENING = "listening"
    LOST = "no microphone"  # it is tried again
    STOPPING = "stopping"
