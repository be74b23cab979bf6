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

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.config import Config, Hotkeys, Output, SegmentSettings, Stt, Text, VadSettings
    from dictated.paths import Paths
    from dictated.ports import Hotkey, Recorder, Sink, Transcriber, Vad

_JOINS = {"space": " ", "none": ""}
"""What `text.join` puts after an utterance."""


def parts(
    config: Config, paths: Paths, *, input_file: Path | None = None, transcriber: Transcriber | None = None
) -> Parts:
    """Make everything a session works with; nothing is opened or loaded yet.

    Args:
        config: the configuration.
        paths: where state is kept.
        input_file: taken for the microphone where given.
        transcriber: one that is warm already and fits the configuration.
    """
    return Parts(
        recorder=recorder(config, input_file),
        vad=vad(config.vad),
        rules=rules(config.segment),
        transcriber=transcriber or engine(config.stt),
        delivery=delivery(config.output, config.text),
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
    """The VAD behind its noise gate."""
    inner: Vad = SileroVad(settings.threshold) if settings.engine == "silero" else WebRtcVad(settings.mode)
    return NoiseGate(inner, settings.noise_margin_db)


def rules(settings: SegmentSettings) -> Rules:
    """The segmenter's rules, counted in frames."""
    return Rules.from_settings(settings)


def engine(settings: Stt) -> Transcriber:
    """The engine that transcribes."""
    return LocalTranscriber(settings.local)


def hotkey(settings: Hotkeys) -> Hotkey:
    """The watcher of the key combinations."""
    return X11Hotkeys(settings.toggle, settings.hold, settings.cancel)


def delivery(output: Output, text: Text) -> Delivery:
    """The sinks in the order of the configuration; the log is the rescue of all."""
    made: dict[str, Sink] = {name: _sink(name, output, text) for name in output.sinks}
    return Delivery(list(made.values()), made.get("log") or LogSink(output.log))


def _sink(name: str, output: Output, text: Text) -> Sink:
    match name:
        case "type":
            return TypeSink(output.type, _JOINS[text.join])
        case "clipboard":
            return ClipboardSink(output.clipboard)
        case "stdout":
            return StdoutSink(sys.stdout)
        case _:
            return LogSink(output.log)
