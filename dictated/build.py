"""Turns configuration into parts: the only place that knows which alternative stands behind a port."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from dictated import transcription
from dictated.delivery import Delivery
from dictated.endpoint import Patience
from dictated.expiry import MEGABYTE, Keep
from dictated.gaze import Glance
from dictated.history import History
from dictated.hotkeys.chord import bindings
from dictated.insertion import Insertion
from dictated.ledger import Ledger
from dictated.parts import Parts, no_glance
from dictated.profiles import all_effective, asked_ahead, profile_in
from dictated.recorders.audiofile import AudioFile
from dictated.recorders.microphone import Microphone
from dictated.recovery import Recovery
from dictated.refuge import Refuge
from dictated.resending import Resending
from dictated.segmenter import Rules
from dictated.sinks.clipboard import ClipboardSink
from dictated.sinks.desktop import DesktopSink
from dictated.sinks.keptsound import KeptSound
from dictated.sinks.log import LogSink, nowhere
from dictated.sinks.stdout import StdoutSink
from dictated.spool import Spool
from dictated.tape import Tape
from dictated.text.manner import Manner
from dictated.types import FRAME_MS
from dictated.vads.ending import Ending
from dictated.vads.gate import NoiseGate
from dictated.vads.silero import SileroVad
from dictated.vads.webrtc import WebRtcVad
from dictated.vads.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from dictated.accessibility.reader import Reader
    from dictated.config import Config, SegmentSettings, VadSettings
    from dictated.limits import Limits
    from dictated.paths import Paths
    from dictated.ports import Hotkey, Recorder, Sink, Transcriber, Vad
    from dictated.profileconfig import Profile
    from dictated.x11.ownkeys import OwnKeys


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stays the same for as long as the process lives.

    `paths`: where state is kept; `environ`: where keys of services may be found; `own_keys`: where typing
    says which keys it presses; `input_file`: taken for the microphone where given; `locked`: whether the
    screen is; `reader`: looks whether words have arrived.
    """

    paths: Paths
    environ: Mapping[str, str] = field(repr=False)
    own_keys: OwnKeys
    input_file: Path | None = None
    locked: Callable[[], bool] = lambda: False
    reader: Reader | None = None


def parts(config: Config, around: Surroundings, kept: Parts | None = None) -> Parts:
    """Make everything a session works with; nothing is opened or loaded yet.

    `kept` are parts whose engines and history are in use already and fit the configuration.
    """
    transcriber: Transcriber
    if kept is None:
        history = History(around.paths.history_file, keep(config))
        ledger = Ledger(history, config.limits.cost_per_day)
        transcriber, status = transcription.transcriber(config, ledger, around.environ)
    else:
        history, ledger, transcriber, status = kept.history, kept.ledger, kept.transcriber, kept.engines
    spool = Spool(around.paths.spool_dir)
    sinks = delivery(config, around)
    ahead = asked_ahead(config)
    again = resending(config.limits)
    recovery = Recovery(transcriber, sinks.sinks, spool, history, again, route=sinks.of)
    return Parts(
        recorder=recorder(config, around.input_file),
        vad=vad(config.vad),
        rules=rules(config.segment, ahead=bool(ahead)),
        patience=patience(config),
        transcriber=transcriber,
        delivery=sinks,
        spool=spool,
        history=history,
        ledger=ledger,
        recovery=recovery,
        refuge=Refuge(spool, history, resending(config.limits), recovery.saw),
        insertion=Insertion(sinks, spool, history),
        tape=Tape(around.paths.spool_dir),
        backlog=config.limits.backlog,
        drain_s=config.limits.drain_s,
        ends_with_input=around.input_file is not None,
        keeps_trying=config.audio.listen_at_start,
        reopen_s=config.limits.reopen_s,
        reopen_max_s=config.limits.reopen_max_s,
        silence_s=config.limits.silence_s,
        noise_margin_db=config.vad.noise_margin_db if config.vad.engine == "webrtc" else 0.0,
        guess_every=config.segment.hypothesis_ms // FRAME_MS,
        engines=status,
        glance=glance(sinks, config.profiles),
        looks_early=_name_windows(config.profiles),
        profiles=tuple(config.profiles),
        speculates=lambda profile: profile in ahead,
    )


def resending(limits: Limits) -> Resending:
    """When to try again what has failed."""
    return Resending(limits.resend_s, limits.resend_max_s)


def recorder(config: Config, input_file: Path | None) -> Recorder:
    """The microphone, or a file that plays its part in real time."""
    if input_file is not None:
        return AudioFile(input_file, realtime=True)
    return Microphone(
        config.audio.device, frames_s=config.limits.frames_s, no_frame_s=config.limits.no_frame_s
    )


def vad(settings: VadSettings) -> Vad:
    """Silero by itself, or webrtc above the noise floor with Silero for a witness; the level ends either."""
    return Ending(_ear(settings), settings.ending_db)


