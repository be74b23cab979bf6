"""Measures whether a pause that adapts to the words (`dictated.endpoint`) is worth it, beside fixed ones.

    python benchmarks/pauses.py [FOLDER] [--voices N] [--json FILE]

FOLDER is as for accuracy.py. The sentences of hesitations.py are spoken by espeak-ng, each with a pause of
300 to 900 ms in it; the short recordings of the folder and the readings with their own pauses follow. VAD,
segmenter and engine are the program's, by a clock of their own (replay.py).

A cut is false where the sentence goes on. The delay is from where the sound of the last sentence ends
(truth.py, the room left out) to its text. A policy is named by its least, usual and most pause; beside the
delay stands the fixed pause that cuts falsely as often (`as_fixed_ms`, interpolated): where that is more than
the delay, adapting has gained. A least pause cannot be shorter than the engine takes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hesitations
import mix
import numpy as np
import soundfile
import soxr
import truth
from latency import machine, spread
from moonshine_voice import get_assets_path
from replay import Case, Engine, Policy, Run

from dictated.build import rules as build_rules
from dictated.build import vad as build_vad
from dictated.config import SegmentSettings, VadSettings
from dictated.endpoint import sense
from dictated.framer import Framer
from dictated.types import FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mix import Sound

    from dictated.types import Segment

GAP_S = (0.3, 0.9)
PAD_S = 1.5
"""Seconds of noise around a case: more than every pause."""
FLOOR_DB = -60.0
BREAK_MS = 2000
"""The pause that espeak-ng is told to make; it is then made as long as is wanted."""
READING_S = 30.0
PERFORMANCES = ("two_cities.wav", "endgame_nagg_nell.wav", "beckett.wav")
"""They come with the engine: slow, with long pauses after short clauses, and sentences of one word."""
ROOM_DB = 10.0
FIXED_MS = (300, 400, 500, 600, 700, 800, 900, 1000)
LEAST_MS = (0, 300)
MOST_MS = (0, 800, 1000, 1200)
USUAL_MS = (400, 500, 600, 700)
ENDING_MS = 300
"""Shorter pauses end no utterance under any policy, and are no evidence."""
FALL_FRAMES = 10
"""Frames (200 ms) before a pause over which the level's fall is taken."""


def spoken(sentence: str, voice: str, gap_s: float) -> tuple[Sound, tuple[float, float]]:
    """Have espeak-ng say it; return the sound, and where the pause in it begins and ends."""
    before, _, after = sentence.partition(" | ")
    text = f'{before} <break time="{BREAK_MS}ms"/> {after}'
    command = ["espeak-ng", "-v", voice, "-s", str(hesitations.SPEED), "-m", "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(wave))
    sound = soxr.resample(samples, rate, SAMPLE_RATE)
    begins, ends = _longest_quiet(sound)
    made = np.concatenate([sound[:begins], mix.silence(gap_s), sound[ends:]])
    return made, (begins / SAMPLE_RATE, begins / SAMPLE_RATE + gap_s)


def _longest_quiet(sound: Sound) -> tuple[int, int]:
    """Return the samples at which the longest quiet between speech begins and ends."""
    loud = np.flatnonzero(truth.loud(sound))
    longest = int(np.diff(loud).argmax())
    return (int(loud[longest]) + 1) * truth.WINDOW, int(loud[longest + 1]) * truth.WINDOW


def case(name: str, kind: str, sound: Sound, gap: tuple[float, float] | None = None) -> Case:
    """Lay it in a low noise and have the VAD hear it."""
    pad = mix.silence(PAD_S)
    noisy = np.concatenate([pad, sound, pad])
    noisy += np.random.default_rng(0).standard_normal(len(noisy)) * mix.gain(FLOOR_DB)
    frames, vad = Framer().push(mix.pcm(noisy)), build_vad(VadSettings())
    moved = None if gap is None else (gap[0] + PAD_S, gap[1] + PAD_S)
    end = PAD_S + truth.end_of_speech(sound, above_floor_db=ROOM_DB if gap is None else None)
    return Case(name, kind, frames, [vad.is_speech(frame) for frame in frames], end, moved)


def synthetic(voices: int) -> Iterator[Case]:
    """Say every sentence with so many voices."""
    chance = np.random.default_rng(0)
    for kind, sentences in hesitations.SENTENCES.items():
        for number, sentence in enumerate(sentences):
            for turn in range(voices):
                voice = hesitations.VOICES[(number + turn) % len(hesitations.VOICES)]
                sound, gap = spoken(sentence, voice, chance.uniform(*GAP_S))
                yield case(f"{voice}: {sentence}", kind, sound, gap)


def recorded(folder: Path) -> Iterator[Case]:
    """Play the recordings; a short one is one sentence, and every cut in it is false."""
    for name in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]:
        sound = mix.load(folder / name)
        yield case(name, "reading" if len(sound) > READING_S * SAMPLE_RATE else "recorded", sound)
    for name in PERFORMANCES:
        yield case(name, "performance", mix.load(Path(get_assets_path()) / name))


