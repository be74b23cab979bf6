"""Measures how well utterances are cut: word error rates, ends found in noise, and what noise alone gives.

    python benchmarks/accuracy.py [FOLDER] [--json FILE]

FOLDER holds recordings and a `manifest.json`: {"files": {"name.wav": "the words said", ...},
"noise": ["noise.wav", ...]}. It defaults to $DICTATED_SPEECH, else `shared/speech` beside the checkout.
Each utterance is transcribed with the embedded engine. A recording longer than 30 s is a reading: measured by
itself, without noise.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio
import mix
import numpy as np

from dictated.build import rules as build_rules
from dictated.build import vad as build_vad
from dictated.config import Config, VadSettings
from dictated.evaluation.alignment import distance
from dictated.evaluation.words import words
from dictated.framer import Framer
from dictated.segmenter import Segmenter
from dictated.sttconfig import LocalEngine
from dictated.transcribers.local import LocalTranscriber
from dictated.types import FRAME_SECONDS, SAMPLE_RATE, Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mix import Sound

    from dictated.ports import Vad

COLOURS = {"white": 0, "pink": 1, "brown": 2}
"""Noise like that of fans, made; the exponents are those of `mix.coloured`."""
SNRS_DB = (15, 10, 5)
READING_S = 30.0
"""Recordings longer than this are readings."""
GAP_S = 3.0
"""Noise alone between the recordings of the gap measure."""
EARLY_S = 0.5
"""How much before the end of its recording, which has silence of its own, an utterance may end."""
ALONE_S = 30.0
ALONE_DB = -15.0
"""Noise alone is this far below the mean level of the recordings."""
NOISY_PADS = ((0.0, 0.0), (2.0, 5.0), (2.0, 12.0))
"""(seconds of noise before and after, second of the noise to begin at): each is measured."""


@dataclass
class Words:
    """Errors over words, summed over recordings; `silent` names those that gave no text."""

    errors: int = 0
    words: int = 0
    silent: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """The word error rate."""
        return 100 * self.errors / self.words if self.words else 0.0

    def add(self, name: str, said: str, understood: str) -> None:
        """Count one recording."""
        expected = words(said)
        self.errors += distance(expected, words(understood))
        self.words += len(expected)
        self.silent += [] if understood else [name]


@dataclass(frozen=True)
class Cut:
    """An utterance and when, in seconds of the stream, it was given out."""

    segment: Segment
    at: float


@dataclass
class Gaps:
    """Gaps between recordings in which the utterance ended, how long after the recording, and false ones."""

    found: int = 0
    gaps: int = 0
    late: list[float] = field(default_factory=list)
    ghosts: int = 0

    def __str__(self) -> str:
        late = self.late or [0.0]
        return (
            f"{self.found:2}/{self.gaps}   after {statistics.median(late):.2f} s, at most {max(late):.2f} s;"
            f" false utterances: {self.ghosts}"
        )


@dataclass
class Figures:
    """Everything measured of one VAD engine, by the name of the noise where there is one."""

    short: Words
    reading: Words
    noise: dict[str, Words]
    gaps: dict[str, Gaps]
    alone: dict[str, list[str]]
    frame_us: dict[str, float]


class Bench:
    """One VAD engine, its segmenter at the defaults, and the engine that transcribes."""

    def __init__(self, make_vad: Callable[[], Vad], transcribe: Callable[[Segment], str]) -> None:
        self.make_vad = make_vad
        self.transcribe = transcribe

    def cut(self, sound: Sound) -> list[Cut]:
        """Return the utterances of the sound."""
        vad, segmenter, framer = self.make_vad(), Segmenter(build_rules(Config().segment)), Framer()
        frames = framer.push(mix.pcm(sound))
        last = framer.flush()
        cuts = []
        for position, frame in enumerate([*frames, *([last] if last else [])], start=1):
            segment = segmenter.push(frame, speech=vad.is_speech(frame))
            cuts += [Cut(segment, position * FRAME_SECONDS)] if segment else []
        rest = segmenter.flush()
        return [*cuts, Cut(rest, len(sound) / SAMPLE_RATE)] if rest else cuts

    def text(self, sound: Sound) -> str:
        """Return what is understood of the sound."""
        return " ".join(filter(None, (self.transcribe(cut.segment) for cut in self.cut(sound))))


def word_errors(bench: Bench, recordings: dict[str, Sound], said: dict[str, str]) -> Words:
    """Measure the recordings as they are."""
    total = Words()
    for name, sound in recordings.items():
        total.add(name, said[name], bench.text(sound))
    return total


def noisy_errors(
    bench: Bench, recordings: dict[str, Sound], said: dict[str, str], noise: Sound, snr_db: float
) -> Words:
    """Measure the recordings over noise, in every way of `NOISY_PADS`."""
    total = Words()
    for pad, offset in NOISY_PADS:
        for number, (name, sound) in enumerate(recordings.items()):
            noisy = mix.under(sound, noise, snr_db, pad=pad, offset=offset + number / 2)
            total.add(name, said[name], bench.text(noisy))
    return total


def gaps(bench: Bench, recordings: Sequence[Sound], noise: Sound, snr_db: float) -> Gaps:
    """Measure how the utterances end in gaps of noise alone."""
    level = statistics.fmean(mix.rms(sound) for sound in recordings)
    stream, ends, position = [], [], 0.0
    for sound in recordings:
        stream += [mix.at_level(sound, level), mix.silence(GAP_S)]
        ends.append(position + len(sound) / SAMPLE_RATE)
        position = ends[-1] + GAP_S
    cuts = bench.cut(mix.under(np.concatenate(stream), noise, snr_db, pad=GAP_S, offset=0))
    result = Gaps(gaps=len(ends))
    for end in ends:
        spoken_until = end + GAP_S  # the stream begins with noise alone
        gap_end = spoken_until + GAP_S
        inside = [cut for cut in cuts if spoken_until - EARLY_S <= cut.at < gap_end]
        real = [cut for cut in inside if cut.segment.start < spoken_until - EARLY_S / 2]
        result.found += bool(real)
        result.late += [cut.at - spoken_until for cut in real[:1]]
        result.ghosts += len(
            [cut for cut in cuts if spoken_until < cut.segment.start and cut.segment.end < gap_end]
        )
    return result


def alone(bench: Bench, noise: Sound, level: float) -> list[str]:
    """Return what is understood of noise alone, one text an utterance."""
    length = round(ALONE_S * SAMPLE_RATE)
    return [bench.transcribe(cut.segment) for cut in bench.cut(mix.at_level(np.resize(noise, length), level))]


def cost(bench: Bench, sound: Sound) -> float:
    """Return the mean microseconds the VAD takes a frame."""
    vad, frames = bench.make_vad(), Framer().push(mix.pcm(sound))
    vad.is_speech(frames[0])  # loads what is loaded at the first frame
    started = time.perf_counter()
    for frame in frames:
        vad.is_speech(frame)
    return 1e6 * (time.perf_counter() - started) / len(frames)


def measure(bench: Bench, folder: Path) -> Figures:
    """Return every figure of one engine."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    said: dict[str, str] = manifest["files"]
    sounds = {name: mix.load(folder / name) for name in said}
    short = {name: sound for name, sound in sounds.items() if len(sound) <= READING_S * SAMPLE_RATE}
    readings = {name: sound for name, sound in sounds.items() if name not in short}
    beds = {name: mix.load(folder / name) for name in manifest["noise"]}
    beds |= {name: mix.coloured(ALONE_S, exponent) for name, exponent in COLOURS.items()}
    empty = {"hum": mix.hum(ALONE_S), "silence": mix.silence(ALONE_S)}
    level = statistics.fmean(mix.rms(sound) for sound in short.values()) * mix.gain(ALONE_DB)
    cases = {f"{name}, {snr} dB": (noise, snr) for name, noise in beds.items() for snr in SNRS_DB}
    return Figures(
        short=word_errors(bench, short, said),
        reading=word_errors(bench, readings, said),
        noise={name: noisy_errors(bench, short, said, *case) for name, case in cases.items()},
        gaps={name: gaps(bench, list(short.values()), *case) for name, case in cases.items()},
        alone={name: alone(bench, noise, level) for name, noise in (beds | empty).items()},
        frame_us={
            "of speech": cost(bench, np.concatenate(list(short.values()))),
            "of noise": cost(bench, beds["pink"]),
        },
    )


