"""Measures how many people one transcription server carries: how long each waits for a text, by their number.

    python benchmarks/server.py [FOLDER] [--speakers N …] [--seconds S] [--url URL --model NAME] [--json FILE]

FOLDER holds recordings and a `manifest.json` as for `accuracy.py`. They are played one after the other and
cut into utterances by the program's own segmenter; each speaker says them in real time, beginning at
another place, and what is said next does not wait for the text. As in the program, each has
`limits.in_flight` requests under way at most. The wait is from the moment an utterance is cut to its text.
Without --url the server is that of `tests/thirdparty`, on this machine; the key of another is looked for
where the program does. What is printed is the table of docs/one-server.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import mix
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "thirdparty"))

from whisperserver import MODEL, WhisperServer

from dictated import secret
from dictated.build import rules as build_rules
from dictated.build import vad as build_vad
from dictated.config import Config
from dictated.errors import TranscriberError
from dictated.framer import Framer
from dictated.segmenter import Segmenter
from dictated.sttconfig import OpenAIEngine
from dictated.transcribers.openai import OpenAI
from dictated.types import FRAME_SECONDS, SAMPLE_RATE, Utterance
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

BREATH_S = 0.8
"""Seconds of silence behind each recording; those within are the speakers' own."""

HEAD = ("| speakers | utterances | half waited | 19 in 20 | longest | without text |", "|---" * 6 + "|")

SOON_S = 3.0
"""A server carries so many speakers where 19 in 20 texts come within this, and all of them come."""


@dataclass(frozen=True)
class Saying:
    """An utterance, and when, in seconds of the playing, it is cut."""

    at: float
    utterance: Utterance


@dataclass(frozen=True)
class Playing:
    """All recordings, one after the other, as utterances; begins anew at its end."""

    seconds: float
    sayings: Sequence[Saying]

    def of(self, speaker: int, speakers: int, seconds: float) -> list[Saying]:
        """Return what one of several speakers says, from 0 to `seconds`."""
        begin = self.seconds * speaker / speakers
        rounds = range(int((begin + seconds) / self.seconds) + 1)
        said = [Saying(s.at + n * self.seconds - begin, s.utterance) for n in rounds for s in self.sayings]
        return [saying for saying in said if 0 <= saying.at <= seconds]


@dataclass
class Waits:
    """Seconds each text was waited for, in the order they came, and utterances that got none."""

    waits: list[float] = field(default_factory=list)
    failed: int = 0
    spoken_s: float = 0.0

    def figures(self, speakers: int, load: float) -> dict[str, Any]:
        """Return what the table has; `load` is what else the machine did before."""
        waits = sorted(self.waits) or [float("inf")]
        p95 = waits[min(len(waits) - 1, round(0.95 * len(waits)))]
        return {
            "speakers": speakers,
            "utterances": len(self.waits) + self.failed,
            "mean_utterance_s": round(self.spoken_s / max(len(self.waits), 1), 2),
            "p50_s": round(statistics.median(waits), 2),
            "p95_s": round(p95, 2),
            "most_s": round(waits[-1], 2),
            "failed": self.failed,
            "carried": p95 <= SOON_S and not self.failed,
            "load_before": round(load, 1),
        }


def play(folder: Path) -> Playing:
    """Cut the recordings of a folder as the program would."""
    names = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    sound = np.concatenate(
        [part for name in names for part in (mix.load(folder / name), mix.silence(BREATH_S))]
    )
    config = Config()
    vad, segmenter = build_vad(config.vad), Segmenter(build_rules(config.segment))
    sayings: list[Saying] = []
    now = datetime.now(UTC)
    for position, frame in enumerate(Framer().push(mix.pcm(sound)), start=1):
        segment = segmenter.push(frame, speech=vad.is_speech(frame))
        if segment:
            utterance = Utterance(len(sayings) + 1, segment, began=now, ended=now)
            sayings.append(Saying(position * FRAME_SECONDS, utterance))
    return Playing(len(sound) / SAMPLE_RATE, sayings)


class Speaker:
    """One person at a machine of their own: an engine with its own connections."""

    def __init__(self, settings: OpenAIEngine, result: Waits) -> None:
        self._link = Link()
        self._engine = OpenAI(settings, self._link, lambda: secret.find("openai", settings, os.environ))
        self._turns = anyio.CapacityLimiter(Config().limits.in_flight)
        self._result = result

    async def speak(self, sayings: Sequence[Saying]) -> None:
        """Say it all in real time; returns when every text is there."""
        started = anyio.current_time()
        try:
            async with anyio.create_task_group() as tasks:
                for saying in sayings:
                    await anyio.sleep_until(started + saying.at)
                    tasks.start_soon(self._wait, saying.utterance)
        finally:
            await self._link.close()

    async def _wait(self, utterance: Utterance) -> None:
        cut = time.perf_counter()
        try:
            async with self._turns:
                await self._engine.transcribe(utterance)
        except TranscriberError as error:
            print(f"  {error}", file=sys.stderr)
            self._result.failed += 1
        else:
            self._result.waits.append(time.perf_counter() - cut)
            self._result.spoken_s += utterance.seconds


async def together(settings: OpenAIEngine, playing: Playing, speakers: int, seconds: float) -> dict[str, Any]:
    """Let so many people speak for so long."""
    load, result = os.getloadavg()[0], Waits()
    async with anyio.create_task_group() as tasks:
        for number in range(speakers):
            sayings = playing.of(number, speakers, seconds)
            tasks.start_soon(Speaker(settings, result).speak, sayings)
    return result.figures(speakers, load)


async def first(settings: OpenAIEngine, playing: Playing) -> None:
    """Have the model loaded."""
    await Speaker(settings, Waits()).speak([Saying(0.0, playing.sayings[0].utterance)])


def line(row: dict[str, Any]) -> str:
    """Return a row as a line of Markdown."""
    waits = (f"{row[name]:.1f} s" for name in ("p50_s", "p95_s", "most_s"))
    return (
        "| " + " | ".join([str(row["speakers"]), str(row["utterances"]), *waits, str(row["failed"])]) + " |"
    )


def measure(arguments: argparse.Namespace, settings: OpenAIEngine) -> list[dict[str, Any]]:
    """Measure each number of speakers, and print a line of the table for it."""
    playing = play(arguments.folder)
    anyio.run(first, settings, playing)
    print(*HEAD, sep="\n", flush=True)
    rows = []
    for speakers in arguments.speakers:
        rows.append(anyio.run(together, settings, playing, speakers, arguments.seconds))
        print(line(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Measure, print, write."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--speakers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--seconds", type=float, default=110.0, help="of speaking, for each number")
    parser.add_argument("--url", help="base_url of another server")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with nullcontext() if arguments.url else WhisperServer() as own:
        url = arguments.url or own.base_url
        rows = measure(arguments, OpenAIEngine(base_url=url, model=arguments.model))
    if arguments.json:
        figures = {"seconds": arguments.seconds, "cores": os.cpu_count(), "rows": rows}
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