def policies() -> Iterator[Policy]:
    """Return the fixed pauses, and then every pause with bounds around it."""
    yield from map(Policy, FIXED_MS)
    for usual, least, most in product(USUAL_MS, LEAST_MS, MOST_MS):
        if (least or most) and least < usual:
            yield Policy(usual, least, most)


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the false cuts in per cent by what stands before the pause, and the delay."""
    row: dict[str, Any] = {}
    inside = [run for run in runs if run.case.gap and not run.case.ends]
    for kind in hesitations.SENTENCES:
        those = [run.cut for run in runs if run.case.kind == kind]
        row["cut_between_sentences" if kind == "ends" else f"false_cuts_{kind}"] = percent(those)
    row["false_cuts"] = percent(run.cut for run in inside)
    row["delay_ms"] = delays([run for run in runs if run.case.gap])
    row["recorded_false_cuts"] = sum(len(run.said) - 1 for run in runs if run.case.kind == "recorded")
    row["recorded_delay_ms"] = delays([run for run in runs if run.case.gap is None])
    for kind in ("reading", "performance"):
        row[f"{kind}_utterances"] = sum(len(run.said) for run in runs if run.case.kind == kind)
    return row


def delays(runs: Sequence[Run]) -> dict[str, int]:
    """Return their distribution in milliseconds, and the mean."""
    values = [run.delay for run in runs]
    return {**spread(values), "mean": round(1000 * float(np.mean(values)))}


def as_fixed(found: dict[str, Any], false_cuts: float) -> int:
    """Return the fixed pause that cuts falsely as often, in milliseconds."""
    rates = [found[f"pause {Policy(usual)} ms"]["false_cuts"] for usual in FIXED_MS]
    return round(float(np.interp(-false_cuts, [-rate for rate in rates], FIXED_MS)))


def percent(cases: Iterable[bool]) -> float:
    """Return how many are so."""
    found = list(cases)
    return round(100 * sum(found) / len(found), 1) if found else 0.0


def evidence(runs: Sequence[Run]) -> dict[str, Any]:
    """Return what words and level tell at pauses where the sentence goes on, and where it ends."""
    goes_on, ends = [], []
    torn: dict[str, list[bool]] = {}
    for run in runs:
        last = run.said[-1][0].offset
        for segment, text in run.supposed:
            if _pause(run.case, segment) < ENDING_MS / 1000:
                continue
            final = segment.offset == last or (run.case.ends and _in_gap(run.case, segment))
            (ends if final else goes_on).append((segment, text))
            if final:
                torn.setdefault(run.case.kind, []).append(sense(text, "en") == "torn")
    found: dict[str, Any] = {}
    for name, those in (("goes_on", goes_on), ("ends", ends)):
        texts = [text for _, text in those]
        found[name] = {
            "pauses": len(those),
            "full_stop": percent(text.endswith(".") for text in texts),
            "question_or_exclamation": percent(text.endswith(("?", "!")) for text in texts),
            "comma": percent(text.endswith(",") for text in texts),
            "no_mark": percent(text[-1:].isalnum() for text in texts),
            **{f"sense_{told}": percent(sense(text, "en") == told for text in texts) for told in SENSES},
        }
    falls = [[_fall(segment) for segment, _ in those] for those in (ends, goes_on)]
    found["ends_that_seem_torn"] = {kind: percent(those) for kind, those in torn.items()}
    found["level_falls_more_at_an_end"] = _order(*falls)
    return found


SENSES = ("whole", "torn", "either")


def _pause(case: Case, segment: Segment) -> float:
    """Return the seconds until speech that counts goes on."""
    rules = build_rules(SegmentSettings())
    for position in range(segment.offset, len(case.speech)):
        lately = case.speech[position + 1 - rules.onset_window : position + 1]
        if case.speech[position] and sum(lately) >= rules.onset:
            return (position - segment.offset) * FRAME_SECONDS
    return PAD_S


def _in_gap(case: Case, segment: Segment) -> bool:
    return case.gap is not None and abs(segment.end - case.gap[0]) < FRAME_SECONDS * 5


def _fall(segment: Segment) -> float:
    """Return how many dB the last 200 ms of speech fall, by a straight line through the frames' levels."""
    samples = np.frombuffer(segment.pcm, dtype="<i2").astype(np.float64)
    levels = 10 * np.log10(np.square(samples).reshape(-1, FRAME_SAMPLES).mean(axis=1) + 1)
    last = levels[: segment.offset - segment.first][-FALL_FRAMES:]
    return -float(np.polyfit(np.arange(len(last)), last, 1)[0]) * FALL_FRAMES


