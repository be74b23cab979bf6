"""Whether what is typed reaches a window exactly: into a window of our own, by the typing that dictates."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from msgspec.structs import replace

from dictated.checkup import bench
from dictated.checkup.finding import Finding, Grade, Part, of_error
from dictated.checkup.sample import SAMPLE, differences
from dictated.checkup.trial import WHAT, findings, works
from dictated.checkup.window import window
from dictated.checkup.xkbcommon import LIBRARY
from dictated.errors import NoDisplayError, SinkError
from dictated.sinks.type import TypeSink
from dictated.text.manner import Manner
from dictated.types import Segment, Transcript, Utterance
from dictated.wayland.method import UnsupportedError
from dictated.wayland.session import is_wayland
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.checkup.window import Window
    from dictated.config import Config
    from dictated.outputconfig import Output
    from dictated.ports import Sink

WITHIN_S = 15.0
"""Appearing, focusing, waiting for modifiers and typing are bounded by themselves at some 10 s together."""

OTHER_SINK = 'output.sinks = ["clipboard"]  (or "log")'


class Typing:
    """Tries it once; `say` is told what the user has to do meanwhile."""

    def __init__(
        self, config: Config, environ: Mapping[str, str], say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._output = config.output
        self._environ = environ
        self._say = say
        self.works: dict[str, float] = {}
        """Seconds of each way that was exact, where there is a choice: on Wayland."""

    @property
    def chooses(self) -> bool:
        """Whether there are several ways of typing here."""
        return is_wayland(self._environ)

    @property
    def within_s(self) -> float:
        """Seconds that `look` takes at most."""
        return bench.WITHIN_S if self.chooses else WITHIN_S

    def look(self) -> Sequence[Finding]:
        """Type and read back, where typing is asked for."""
        if "type" not in self._output.sinks:
            return [Finding(WHAT, Grade.OK, 'not tried: "type" is not among output.sinks')]
        return self._by_each_way() if self.chooses else [_on_x11(self._output)]

    def _by_each_way(self) -> Sequence[Finding]:
        settings = self._output.type
        ways = (settings.wayland, self._environ, settings.settle_ms / 1000, self._say)
        try:
            trials = anyio.run(bench.tried, *ways)
        except UnsupportedError as error:
            return [_no_display(error, self._output.sinks)]
        except OSError as error:
            if LIBRARY not in str(error):
                raise
            said = f"it cannot be tried: {LIBRARY} is not here"
            return [Finding(WHAT, Grade.WARN, said, "sudo apt install libxkbcommon0", Part.SINK)]
        self.works = works(trials)
        return findings(trials, self._output.sinks)


def finding(came: str, seconds: float) -> Finding:
    """Compare what came with the sample."""
    wrong = differences(SAMPLE, came)
    if not wrong:
        said = f"all {len(SAMPLE)} characters reached a window exactly, {seconds:.1f} s with the window"
        return Finding(WHAT, Grade.OK, said, part=Part.SINK)
    said = "a window got other characters than were typed: " + ", ".join(wrong)
    return Finding(WHAT, Grade.FAIL, said, "output.type.settle_ms = 100", Part.SINK)


def _on_x11(output: Output) -> Finding:
    started = time.monotonic()
    try:
        with window() as own:
            came = anyio.run(partial(_typed, output, own))
    except NoDisplayError as error:
        return _no_display(error, output.sinks)
    except SinkError as error:
        return of_error(WHAT, error, part=Part.SINK)
    return finding(came, time.monotonic() - started)


def _no_display(error: SinkError, sinks: Sequence[str]) -> Finding:
    """A lack that ends dictating where there is no other sink."""
    if set(sinks) == {"type"}:
        return of_error(WHAT, error, part=Part.SINK, mend=OTHER_SINK)
    return of_error(WHAT, error, grade=Grade.WARN)


async def _typed(output: Output, own: Window) -> str:
    """Type the sample; return what came.

    Raises:
        SinkError: it was not typed.
    """
    sink = TypeSink(replace(output.type, on_focus_change="hold"), {"": Manner("none")}, OwnKeys())
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
