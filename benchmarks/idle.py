"""What the daemon takes while nobody speaks: processor time, wake-ups and memory, on a desktop of its own.

    python benchmarks/idle.py [FOLDER] [--seconds 60] [--utterances 20] [--json FILE]

Each run starts the real daemon with a virtual microphone, an X server where it watches for its key, and a
session bus; in some a tray shows its icon, one has neither screen nor bus. Processor time is the kernel's own
count. A wake-up is a voluntary context switch, told by thread: `threaded-ml` is libpulse, `dictated` all of
ours but the event loop (PortAudio's, where it listens). Memory is told when the daemon is ready, and after so
many utterances of FOLDER's recordings (as for accuracy.py). It fails where a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import meter
import numpy as np
from latency import machine
from studio import QUIET, Studio, back_to_back, service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fixtures.daemon import Daemon

SETTLE_S = 10.0
"""Seconds after which what starting takes is over, and the program takes the room for calm."""

LISTENING_PERCENT, OFF_PERCENT = 2.0, 0.1
"""What it may take of a core."""

OFF_WAKEUPS = 0.1
"""Wake-ups a second when switched off: none is meant; timers of minutes may fall into the minute measured."""

MEMORY_MB = {"local": 380.0, "remote": 80.0}
"""What may be resident, by engine."""

PAUSE_S = 1.2
"""Quiet between the utterances."""


@dataclass(frozen=True)
class Case:
    """One run: the engine; the noise of the room in dBFS, None for digital silence; what is around."""

    name: str
    engine: str = "local"
    listens: bool = True
    noise_db: float | None = None
    tray: bool = False
    desktop: bool = True


CASES = (
    Case("local, digital silence"),
    Case("local, noise at -60 dBFS", noise_db=-60.0, tray=True),
    Case("remote, noise at -60 dBFS", engine="remote", noise_db=-60.0),
    Case("local, off", listens=False),
    Case("local, off, with a tray", listens=False, tray=True),
    Case("remote, off", engine="remote", listens=False),
    Case("local, off, without screen and bus", listens=False, desktop=False),
)


def configuration(engine: str, stack: ExitStack) -> str:
    """Return that of one engine."""
    if engine == "local":
        return QUIET
    url = service(stack, "Words of a service.")
    return f'{QUIET}[stt]\nengine = "openai"\n[stt.openai]\nbase_url = "{url}"\n'


def rest(case: Case, seconds: float) -> dict[str, Any]:
    """Measure the daemon while nothing happens."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        studio = Studio(Path(name), stack, desktop=case.desktop)
        tray = str(case.tray).lower()
        studio.program.configure(configuration(case.engine, stack).replace("\n", f"\ntray = {tray}\n", 1))
        daemon = studio.start_with_tray() if case.tray else studio.start()
        if case.noise_db is not None:
            studio.hum(case.noise_db, seconds + 3 * SETTLE_S)
        if case.listens:
            studio.program("start")
        time.sleep(SETTLE_S)
        before = meter.read(daemon.process.pid)
        time.sleep(seconds)
        spent = meter.read(daemon.process.pid).since(before)
        return {
            "percent_of_a_core": round(100 * spent.of_a_core, 3),
            "wakeups_per_s": round(sum(spent.wakeups_per_s.values()), 2),
            "by_thread": unnumbered(spent.wakeups_per_s, daemon.process.pid),
            "load": round(os.getloadavg()[0], 2),
        }


def unnumbered(by_thread: Mapping[str, float], pid: int) -> dict[str, float]:
    """Tell the event loop from the other threads of the same name, which have numbers of no meaning."""
    found: dict[str, float] = {}
    for name, count in by_thread.items():
        kind, number = name.rsplit(" ", 1)
        told = "event loop" if int(number) == pid else kind
        found[told] = round(found.get(told, 0) + count, 2)
    return found


def memory(engine: str, recordings: Path, utterances: int) -> dict[str, Any]:
    """Tell the memory of the daemon when it is ready, when it listens, and after so many utterances."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        studio = Studio(Path(name), stack)
        studio.program.configure(configuration(engine, stack))
        daemon = studio.start()
        found: dict[str, Any] = {"after_start": meter.memory_mb(daemon.process.pid)}
        studio.program("start")
        time.sleep(SETTLE_S)
        found["listening"] = meter.memory_mb(daemon.process.pid)
        found |= spoken(studio, daemon, recordings, utterances)
        return found


def spoken(studio: Studio, daemon: Daemon, recordings: Path, utterances: int) -> dict[str, Any]:
    """Say so many recordings, and tell the memory then."""
    said = list(islice(back_to_back(recordings, math.inf, PAUSE_S), utterances))
    if not said:
        return {}
    studio.play(np.concatenate(said)).wait()
    studio.finish()
    return {"texts": len(studio.records()), "after_them": meter.memory_mb(daemon.process.pid)}


def missed(found: dict[str, Any]) -> list[str]:
    """Return the bounds that were."""
    faults = []
    for case in CASES:
        run = found["at rest"].get(case.name)
        bound = LISTENING_PERCENT if case.listens else OFF_PERCENT
        if run and run["percent_of_a_core"] > bound:
            faults.append(f"{case.name}: {run['percent_of_a_core']} % of a core, not {bound} %")
        if run and case.desktop and not case.listens and run["wakeups_per_s"] > OFF_WAKEUPS:
            faults.append(f"{case.name}: {run['wakeups_per_s']} wake-ups a second, not {OFF_WAKEUPS}")
    for engine, run in found["memory_mb"].items():
        most = max((at["rss"] for at in run.values() if isinstance(at, dict)), default=0)
        if most > MEMORY_MB[engine]:
            faults.append(f"{engine}: {most} MB resident, not {MEMORY_MB[engine]:.0f}")
    return faults


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print as JSON, and fail where a bound is missed."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="of rest, each time")
    parser.add_argument("--utterances", type=int, default=20, help="before memory is looked at again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {"machine": machine(), "seconds": options.seconds}
    found["at rest"] = {case.name: rest(case, options.seconds) for case in CASES}
    found["memory_mb"] = {engine: memory(engine, options.folder, options.utterances) for engine in MEMORY_MB}
    found["missed"] = missed(found)
    text = json.dumps(found, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(bool(found["missed"]))


if __name__ == "__main__":
    main()