def _order(more: Sequence[float], less: Sequence[float]) -> float:
    """Return how often one of the first is more than one of the second (area under the ROC; 0.5: chance)."""
    if not (more and less):
        return 0.0
    return round(float(np.mean(np.array(more)[:, None] > np.array(less)[None, :])), 3)


def measure(folder: Path, voices: int) -> dict[str, Any]:
    """Return every figure."""
    cases = [*synthetic(voices), *recorded(folder)]
    engine = Engine()
    found: dict[str, Any] = {"machine": machine(), "cases": len(cases), "voices_a_sentence": voices}
    widest = [Run(case, Policy(1000), engine).go() for case in cases]
    made = [run for run in widest if run.case.gap]
    found["evidence"] = {
        "synthetic": evidence(made),
        "recorded": evidence([run for run in widest if run.case.kind == "recorded"]),
        "reading": evidence([run for run in widest if run.case.kind == "reading"]),
    }
    print(json.dumps(found["evidence"], indent=1))
    for policy in policies():
        found[f"pause {policy} ms"] = row = figures([Run(case, policy, engine).go() for case in cases])
        if policy.least or policy.most:
            row["as_fixed_ms"] = as_fixed(found, row["false_cuts"])
        print(line(str(policy), row), flush=True)
    return found


def line(name: str, row: dict[str, Any]) -> str:
    """Return a row of the table."""
    kinds = " ".join(f"{row[f'false_cuts_{kind}']:5}" for kind in islice(hesitations.SENTENCES, 4))
    delay, own = row["delay_ms"], row["recorded_delay_ms"]
    return (
        f"{name:14} false {row['false_cuts']:5} % ({kinds}), between {row['cut_between_sentences']:5} %,"
        f" delay {delay['p50']:4} {delay['p95']:4} mean {delay['mean']:4},"
        f" as fixed {row.get('as_fixed_ms', '-'):4},"
        f" recorded: {row['recorded_false_cuts']} cuts, {own['p50']:4} {own['p95']:4},"
        f" reading {row['reading_utterances']} + {row['performance_utterances']}"
    )


def main() -> None:
    """Measure and print."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--voices", type=int, default=3, help="that say each sentence")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    found = measure(arguments.folder, arguments.voices)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
