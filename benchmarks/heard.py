"""Has a program hear a track, and tells what it wrote of it, when, and what that took."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fixtures.daemon import Dictated

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE_S = 0.001
"""How much the length of an utterance in the log may differ from that of the same one in the file."""
LAG_S = 0.25
"""An utterance dated so much sooner than most is not the same one."""


@dataclass(frozen=True)
class Line:
    """A text, where in the track it was found to begin and to end, and when it was there.

    `at` is when it was in the log, `shown` when its last character was in a window, where it was typed into
    one. `engine` is how many seconds the engine took, where that is known.
    """

    start: float
    end: float
    text: str
    at: float
    engine: float = 0.0
    shown: float | None = None


@dataclass(frozen=True)
class Run:
    """What came out of the track, and what that took: CPU seconds, the most memory, wake-ups."""

    lines: list[Line]
    cpu_s: float
    memory_mb: float
    wakeups: int


def spend(command: Sequence[str | Path], environ: dict[str, str] | None = None) -> tuple[str, Run]:
    """Run a program to its end; return what it printed, and what it took.

    Raises:
        SystemExit: it failed; what it said is told.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=said, text=True
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{command[0]} failed:\n{said.read()}")
        took = Run([], usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, usage.ru_nvcsw)
        return out.read(), took


def ours(file: Path, pause_ms: int, home: Path) -> Run:
    """Have the daemon hear the track."""
    home.mkdir()
    dictated = Dictated(home)
    dictated.configure(f"[segment]\npause_ms = {pause_ms}\n[feedback]\nsounds = false\n")
    program: list[str | Path] = [dictated.executable, "--config", dictated.config]
    _, took = spend([*program, "run", "--input", file], dictated.environ)
    said = [json.loads(line) for line in dictated.notes.read_text(encoding="utf-8").splitlines()]
    cut, _ = spend([*program, "transcribe", "--json", file], dictated.environ)
    began = beginning(said, {line["number"]: line for line in map(json.loads, cut.splitlines())})
    lines = [line(record, began) for record in said]
    return Run(lines, took.cpu_s, took.memory_mb, took.wakeups)


def line(record: dict[str, Any], began: float, shown: float | None = None) -> Line:
    """Return what a record of the log says, in seconds of the track that began then by the clock."""
    start, end, at = (stamp(record[name]) - began for name in ("start", "end", "time"))
    return Line(start, end, record["text"], at, record["seconds"], None if shown is None else shown - began)


def beginning(said: list[dict[str, Any]], cut: dict[int, dict[str, Any]]) -> float:
    """Return when the track began, by the clock: where log and file tell of the same utterances.

    Raises:
        SystemExit: they tell of none.
    """
    begins: list[float] = []
    for record in said:
        start, end, same = stamp(record["start"]), stamp(record["end"]), cut.get(record["number"])
        if same and abs((end - start) - (same["end"] - same["start"])) < ALIKE_S:
            begins.append(end - same["end"])
    if not begins:
        raise SystemExit("no utterance of the daemon is in what `dictated transcribe` cuts of the same track")
    # What a busy machine tells late is dated late: the soonest is nearest to the truth.
    middle = statistics.median(begins)
    return min(begin for begin in begins if middle - begin < LAG_S)


def stamp(written: str) -> float:
    """Return the seconds of a time in ISO 8601."""
    return datetime.fromisoformat(written).timestamp()
