"""Every key a user can set: its type, bounds, default and meaning, nested as in the TOML file.

`configfile` reads a file into these and writes them out again; `config.toml` at the top of the project is
what it writes for the defaults.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from dictated.limits import Limits
from dictated.outputconfig import Milliseconds, Output
from dictated.profileconfig import Name, Profile  # noqa: TC001 (msgspec reads the annotations)
from dictated.sttconfig import Stt
from dictated.textconfig import Text

Period = Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,3}[hdw])$")]
"""A number of hours, days or weeks, or none."""


class Audio(Struct, frozen=True, kw_only=True):
    """The microphone."""

    device: Annotated[
        str | int,
        Meta(
            description="Name, part of a name, or number, as `dictated devices` lists them; "
            '"" is the sound server\'s own default source.'
        ),
    ] = ""
    listen_at_start: Annotated[
        bool, Meta(description="Listen as soon as the daemon is ready, without waiting for the hotkey.")
    ] = False
    listen_when_locked: Annotated[
        bool,
        Meta(description="Go on listening while the screen is locked; false stops until it is unlocked."),
    ] = True


class VadSettings(Struct, frozen=True, kw_only=True):
    """Telling speech from the rest."""

    engine: Annotated[
        Literal["webrtc", "silero"],
        Meta(description="webrtc costs next to nothing; silero is a small neural network, better in noise."),
    ] = "webrtc"
    mode: Annotated[
        int, Meta(ge=0, le=3, description="webrtc: 0 takes most for speech, 3 least; 3 cuts quiet endings.")
    ] = 2
    threshold: Annotated[
        float, Meta(gt=0, lt=1, description="silero: how likely speech must be for a frame to count.")
    ] = 0.5
    witness: Annotated[
        bool,
        Meta(
            description="webrtc: what it hears counts only where silero hears speech too, so that knocks and "
            "key strokes are no utterance; silero sleeps while webrtc hears nothing."
        ),
    ] = True
    noise_margin_db: Annotated[
        float,
        Meta(
            ge=0,
            le=40,
            description="webrtc: a frame counts as speech only this many dB above the rolling noise floor; "
            "0 is off.",
        ),
    ] = 5.0
    ending_db: Annotated[
        float,
        Meta(
            ge=0,
            le=80,
            description="What is this many dB below the loudest of the last 2 s is no speech, so a pause "
            "counts from where the sound ends; 0 is off.",
        ),
    ] = 38.0


class SegmentSettings(Struct, frozen=True, kw_only=True):
    """Cutting speech into utterances. Times are rounded to frames of 20 ms."""

    onset_ms: Annotated[
        int,
        Meta(ge=0, le=500, description="Speech needed, within twice this time, for an utterance to begin."),
    ] = 60
    pre_roll_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="Sound kept from before the first speech, so that no first word is cut.",
        ),
    ] = 300
    pause_ms: Annotated[Milliseconds, Meta(description="Quiet that ends an utterance.")] = 600
    pause_least_ms: Annotated[
        Milliseconds,
        Meta(
            description="Quiet that ends it where its words end a sentence (. ? !), once the engine has told "
            "them; 0: pause_ms."
        ),
    ] = 0
    pause_most_ms: Annotated[
        Milliseconds,
        Meta(
            description='Quiet that ends it where its words go on (a comma, "and", digits one by one); '
            "0: pause_ms."
        ),
    ] = 0
    speculate_ms: Annotated[
        Milliseconds,
        Meta(
            description="Quiet after which the engine begins, in case the pause lasts (see stt.speculate); "
            "0 is off."
        ),
    ] = 150
    hypothesis_ms: Annotated[
        int,
        Meta(
            ge=100,
            le=5000,
            description="New sound between two guesses of the local engine at what is being said (for "
            "output.type.live and `dictated status --follow`).",
        ),
    ] = 300
    tail_ms: Annotated[
        Milliseconds, Meta(description="How much of that quiet is kept with the utterance; at most pause_ms.")
    ] = 300
    least_speech_ms: Annotated[
        Milliseconds, Meta(description="Less speech than this is a cough, not an utterance.")
    ] = 200
    longest_s: Annotated[
        float, Meta(ge=2, le=120, description="Longest utterance; a longer one is cut at a dip and goes on.")
    ] = 20.0
    dip_window_s: Annotated[
        float, Meta(gt=0, le=60, description="How far back from there the quietest moment is looked for.")
    ] = 5.0


class HistorySettings(Struct, frozen=True, kw_only=True):
    """What became of each utterance, kept in the state directory for this user alone."""

    keep_text: Annotated[
        Period, Meta(description='How long words are kept there: "30d", "12h", "2w"; "0" keeps none.')
    ] = "30d"
    keep_audio: Annotated[
        Period,
        Meta(
            description="How long sound is kept after it was spoken, for `dictated retry NUMBER`; "
            '"0": until its words are delivered.'
        ),
    ] = "7d"


class Hotkeys(Struct, frozen=True, kw_only=True):
    """Global key combinations, as pynput writes them: "<ctrl>+<alt>+d"; "" is none."""

    toggle: Annotated[str, Meta(description="Press to start listening, press again to stop.")] = (
        "<ctrl>+<alt>+d"
    )
    hold: Annotated[str, Meta(description="Listen for as long as it is held.")] = ""
    tap_or_hold: Annotated[
        str, Meta(description="Tapped, it starts and stops listening; held longer than tap_ms, it is hold.")
    ] = ""
    cancel: Annotated[str, Meta(description="Stop listening and throw away what is not delivered yet.")] = ""
    undo: Annotated[str, Meta(description="Take back what was typed last.")] = ""
    tap_ms: Annotated[Milliseconds, Meta(description="The longest that a tap of tap_or_hold lasts.")] = 300
    through: Annotated[
        Literal["auto", "x11", "portal", "evdev"],
        Meta(
            description="Who sees the keys: the X server, the desktop (its portal), or we ourselves (evdev: "
            "needs that extra and the group input); auto is the portal on Wayland, else the X server."
        ),
    ] = "auto"


class Feedback(Struct, frozen=True, kw_only=True):
    """What the program tells about itself."""

    notify: Annotated[
        bool,
        Meta(
            description="Show on the desktop what needs you: a lost microphone, words that wait, a bad key."
        ),
    ] = True
    tray: Annotated[
        bool, Meta(description="Show by an icon in the tray whether it listens, works, or words wait.")
    ] = True
    sounds: Annotated[
        bool,
        Meta(description="A short sound when listening starts, when it stops, and when something fails."),
    ] = True
    volume: Annotated[float, Meta(ge=0, le=1, description="How loud those are; 1 is full scale.")] = 0.2
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="What you say is never logged above debug."),
    ] = "info"


class Config(Struct, frozen=True, kw_only=True):
    """The whole file."""

    audio: Audio = field(default_factory=Audio)
    vad: VadSettings = field(default_factory=VadSettings)
    segment: SegmentSettings = field(default_factory=SegmentSettings)
    stt: Stt = field(default_factory=Stt)
    output: Output = field(default_factory=Output)
    text: Text = field(default_factory=Text)
    hotkeys: Hotkeys = field(default_factory=Hotkeys)
    history: HistorySettings = field(default_factory=HistorySettings)
    feedback: Feedback = field(default_factory=Feedback)
    limits: Limits = field(default_factory=Limits)
    profiles: dict[Name, Profile] = field(default_factory=dict)
