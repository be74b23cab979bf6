"""Turns configuration into parts: the only place that knows which alternative stands behind a port."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dictated.delivery import Delivery
from dictated.hotkeys.x11 import X11Hotkeys
from dictated.pipeline import Bounds
from dictated.recorders.audiofile import AudioFile
from dictated.recorders.microphone import Microphone
from dictated.segmenter import Rules
from dictated.session import Parts
from dictated.sinks.clipboard import ClipboardSink
from dictated.sinks.log import LogSink
from dictated.sinks.stdout import StdoutSink
from dictated.sinks.type import TypeSink
from dictated.spool import Spool
from dictated.transcribers.local import LocalTranscriber
from dictated.vads.gate import NoiseGate
from dictated.vads.silero import SileroVad
from dictated.vads.webrtc import WebRtcVad
from dictated.vads.witness import Witness

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.config import Config, Hotkeys, Output, SegmentSettings, Stt, Text, VadSettings
    from dictated.paths import Paths
    from dictated.ports import Hotkey, Recorder, Sink, Transcriber, Vad
    from dictated.x11.ownkeys import OwnKeys

_JOINS = {"space": " ", "none": ""}
"""What `text.join` puts after an utterance."""


def parts(
    config: Config,
    paths: Paths,
    own_keys: OwnKeys,
    *,
    input_file: Path | None = None,
    transcriber: Transcriber | None = None,
) -> Parts:
    """Make everything a session works with; nothing is opened or loaded yet.

    Args:
        config: the configuration.
        paths: where state is kept.
        own_keys: where typing says which keys it presses.
        input_file: taken for the microphone where given.
        transcriber: one that is warm already and fits the configuration.
    """
    return Parts(
        recorder=recorder(config, input_file),
        vad=vad(config.vad),
        rules=rules(config.segment),
        transcriber=transcriber or engine(config.stt),
        delivery=delivery(config.output, config.text, own_keys),
        spool=Spool(paths.spool_dir),
        bounds=Bounds(config.limits.in_flight, config.limits.backlog),
        drain_s=config.limits.drain_s,
        ends_with_input=input_file is not None,
    )


def recorder(config: Config, input_file: Path | None) -> Recorder:
    """The microphone, or a file that plays its part in real time."""
    if input_file is not None:
        return AudioFile(input_file, realtime=True)
    return Microphone(
        config.audio.device, frames_s=config.limits.frames_s, no_frame_s=config.limits.no_frame_s
    )


def vad(settings: VadSettings) -> Vad:
    """Silero by itself, or webrtc above the noise floor with Silero for a witness."""
    if settings.engine == "silero":
        return SileroVad(settings.threshold)
    gate = NoiseGate(WebRtcVad(settings.mode), settings.noise_margin_db)
    return Witness(gate, SileroVad(settings.threshold)) if settings.witness else gate


def rules(settings: SegmentSettings) -> Rules:
    """The segmenter's rules, counted in frames."""
    return Rules.from_ms(
        onset=settings.onset_ms,
        pre_roll=settings.pre_roll_ms,
        pause=settings.pause_ms,
        tail=settings.tail_ms,
        least_speech=settings.least_speech_ms,
        longest=settings.longest_s * 1000,
        dip_window=settings.dip_window_s * 1000,
    )


def engine(settings: Stt) -> Transcriber:
    """The engine that transcribes."""
    return LocalTranscriber(settings.local)


def hotkey(settings: Hotkeys, own_keys: OwnKeys) -> Hotkey:
    """The watcher of the key combinations, which is told of our own typing."""
    return X11Hotkeys(settings.toggle, settings.hold, settings.cancel, own_keys)


def delivery(output: Output, text: Text, own_keys: OwnKeys) -> Delivery:
    """The sinks in the order of the configuration; the log is the rescue of all."""
    made: dict[str, Sink] = {name: _sink(name, output, text, own_keys) for name in output.sinks}
    return Delivery(list(made.values()), made.get("log") or LogSink(output.log))


def _sink(name: str, output: Output, text: Text, own_keys: OwnKeys) -> Sink:
    match name:
        case "type":
            return TypeSink(output.type, _JOINS[text.join], own_keys)
        case "clipboard":
            return ClipboardSink(output.clipboard)
        case "stdout":
            return StdoutSink(sys.stdout)
        case _:
            return LogSink(output.log)
