"""Measures the time from the end of speech to its text in the log, beside Moonshine's own streaming.

    python benchmarks/latency.py [FOLDER] [--repeats 5] [--pause MS …] [--json FILE] [--plot FILE]

FOLDER is as for accuracy.py. Its short recordings make one track, with pauses of 1 to 2 s at -60 dB between;
the real daemon hears it in real time (`dictated run --input`), once for each pause, and then Moonshine's own
streaming transcriber on the same weights (streaming.py), one after the other: five repeats take 16 minutes.
Times of a recording are those of its last utterance, counted from where its sound ends (truth.py). Half
have a room within 38 dB of the voice, whose sound ends with the file: a text may be there before that.
`settled` counts from where speech leaves that room's noise.

When the track began is not in the log. `dictated transcribe` cuts the same file at the same places and tells
where they are in it; the utterances that both tell of give the moment. What is not observed is derived: an
utterance is emitted `pause` after the end of speech that the daemon found. The log's `time` is taken before
the line is written and synced. `engine` is how long the engine took; it may begin before the pause ends.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import track as tracks
import truth

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fixtures.daemon import Dictated
from recordings import errors, words

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mix import Sound
    from track import Track

EACH = "each_end_to_text_ms"
ALIKE_S = 0.001
"""How much the length of an utterance in the log may differ from that of the same one in the file."""
LAG_S = 0.25
"""An utterance dated so much sooner than most is not the same one."""
SPOKEN_S = 0.06
"""More speech than this in the pause that ended an utterance, and it was cut falsely."""


@dataclass(frozen=True)
class Line:
    """A text, where in the track it was found to begin and to end, and when it was there.

    `engine` is how many seconds the engine took, where that is known.
    """

    start: float
    end: float
    text: str
    at: float
    engine: float = 0.0


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
    lines = [
        Line(
            stamp(record["start"]) - began,
            stamp(record["end"]) - began,
            record["text"],
            stamp(record["time"]) - began,
            record["seconds"],
        )
        for record in said
    ]
    return Run(lines, took.cpu_s, took.memory_mb, took.wakeups)


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


def theirs(file: Path) -> Run:
    """Have Moonshine's own streaming transcriber hear the track."""
    printed, took = spend([sys.executable, Path(__file__).with_name("streaming.py"), file])
    records = [json.loads(line) for line in printed.splitlines()]
    lines = [Line(record["start"], record["end"], record["text"], record["at"]) for record in records]
    return Run(lines, took.cpu_s, took.memory_mb, took.wakeups)


def figures(track: Track, run: Run, pause_s: float | None = None) -> dict[str, Any]:
    """Return the distributions of a run, what it took, and what was understood."""
    by_place: dict[int, list[Line]] = {number: [] for number in range(len(track.places))}
    for line in run.lines:
        by_place[track.place((line.start + line.end) / 2)].append(line)
    last = {number: lines[-1] for number, lines in by_place.items() if lines}
    found = {
        "end_to_text_ms": [line.at - track.places[n].end for n, line in last.items()],
        "settled_end_to_text_ms": [line.at - track.places[n].settled for n, line in last.items()],
    }
    if pause_s is not None:
        found |= {
            "settled_end_to_found_ms": [line.end - track.places[n].settled for n, line in last.items()],
            "end_to_found_ms": [line.end - track.places[n].end for n, line in last.items()],
            "end_to_emitted_ms": [line.end + pause_s - track.places[n].end for n, line in last.items()],
            "emitted_to_text_in_log_ms": [line.at - line.end - pause_s for line in last.values()],
            "engine_ms": [line.engine for line in last.values()],
        }
    return {
        **{name: spread(values) for name, values in found.items()},
        "recordings": len(track.places),
        "without_text": len(track.places) - len(last),
        "utterances": len(run.lines),
        **({} if pause_s is None else {"false_cuts": false_cuts(track, by_place, pause_s)}),
        "word_error_rate": word_error_rate(track, by_place),
        "cpu_s": round(run.cpu_s, 2),
        "of_a_core": round(run.cpu_s / track.seconds, 4),
        "memory_mb": round(run.memory_mb, 1),
        "wakeups_per_s": round(run.wakeups / track.seconds, 1),
        EACH: by_name(track, {n: line.at - track.places[n].end for n, line in last.items()}),
    }


