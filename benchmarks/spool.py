"""What it costs to have an utterance of 5 s on the disk before any engine sees it.

Measured with the waiting for the disk, and without: on a file system in memory, where fsync takes no time.
The difference is what fsync costs: of the sound's file, of its folder, of the record.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import anyio

from dictated import build
from dictated.archive import DiskArchive, Tally
from dictated.config import Config
from dictated.history import History
from dictated.spool import Spool
from dictated.types import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE, Segment, Transcript, Utterance

SECONDS = 5
PAUSE_S = 0.02
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own is made there)


async def measure(state: Path | None, rounds: int) -> dict[str, float]:
    """Put utterances down, one after the other; return what each has taken, in milliseconds."""
    took = []
    with tempfile.TemporaryDirectory(dir=state) as folder:
        history = History(Path(folder) / "history.sqlite3", build.keep(Config()))
        archive = DiskArchive(Tally(), Spool(Path(folder) / "spool"), history)
        for number in range(rounds):
            utterance = _utterance(number)
            begun = time.perf_counter()
            await archive.heard(utterance)
            took.append((time.perf_counter() - begun) * 1000)
            await archive.delivered(Transcript(utterance, "words", "local", 0.1))
            await anyio.sleep(PAUSE_S)
        history.close()
    ordered = sorted(took)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2),
        "max_ms": round(ordered[-1], 2),
    }


def _utterance(number: int) -> Utterance:
    sound = bytes(SECONDS * SAMPLE_RATE * SAMPLE_BYTES)
    frames = len(sound) // FRAME_BYTES
    now = datetime.now(UTC)
    return Utterance(number, Segment(sound, 0, 0, frames, frames), began=now, ended=now)


def main() -> None:
    """Measure both, print, and fail where the program's own part is over the bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--bound-ms", type=float, default=2.0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    figures = {
        "with_fsync": anyio.run(measure, None, options.rounds),
        "without": anyio.run(measure, MEMORY, options.rounds),
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    sys.exit(figures["without"]["p95_ms"] > options.bound_ms)


if __name__ == "__main__":
    main()
