"""`dictated tune`: listens to silence and a sentence, shows what it hears, and proposes settings."""

from __future__ import annotations

import shutil
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from msgspec import structs

from dictated import build
from dictated.checkup.apply import write
from dictated.commands.config import load
from dictated.commands.histogram import can_show
from dictated.disk import explain, put_whole
from dictated.errors import DictatedError, UsageError
from dictated.progress import Progress
from dictated.recorders.audiofile import AudioFile
from dictated.tuning import proposal
from dictated.tuning.blocks import blocks
from dictated.tuning.fit import best, fit
from dictated.tuning.plot import canvas, draw, told
from dictated.tuning.take import MOST_SECONDS, SECONDS, SENTENCE, silence, take
from dictated.tuning.trace import trace
from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from dictated.config import Config, VadSettings
    from dictated.paths import Paths
    from dictated.tuning.proposal import Proposal
    from dictated.tuning.trace import Trace
    from dictated.types import Frame

MARGINS_DB = (5.0, 3.0, 8.0, 12.0)
MODES = (2, 1, 3)
"""What is tried for webrtc, the defaults first; then silero."""

JUDGED_S = 60
"""Seconds of the sound that ways of telling speech are tried on."""

WIDEST = 120
"""Columns of a terminal that are drawn on."""

MODE = 0o600
"""Of the picture: it shows when somebody spoke."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Listen, show, propose; with --apply write what is proposed.

    Raises:
        UsageError: it cannot be listened so long, or drawn there; or the user did not begin.
        DictatedError: there is no sound, or a file cannot be read or written.
    """
    config = load(arguments, paths)
    seconds = arguments.seconds or (MOST_SECONDS if arguments.input else SECONDS)
    if seconds > MOST_SECONDS:
        raise UsageError(f"--seconds takes a number from 1 to {MOST_SECONDS}")
    _refuse_no_place(arguments.plot)
    frames = _heard(config, arguments.input, seconds)
    heard = _trace(frames, config, config.vad)
    drawn = "\n".join(blocks(heard, min(shutil.get_terminal_size().columns, WIDEST)))
    able = can_show(drawn, sys.stdout.encoding)
    print(drawn if able else "(no picture: this terminal's encoding has no block characters)")
    print(f"\n{told(heard)}.\n")
    if arguments.plot:
        _plot(heard, Path(arguments.plot))
    proposals = proposed(frames, heard, config)
    print(*(f"- {one}" for one in proposals), sep="\n")
    keyed = [one for one in proposals if one.key]
    if arguments.apply:
        _apply(keyed, Path(arguments.config or paths.config_file))
    elif keyed:
        print("\n`dictated tune --apply` listens again and writes what it then proposes.")
    if not proposals:
        print("Nothing to change: the settings fit.")
    return 0


def proposed(frames: Sequence[Frame], heard: Trace, config: Config) -> list[Proposal]:
    """Say what to change; where the microphone is wrong, only that."""
    advice = proposal.gain(heard, config.audio.device)
    if heard.speech_db is None or any(one.command for one in advice):
        return advice  # what else is wrong is known when that is mended
    settings = [*advice, *_telling(frames, config)]
    return settings + proposal.pause(proposal.pauses(heard.speech), config.segment)


def ways(now: VadSettings) -> list[VadSettings]:
    """What is tried in place of the settings in use, which come first."""
    webrtc = [
        structs.replace(now, engine="webrtc", mode=mode, noise_margin_db=margin)
        for mode in MODES
        for margin in MARGINS_DB
    ]
    return list(dict.fromkeys([now, *webrtc, structs.replace(now, engine="silero")]))


def _telling(frames: Sequence[Frame], config: Config) -> list[Proposal]:
    """Try other ways of telling speech, judged by Silero at its usual threshold."""
    sound = frames[: round(JUDGED_S / FRAME_SECONDS)]
    judge = _trace(sound, config, structs.replace(config.vad, engine="silero", threshold=0.5)).speech
    tried, fits = ways(config.vad), {}
    with Progress(len(tried), sys.stderr) as progress:
        for number, way in enumerate(tried):
            progress.show(number, "trying other settings")
            fits[way] = fit(_trace(sound, config, way), judge)
    then = best(fits)
    return proposal.telling(config.vad, then, fits[config.vad], fits[then])


def _trace(frames: Sequence[Frame], config: Config, settings: VadSettings) -> Trace:
    return trace(frames, build.vad(settings), build.rules(config.segment))


def _heard(config: Config, file: str | None, seconds: int) -> list[Frame]:
    count = round(seconds / FRAME_SECONDS)
    if file:
        frames = anyio.run(take, AudioFile(Path(file), realtime=False), count, lambda _: None)
    else:
        frames = _from_microphone(config, count)
    if not frames:
        raise DictatedError("nothing was heard: the recording is empty")
    return frames


def _from_microphone(config: Config, count: int) -> list[Frame]:
    """Say what to do, and when."""
    quiet = silence(count * FRAME_SECONDS)
    print(
        f"First {quiet:.0f} s of silence; then read this aloud, as you would dictate it:\n",
        textwrap.indent(textwrap.fill(SENTENCE, 76), "    ") + "\n",
        sep="\n",
        flush=True,
    )
    if sys.stdin.isatty():
        _await_enter()
    with Progress(count, sys.stderr, estimates=False) as progress:
        return anyio.run(take, build.recorder(config, None), count, partial(_lead, progress, count, quiet))


def _await_enter() -> None:
    try:
        input("Press Enter to begin. ")
    except EOFError:
        print()  # the line of the prompt is open
        raise UsageError("nothing was listened to; press Enter to begin") from None


def _lead(progress: Progress, count: int, quiet: float, done: int) -> None:
    """Tell the speaker what to do now."""
    left = quiet - done * FRAME_SECONDS
    if done == 1:
        print("Be silent …", file=sys.stderr, flush=True)
    if 0 <= -left < FRAME_SECONDS:
        progress.clear()
        print("Now read aloud.", file=sys.stderr, flush=True)
    rest = (count - done) * FRAME_SECONDS
    progress.show(done, f"silence, {left:.0f} s" if left > 0 else f"read aloud, {rest:.0f} s")


def _refuse_no_place(plot: str | None) -> None:
    """Say before listening that a picture cannot be drawn there."""
    if plot is None:
        return
    if Path(plot).suffix.lower() not in {".png", ".svg"}:
        raise UsageError(f"{plot}: --plot draws a .png or an .svg")
    if not Path(plot).absolute().parent.is_dir():
        raise UsageError(f"{plot} cannot be written; give the name of a file in a folder that is there")


def _plot(heard: Trace, file: Path) -> None:
    on = canvas(file, heard)
    draw(heard, on)
    try:
        put_whole(file, on.encoded(), MODE)
    except OSError as error:
        raise DictatedError(explain(error, file)) from error


def _apply(proposals: Sequence[Proposal], path: Path) -> None:
    """Write each into the user's file, comments and layout kept.

    Raises:
        DictatedError: it cannot be.
    """
    changes = [write(path, one.key, one.value) for one in proposals]
    print("\nNothing was changed." if not any(changes) else "")
    print(*(f"Changed: {change}\n" for change in changes if change), sep="", end="")
