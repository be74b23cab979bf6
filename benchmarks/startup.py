"""How soon the daemon listens after its start, and how soon a command has its answer; medians of ten.

    python benchmarks/startup.py [--rounds 10] [--json FILE]

The daemon listens at its start (`audio.listen_at_start`) to a virtual microphone, with the embedded engine.
It listens when it says so: sound flows then. It is ready when the engine is loaded too. Times are from the
start of the process; a command's, to its end. It fails where a median is over its bound.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latency import machine
from studio import QUIET, Studio

if TYPE_CHECKING:
    from collections.abc import Sequence

BOUNDS_MS = {"listening": 500.0, "status": 60.0, "toggle": 60.0}
"""What the median may be."""


def starts(studio: Studio, rounds: int) -> dict[str, list[float]]:
    """Start the daemon so often; return milliseconds to each of its lines."""
    found: dict[str, list[float]] = {"listening": [], "ready": []}
    for _ in range(rounds):
        began = time.perf_counter()
        daemon = studio.program.start()
        waited = dict(found)
        while waited:
            told = next((name for name in waited if name in daemon.says("")), None)
            if told:
                waited.pop(told).append((time.perf_counter() - began) * 1000)
        daemon.ends(signal.SIGTERM)
    return found


def answers(studio: Studio, rounds: int) -> dict[str, list[float]]:
    """Ask a running daemon so often; return milliseconds of each command's process."""
    daemon = studio.start()
    found: dict[str, list[float]] = {"status": [], "toggle": []}
    for _ in range(rounds):
        for command, times in found.items():
            began = time.perf_counter()
            subprocess.run(
                [studio.program.executable, command],
                env=studio.program.environ,
                check=True,
                capture_output=True,
            )
            times.append((time.perf_counter() - began) * 1000)
        studio.program("start" if len(found["toggle"]) % 2 else "stop")  # is answered when it is so
    daemon.process.terminate()
    return found


def summary(times: Sequence[float]) -> dict[str, float]:
    """Return the least, the median and the most."""
    return {
        "min": round(min(times), 1),
        "p50": round(statistics.median(times), 1),
        "max": round(max(times), 1),
    }


def main() -> None:
    """Measure, print as JSON, and fail where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "rounds": options.rounds}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        studio = Studio(Path(name), stack, desktop=False)
        studio.program.configure(f"{QUIET}[audio]\nlisten_at_start = true\n")
        told = starts(studio, options.rounds)
        studio.program.configure(QUIET)
        told |= answers(studio, options.rounds)
    found |= {f"{name}_ms": summary(times) for name, times in told.items()}
    found["missed"] = [name for name, bound in BOUNDS_MS.items() if found[f"{name}_ms"]["p50"] > bound]
    text = json.dumps(found, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(bool(found["missed"]))


if __name__ == "__main__":
    main()
