"""Whether what is typed reaches a window exactly: into a window of our own, by the typing that dictates."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from msgspec.structs import replace

from dictated.checkup.finding import Finding, Grade, Part, of_error
from dictated.checkup.window import window
from dictated.errors import NoDisplayError, SinkError
from dictated.sinks.type import TypeSink
from dictated.types import Segment, Transcript, Utterance
from dictated.wayland.session import is_wayland
from dictated.wayland.virtualkeyboard import offered
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dictated.checkup.window import Window
    from dictated.config import Config, Output
    from dictated.ports import Sink

WITHIN_S = 15.0
"""Appearing, focusing, waiting for modifiers and typing are bounded by themselves at some 10 s together."""

WHAT = "typing"

SAMPLE = 'Aa Zz 09 "it\'s" {[@#?!]} é ß Ñ я Σ 你 € 🙂 end'
"""Shifted characters, and what a layout lacks."""

PROGRAMS = {"paste": ("wl-copy", "wl-paste"), "ydotool": ("ydotool",)}
"""What ways of typing on Wayland need; the others are the compositor's or the desktop's own."""

OTHER_SINK = 'output.sinks = ["clipboard"]  (or "log")'


def look(config: Config, environ: Mapping[str, str]) -> Sequence[Finding]:
    """Type and read back, where typing is asked for."""
    if "type" not in config.output.sinks:
        return [Finding(WHAT, Grade.OK, 'not tried: "type" is not among output.sinks')]
    if is_wayland(environ):
        return [_wayland(config.output.type.wayland, environ)]
    started = time.monotonic()
    try:
        with window() as own:
            came = anyio.run(partial(_typed, config.output, own))
    except NoDisplayError as error:
        return [_no_display(error, config.output.sinks)]
    except SinkError as error:
        return [of_error(WHAT, error, part=Part.SINK)]
    return [finding(came, time.monotonic() - started)]


def finding(came: str, seconds: float) -> Finding:
    """Compare what came with the sample."""
    wrong = differences(SAMPLE, came)
    if not wrong:
        said = f"all {len(SAMPLE)} characters reached a window exactly, {seconds:.1f} s with the window"
        return Finding(WHAT, Grade.OK, said, part=Part.SINK)
    said = "a window got other characters than were typed: " + ", ".join(wrong)
    return Finding(WHAT, Grade.FAIL, said, "output.type.settle_ms = 100", Part.SINK)


def differences(typed: str, came: str) -> list[str]:
    """Say what became of each stretch that did not arrive as it was."""
    matcher = SequenceMatcher(None, typed, came, autojunk=False)
    return [
        _difference(typed[a:b], came[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"
    ]


def _difference(typed: str, came: str) -> str:
    if not came:
        return f'"{typed}" did not come'
    return f'"{came}" came for "{typed}"' if typed else f'"{came}" came unasked'


def _wayland(methods: Sequence[str], environ: Mapping[str, str]) -> Finding:
    """A window of ours cannot see what others type there: whether the ways are there is all."""
    there = [name for name in methods if _is_there(name, environ)]
    if there:
        said = f"a Wayland session: {', '.join(there)} can be tried; nothing is typed here"
        return Finding(WHAT, Grade.OK, said, part=Part.SINK)
    said = "a Wayland session, and nothing types there: its compositor has no virtual keyboards"
    return Finding(WHAT, Grade.FAIL, said, "sudo apt install wl-clipboard ydotool", Part.SINK)


def _is_there(name: str, environ: Mapping[str, str]) -> bool:
    if name == "virtual-keyboard":
        return anyio.run(offered, environ)
    path = environ.get("PATH")
    return name in PROGRAMS and all(shutil.which(program, path=path) for program in PROGRAMS[name])


def _no_display(error: NoDisplayError, sinks: Sequence[str]) -> Finding:
    """A lack that ends dictating where there is no other sink."""
    if set(sinks) == {"type"}:
        return of_error(WHAT, error, part=Part.SINK, mend=OTHER_SINK)
    return of_error(WHAT, error, grade=Grade.WARN)


async def _typed(output: Output, own: Window) -> str:
    """Type the sample; return what came.

    Raises:
        SinkError: it was not typed.
    """
    sink = TypeSink(replace(output.type, on_focus_change="hold"), "", OwnKeys())
    try:
        async with anyio.create_task_group() as tasks:
            reading = tasks.start_soon(to_thread.run_sync, own.read)
            fault = await _deliver(sink, own.name)
            own.stop()
    finally:
        await sink.close()  # not before all is read: it takes the borrowed keys' meanings away
    if fault is not None:
        raise fault
    return reading.return_value


async def _deliver(sink: Sink, window: str) -> SinkError | None:
    now = datetime.now(UTC)
    spoken = Utterance(1, Segment(b"", 0, 0, 0, 0), now, now, window)
    try:
        await sink.deliver(Transcript(spoken, SAMPLE, "doctor", 0.0))
    except SinkError as error:
        return error
    return None
