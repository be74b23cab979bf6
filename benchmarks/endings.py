"""Measures how late the end of speech is found, with and without `vad.ending_db`, and what that costs.

    python benchmarks/endings.py [FOLDER] [--json FILE]

FOLDER is as for accuracy.py. The truth is of the clean recording (truth.py), the offsets are of the last
utterance of each short one, in milliseconds; below zero is early. "settled" leaves the room of the recording
itself out of the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import mix
import numpy as np
import truth

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from recordings import errors, words

from dictated.build import rules as build_rules
from dictated.build import vad as build_vad
from dictated.config import SegmentSettings, VadSettings
from dictated.framer import Framer
from dictated.segmenter import Segmenter
from dictated.sttconfig import LocalEngine
from dictated.transcribers.local import LocalTranscriber
from dictated.types import SAMPLE_RATE, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mix import Sound

    from dictated.types import Segment

PAUSES_MS = (500, 300)
EARS = {
    "webrtc": VadSettings(),
    "webrtc alone": VadSettings(witness=False, noise_margin_db=0),
    "silero": VadSettings(engine="silero"),
}
FLOOR_DB = -60.0
SNRS_DB = (15, 10, 5)
NOISE_S = 30.0
READING_S = 30.0
"""Recordings longer than this are readings."""
PAD_S = 1.5
"""Seconds of noise around a recording: more than every pause."""


class Ear:
    """A VAD, a pause, and what they make of sounds."""

    def __init__(self, settings: VadSettings, pause_ms: int, transcribe: Callable[[Segment], str]) -> None:
        self._settings = settings
        self._rules = build_rules(SegmentSettings(pause_ms=pause_ms))
        self._transcribe = transcribe

    def measure(self, sounds: dict[str, tuple[Sound, Sound]], said: dict[str, str]) -> dict[str, Any]:
        """Return the figures of these recordings: each name's clean sound, and that with noise around it."""
        wrong, spoken, utterances, late, settled = 0, 0, 0, [], []
        for name, (clean, noisy) in sounds.items():
            found = list(self._cut(noisy))
            heard = " ".join(self._transcribe(segment) for segment in found)
            wrong += errors(words(said[name]), words(heard))
            spoken += len(words(said[name]))
            utterances += len(found)
            if found:
                late.append(found[-1].end - PAD_S - truth.end_of_speech(clean))
                settled.append(found[-1].end - PAD_S - truth.end_of_speech(clean, above_floor_db=10))
        return {
            "utterances": utterances,
            "errors": wrong,
            "words": spoken,
            "late_ms": spread(late),
            "late_settled_ms": spread(settled),
        }

    def _cut(self, sound: Sound) -> Iterator[Segment]:
        vad, segmenter = build_vad(self._settings), Segmenter(self._rules)
        for frame in Framer().push(mix.pcm(sound)):
            segment = segmenter.push(frame, speech=vad.is_speech(frame))
            if segment:
                yield segment
        if last := segmenter.flush():
            yield last


def spread(seconds: Sequence[float]) -> dict[str, int]:
    """Return the distribution in milliseconds."""
    if not seconds:
        return {}
    names = {"min": 0, "p50": 50, "p95": 95, "max": 100}
    return {name: round(1000 * float(np.percentile(seconds, share))) for name, share in names.items()}


def cases(folder: Path, noises: Sequence[str], short: dict[str, Sound]) -> dict[str, dict[str, Sound]]:
    """Return the recordings by the noise they lie in: a low floor, and others at 15, 10 and 5 dB."""
    pad = mix.silence(PAD_S)
    quiet = {name: np.concatenate([pad, sound, pad]) for name, sound in short.items()}
    chance = np.random.default_rng(0)
    made = {
        "digital silence": quiet,
        f"{FLOOR_DB:.0f} dB": {
            name: sound + chance.standard_normal(len(sound)) * mix.gain(FLOOR_DB)
            for name, sound in quiet.items()
        },
    }
    beds = {name: mix.load(folder / name) for name in noises} | {"pink": mix.coloured(NOISE_S, 1)}
    for name, bed in beds.items():
        for snr in SNRS_DB:
            made[f"{name}, {snr} dB"] = {
                recording: mix.under(sound, bed, snr, pad=PAD_S, offset=number / 2)
                for number, (recording, sound) in enumerate(short.items())
            }
    return made


def measure(folder: Path, transcribe: Callable[[Segment], str]) -> dict[str, Any]:
    """Return every figure by pause, VAD, noise, and whether the level ends it."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    said: dict[str, str] = manifest["files"]
    sounds = {name: mix.load(folder / name) for name in said}
    short = {name: sound for name, sound in sounds.items() if len(sound) <= READING_S * SAMPLE_RATE}
    made = cases(folder, manifest["noise"], short)
    pad = mix.silence(PAD_S)
    readings = {name: np.concatenate([pad, sounds[name], pad]) for name in sounds if name not in short}
    figures: dict[str, Any] = {}
    for pause in PAUSES_MS:
        for ear, settings in EARS.items():
            for case, noisy in {**made, "reading": readings}.items():
                pairs = {name: (sounds[name], sound) for name, sound in noisy.items()}
                row = {}
                for way, db in (("without", 0.0), ("with", VadSettings().ending_db)):
                    changed = VadSettings(
                        engine=settings.engine,
                        witness=settings.witness,
                        noise_margin_db=settings.noise_margin_db,
                        ending_db=db,
                    )
                    row[way] = Ear(changed, pause, transcribe).measure(pairs, said)
                figures.setdefault(f"pause {pause} ms", {}).setdefault(ear, {})[case] = row
                print(line(pause, ear, case, row), flush=True)
    return figures


def line(pause: int, ear: str, case: str, row: dict[str, Any]) -> str:
    """Return a row of the table: without -> with; the distributions are least, median, 95 %, most."""
    parts = [f"{pause} {ear:13}{case:22}"]
    for what in ("utterances", "errors", "late_ms", "late_settled_ms"):
        ways = [row[way][what] for way in ("without", "with")]
        told = ["/".join(map(str, way.values())) if isinstance(way, dict) else str(way) for way in ways]
        parts.append(f"{what} {' -> '.join(told)}")
    return "  ".join(parts)


def main() -> None:
    """Measure and print."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    local = LocalTranscriber(LocalEngine())
    anyio.run(local.warm)
    known: dict[bytes, str] = {}

    def transcribe(segment: Segment) -> str:
        if segment.pcm not in known:  # most utterances are the same with and without
            now = datetime.now(UTC)
            utterance = Utterance(1, segment, began=now, ended=now)
            known[segment.pcm] = anyio.run(local.transcribe, utterance).text
        return known[segment.pcm]

    figures = measure(arguments.folder, transcribe)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
