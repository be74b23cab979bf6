"""Whether the daemon falls behind: back-to-back speech in real time, one core kept busy by another process.

    python benchmarks/behind.py [FOLDER] [--minutes 60] [--json FILE]

The short recordings of FOLDER (as for accuracy.py) are played one after the other into a virtual microphone,
0.7 s apart, with the embedded engine at its defaults. Beside it a process does nothing but keep one core
busy, bound to it. Every 10 s the daemon is asked what waits. How late a text is counts from the end of
speech that the daemon found. It fails where sound was lost, where something waits in the end, or where the
texts of the last quarter were later than those of the first.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import meter
import soundfile
from heard import stamp
from latency import machine, spread
from studio import QUIET, Studio, back_to_back

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSE_S = 0.7
"""A little longer than the pause that ends an utterance."""

LOOK_S = 10.0
"""Seconds between two looks at what waits."""

SLACK_MS = 250
"""How much later the texts of the last quarter may be than those of the first, at the 95th percentile."""

BUSY = "while True: pass"


def hear(folder: Path, minutes: float) -> dict[str, Any]:
    """Have the daemon hear so many minutes; return the figures."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        studio = Studio(Path(name), stack, desktop=False)
        studio.program.configure(QUIET)
        pid = studio.start().process.pid
        file, seconds = write(Path(name, "speech.wav"), folder, minutes * 60)
        busy = subprocess.Popen([sys.executable, "-c", BUSY])
        stack.callback(busy.wait)
        stack.callback(busy.kill)
        os.sched_setaffinity(busy.pid, {max(os.sched_getaffinity(0))})
        studio.program("start")
        before = meter.read(pid)
        player = studio.sound.play(file)
        looks = watch(studio, player, seconds)
        spent = meter.read(pid).since(before)
        found = {"busy_of_a_core": round(meter.cpu_seconds(busy.pid) / spent.seconds, 3)}
        studio.finish()
        looks.append(look(studio, spent.seconds))
        found |= {"of_a_core": round(spent.of_a_core, 4), "memory_mb": meter.memory_mb(pid)["rss"]}
        return {"speech_s": round(seconds, 1), **found, **figures(studio.records(), looks)}


def write(file: Path, folder: Path, seconds: float) -> tuple[Path, float]:
    """Write speech of this length; return where, and how long it became."""
    with soundfile.SoundFile(file, "w", SAMPLE_RATE, 1, "PCM_16") as out:
        for sound in back_to_back(folder, seconds, PAUSE_S):
            out.write(sound)
        return file, out.frames / SAMPLE_RATE


def watch(studio: Studio, player: subprocess.Popen[bytes], seconds: float) -> list[dict[str, Any]]:
    """Look now and then what waits, until all is played."""
    began, looks = time.monotonic(), []
    while player.poll() is None:
        try:
            player.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            looks.append(look(studio, time.monotonic() - began))
            print(f"{looks[-1]} of {seconds:.0f} s", file=sys.stderr)
    return looks


def look(studio: Studio, at: float) -> dict[str, Any]:
    """Ask the daemon."""
    status = studio.program.status()
    return {"at_s": round(at, 1), "waiting": status["waiting"], "overflows": status["overflows"]}


def figures(records: Sequence[dict[str, Any]], looks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sum up what was written, and what waited meanwhile."""
    late = [stamp(record["time"]) - stamp(record["end"]) for record in records]
    quarter = max(1, len(late) // 4)
    first, last = spread(late[:quarter]), spread(late[-quarter:])
    waiting = [told["waiting"] for told in looks]
    overflows = max((told["overflows"] for told in looks), default=0)
    grew = bool(late) and last["p95"] > first["p95"] + SLACK_MS
    return {
        "utterances": len(late),
        "overflows": overflows,
        "most_waiting": max(waiting, default=0),
        "waiting_at_the_end": waiting[-1] if waiting else 0,
        "end_to_text_ms": {"all": spread(late), "first_quarter": first, "last_quarter": last},
        "looks": len(looks),
        "backlog": [[told["at_s"], told["waiting"]] for told in looks if told["waiting"]],
        "fell_behind": bool(overflows or grew or not late or (waiting and waiting[-1])),
    }


def main() -> None:
    """Measure, print as JSON, and fail where it fell behind."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    found = {"machine": machine(), **hear(options.folder, options.minutes)}
    text = json.dumps(found, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(found["fell_behind"])


if __name__ == "__main__":
    main()
