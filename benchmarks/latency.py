"""Measures the time from the end of speech to its text in the log, beside Moonshine's own streaming.

    python benchmarks/latency.py [FOLDER] [--repeats 5] [--pause MS …] [--aloud MS …] [--json FILE]
        [--plot FILE]

FOLDER is as for accuracy.py. Its short recordings make one track, with pauses of 1 to 2 s at -60 dB between;
the real daemon hears it in real time (`dictated run --input`), once for each pause, and then Moonshine's own
streaming transcriber on the same weights (streaming.py), one after the other: five repeats take 16 minutes.
With `--aloud` it also hears the track through a virtual microphone and types into a real window (aloud.py);
what is drawn then is the time to the last character there.
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
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import track as tracks
import truth
from aloud import aloud
from heard import Line, Run, ours, spend
from recordings import errors, words

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mix import Sound
    from track import Track

EACH = "each_end_to_text_ms"
SPOKEN_S = 0.06
"""More speech than this in the pause that ended an utterance, and it was cut falsely."""


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
    shown = {n: line.shown for n, line in last.items() if line.shown is not None}
    if shown:
        found["end_to_last_character_ms"] = [at - track.places[n].end for n, at in shown.items()]
        found["text_in_log_to_last_character_ms"] = [at - last[n].at for n, at in shown.items()]
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
        EACH: by_name(track, {n: (line.shown or line.at) - track.places[n].end for n, line in last.items()}),
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


def measure(
    folder: Path, repeats: int, seed: int, pauses_ms: Sequence[int], aloud_ms: Sequence[int]
) -> dict[str, Any]:
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
        for pause_ms in aloud_ms:
            run = aloud(track.sound, pause_ms, Path(name, f"aloud-{pause_ms}"))
            found[f"pause {pause_ms} ms, microphone to window"] = figures(track, run, pause_ms / 1000)
        found["moonshine streaming"] = reference = figures(track, theirs(file))
    for own in [row for name, row in found.items() if name.startswith("pause ")]:
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
    parser.add_argument(
        "--aloud", type=int, nargs="+", default=[], metavar="MS", help="pauses through microphone and window"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the distributions there (PNG)")
    options = parser.parse_args()
    found = measure(options.folder, options.repeats, options.seed, options.pause, options.aloud)
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