def by_name(track: Track, seconds: dict[int, float]) -> dict[str, list[int]]:
    """Return the milliseconds of each recording, in the order of playing."""
    found: dict[str, list[int]] = {}
    for number, value in seconds.items():
        found.setdefault(track.places[number].name, []).append(round(1000 * value))
    return dict(sorted(found.items()))


def word_error_rate(track: Track, by_place: dict[int, list[Line]]) -> float:
    """Return the words changed, left out or put in, in percent of those said."""
    spoken = wrong = 0
    for number, lines in by_place.items():
        said = words(track.places[number].said)
        spoken += len(said)
        wrong += errors(said, words(" ".join(line.text for line in lines)))
    return round(100 * wrong / spoken, 2)


def false_cuts(track: Track, by_place: dict[int, list[Line]], pause_s: float) -> int:
    """Count the utterances that ended inside a recording although speech went on within the pause.

    The recording's room is no speech here: otherwise every breath in a noisy room would count.
    """
    falsely = 0
    for number, lines in by_place.items():
        place = track.places[number]
        sound: Sound = track.sound[round(place.start * SAMPLE_RATE) : round(place.end * SAMPLE_RATE)]
        loud = truth.loud(sound, above_floor_db=tracks.ROOM_DB)
        for line in lines[:-1]:
            first = round((line.end - place.start) * SAMPLE_RATE / truth.WINDOW)
            inside = loud[max(0, first) : first + round(pause_s * SAMPLE_RATE / truth.WINDOW)]
            falsely += bool(inside.sum() * truth.WINDOW / SAMPLE_RATE > SPOKEN_S)
    return falsely


def spread(seconds: Sequence[float]) -> dict[str, int]:
    """Return a distribution in milliseconds."""
    if not seconds:
        return {}
    names = {"min": 0, "p50": 50, "p95": 95, "max": 100}
    return {name: round(1000 * float(np.percentile(seconds, share))) for name, share in names.items()}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "cpu": model[1] if model else platform.processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def measure(folder: Path, repeats: int, seed: int, pauses_ms: Sequence[int]) -> dict[str, Any]:
    """Return every figure."""
    track = tracks.build(folder, repeats, seed)
    found: dict[str, Any] = {"machine": machine(), "repeats": repeats, "seed": seed}
    found["track_s"] = round(track.seconds, 1)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "track.wav")
        soundfile.write(file, track.sound, SAMPLE_RATE, subtype="PCM_16")
        for pause_ms in pauses_ms:
            run = ours(file, pause_ms, Path(name, str(pause_ms)))
            found[f"pause {pause_ms} ms"] = figures(track, run, pause_ms / 1000)
        found["moonshine streaming"] = reference = figures(track, theirs(file))
    for pause_ms in pauses_ms:
        own = found[f"pause {pause_ms} ms"]
        own["of_moonshine_streaming"] = {
            "cpu": round(own["cpu_s"] / reference["cpu_s"], 3),
            "end_to_text_p50": round(own["end_to_text_ms"]["p50"] / reference["end_to_text_ms"]["p50"], 3),
            "end_to_text_p95": round(own["end_to_text_ms"]["p95"] / reference["end_to_text_ms"]["p95"], 3),
        }
    return found


def main() -> None:
    """Measure and print as JSON."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--repeats", type=int, default=5, help="of each recording")
    parser.add_argument("--pause", type=int, nargs="+", default=[500, 300], metavar="MS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the distributions there (PNG)")
    options = parser.parse_args()
    found = measure(options.folder, options.repeats, options.seed, options.pause)
    text = json.dumps(found, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.plot:
        import distribution  # noqa: PLC0415 (matplotlib, which only a plot needs)

        rows = {name: row for name, row in found.items() if isinstance(row, dict)}
        runs = {name: list(chain(*row[EACH].values())) for name, row in rows.items() if EACH in row}
        distribution.draw(runs, f"{found['machine']['cpu']}, {found['machine']['cores']} cores", options.plot)


if __name__ == "__main__":
    main()