def lines(figures: Figures) -> list[str]:
    """Return the figures as the lines of a table."""
    rows = [
        ("word errors, short recordings", f"{figures.short.percent:5.1f} %"),
        ("word errors, readings", f"{figures.reading.percent:5.1f} %"),
    ]
    rows += [
        (f"word errors over {name}", f"{w.percent:5.1f} %   without text: {len(w.silent)}")
        for name, w in figures.noise.items()
    ]
    rows += [(f"ends in the gap, {name}", str(found)) for name, found in figures.gaps.items()]
    rows += [
        (f"utterances in {ALONE_S:.0f} s of {name}", f"{len(texts):5}   {' | '.join(texts)}")
        for name, texts in figures.alone.items()
    ]
    rows += [(f"a frame {name} takes the VAD", f"{us:5.0f} µs") for name, us in figures.frame_us.items()]
    return [f"  {what:44}{figure}" for what, figure in rows]


def plain(value: Figures | Words | Gaps) -> dict[str, object]:
    """Return a measurement as what JSON can write."""
    return {**vars(value), **({"percent": value.percent} if isinstance(value, Words) else {})}


def transcribe(engine: LocalTranscriber, segment: Segment) -> str:
    """Return the text of a segment."""
    now = datetime.now(UTC)
    return anyio.run(engine.transcribe, Utterance(1, segment, began=now, ended=now)).text


def main() -> None:
    """Measure both engines."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--engine", choices=["webrtc", "silero"], action="append")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    local = LocalTranscriber(LocalEngine())
    anyio.run(local.warm)
    results = {}
    engines: list[Literal["webrtc", "silero"]] = arguments.engine or ["webrtc", "silero"]
    for engine in engines:
        bench = Bench(partial(build_vad, VadSettings(engine=engine)), partial(transcribe, local))
        results[engine] = measure(bench, arguments.folder)
        print(engine, *lines(results[engine]), sep="\n", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, default=plain, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