def _ear(settings: VadSettings) -> Vad:
    if settings.engine == "silero":
        return SileroVad(settings.threshold)
    gate = NoiseGate(WebRtcVad(settings.mode), settings.noise_margin_db)
    return Witness(gate, SileroVad(settings.threshold)) if settings.witness else gate


def rules(settings: SegmentSettings, *, ahead: bool = False) -> Rules:
    """The segmenter's rules, counted in frames; `ahead`: utterances are transcribed before they are over."""
    return Rules.from_ms(
        onset=settings.onset_ms,
        pre_roll=settings.pre_roll_ms,
        pause=settings.pause_ms,
        tail=settings.tail_ms,
        least_speech=settings.least_speech_ms,
        longest=settings.longest_s * 1000,
        dip_window=settings.dip_window_s * 1000,
        speculate=settings.speculate_ms if ahead else 0,
    )


def patience(config: Config) -> Callable[[str], Patience]:
    """How long a pause may be by what was said before it: by profile, in whose language it is judged."""
    least, most = config.segment.pause_least_ms, config.segment.pause_most_ms
    languages = {name: one.text.language for name, one in all_effective(config).items()}
    patiences = {name: Patience.from_ms(least, most, language) for name, language in languages.items()}
    return lambda profile: patiences.get(profile, patiences[""])


def keep(config: Config) -> Keep:
    """How long the history keeps what, and how much sound there may be."""
    history = config.history
    return Keep(_period(history.keep_text), _period(history.keep_audio), config.limits.spool_mb * MEGABYTE)


def _period(written: str) -> timedelta:
    """Read "0", or a number of hours, days or weeks."""
    units = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
    return timedelta(0) if written == "0" else int(written[:-1]) * units[written[-1]]


def hotkey(config: Config, around: Surroundings) -> Hotkey:
    """The watcher of the key combinations, which is told of our own typing."""
    from dictated.hotkeys.choice import hotkeys  # noqa: PLC0415 (slow to load, and wanted last)

    return hotkeys(config.hotkeys, around.own_keys, around.environ, config.profiles)


def keys(config: Config) -> tuple[object, ...]:
    """What the hotkeys are made from: where it is the same, they are."""
    return config.hotkeys, bindings(config.hotkeys, config.profiles)


def delivery(config: Config, around: Surroundings) -> Delivery:
    """The sinks of all profiles, one of each, in their order; the log is the rescue of all.

    Where a profile is for a window, there is one that looks at windows, though it may never type.
    """
    output = config.output
    sound = KeptSound(around.paths.spool_dir) if config.history.keep_audio != "0" else nowhere
    logged = LogSink(output.log, sound=sound)
    ways = routes(config)
    wanted = dict.fromkeys(chain(*ways.values(), ["type"] if _name_windows(config.profiles) else []))
    made: dict[str, Sink] = {name: _sink(name, config, around, logged) for name in wanted}
    holds = output.type.when_locked == "hold"
    return Delivery(
        list(made.values()),
        logged,
        lambda: "the screen is locked" if holds and around.locked() else "",
        ways,
    )


def routes(config: Config) -> dict[str, tuple[str, ...]]:
    """The sinks that words go to: for each profile, and as "" without one."""
    return {name: tuple(dict.fromkeys(one.output.sinks)) for name, one in all_effective(config).items()}


def glance(sinks: Delivery, profiles: Mapping[str, Profile]) -> Callable[[], Awaitable[Glance]]:
    """Ask which window has the focus, and which profile holds in it; titles go no further than this."""
    typing = next((sink for sink in sinks.made if isinstance(sink, DesktopSink)), None)
    if typing is None:
        return no_glance

    async def by_name() -> Glance:
        return Glance(await typing.window())

    async def by_look() -> Glance:
        seen = await typing.look()
        return Glance(seen.name, profile_in(seen, profiles))

    return by_look if _name_windows(profiles) else by_name


def _name_windows(profiles: Mapping[str, Profile]) -> bool:
    return any(profile.windows for profile in profiles.values())


def manners(config: Config) -> dict[str, Manner]:
    """How texts follow one another: for each profile, and as "" without one."""
    texts = {name: one.text for name, one in all_effective(config).items()}
    return {name: Manner(text.join, text.language, text.commands.enter) for name, text in texts.items()}


def _sink(name: str, config: Config, around: Surroundings, logged: LogSink) -> Sink:
    output = config.output
    match name:
        case "type":
            reader = around.reader if output.type.read_back else None
            return DesktopSink(output.type, manners(config), around.own_keys, around.environ, reader)
        case "clipboard":
            return ClipboardSink(output.clipboard)
        case "stdout":
            return StdoutSink(sys.stdout)
        case _:
            return logged
