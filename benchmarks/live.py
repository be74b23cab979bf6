"""Measures when words appear while they are still being said, what is corrected, and what that costs.

    python benchmarks/live.py [FOLDER] [--json FILE]

FOLDER is as for accuracy.py. sonnet1.mp3 (54 s) and a track of its short recordings (track.py) are played in
real time through a session with the daemon's own parts, each with live text and without; the sink keeps what
it is told, and when. What a real window adds is not in it (desktop.py).

Where a word ends is in sonnet1_words.json: the words that are read there, aligned by force with the sound by
PocketSphinx 5.1.1 and its own English model (10 ms steps; pronunciations of the eight words it lacks were
added: beauty's, buriest, churl, feed'st, glutton, mak'st, niggarding, riper). It knows nothing of our engine,
whose own sense of when a word can be told would flatter us. A word's delay is from its end until it stood in
the text for good; only words that were understood as they are read count.

A correction is one time that something is taken back; the graphemes and words taken back are told too, those
behind the first difference included. `final` is from the end of speech, as the daemon found it, to the whole
text, pause included: what guessing delays is the difference between both runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import mix
import numpy as np
import soundfile
import track as tracks
from latency import machine, spread

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from recordings import words

from dictated import build
from dictated.config import Config
from dictated.delivery import Delivery
from dictated.paths import Paths
from dictated.session import Session
from dictated.types import FRAME_SECONDS, SAMPLE_RATE, Command
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from mix import Sound

    from dictated.ports import Recorder
    from dictated.types import Frame, Transcript, Utterance

RECORDING = "sonnet1.mp3"
EDGE_S = 1.0
"""Noise before and behind it."""
FLOOR_DB = -60.0


@dataclass
class Screen:
    """A window that keeps what stood there, and since when: one list for each utterance."""

    live: bool
    name: str = "type"
    stood: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    said: list[tuple[float, Utterance]] = field(default_factory=list)  # and when their words were whole
    corrections: int = 0

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Keep it."""
        self.stood.setdefault(utterance.number, []).append((time.monotonic(), text))

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether anything did."""
        return utterance.number in self.stood

    async def vanish(self) -> None:
        """Keep what was there: it was of no utterance."""

    async def deliver(self, transcript: Transcript) -> None:
        """Keep the whole."""
        await self.appear(transcript.utterance, transcript.text)
        self.said.append((time.monotonic(), transcript.utterance))

    async def close(self) -> None:
        """Nothing is held."""


class Clocked:
    """A recorder that notes when its sound began: no frame came sooner than it was over."""

    overflows = 0

    def __init__(self, inner: Recorder) -> None:
        self._inner = inner
        self.began = float("inf")

    async def warm(self) -> None:
        """Nothing to load."""

    async def open(self) -> AsyncIterator[Frame]:
        """Play."""
        return self._frames(await self._inner.open())

    async def close(self) -> None:
        """Stop."""
        await self._inner.close()

    async def _frames(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        passed = 0
        async for frame in frames:
            passed += 1
            self.began = min(self.began, time.monotonic() - passed * FRAME_SECONDS)
            yield frame


@dataclass(frozen=True)
class Run:
    """What a screen showed, when the sound began, and the seconds of CPU."""

    screen: Screen
    began: float
    cpu_s: float


async def play(sound: Sound, *, live: bool) -> Run:
    """Have a session hear it in real time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        soundfile.write(folder / "played.wav", sound, SAMPLE_RATE, subtype="PCM_16")
        paths = Paths(folder / "config.toml", folder, folder)
        around = build.Surroundings(paths, {}, OwnKeys(), input_file=folder / "played.wav")
        made = build.parts(Config(), around)
        screen, recorder = Screen(live), Clocked(made.recorder)
        delivery = Delivery([screen], screen)
        if bool(delivery.live) is not live:
            sys.exit("this screen no longer keeps the promises of ports.Live: nothing would appear")
        await made.transcriber.warm()
        session = Session()
        session.submit(Command.START)
        before = time.process_time()
        await session.run(replace(made, recorder=recorder, delivery=delivery))
        cpu_s = time.process_time() - before
        await made.transcriber.close()
        return Run(screen, recorder.began, cpu_s)


def cost(run: Run) -> dict[str, Any]:
    """Return what was corrected, when the whole text was there, and the share of a core."""
    times = graphemes = retyped = spoken = 0
    for stood in run.screen.stood.values():
        spoken += len(words(stood[-1][1]))
        for (_, old), (_, new) in pairwise(stood):
            same = shared(old, new)
            times += same < len(old)
            graphemes += len(old) - same
            kept = shared(words(old), words(new))
            retyped += len(words(old)) - kept
    final = [at - run.began - utterance.segment.end for at, utterance in run.screen.said]
    return {
        "utterances": len(final),
        "final_ms": spread(final),
        "words": spoken,
        "corrections_per_100_words": round(100 * times / spoken, 1),
        "graphemes_taken_back_per_100_words": round(100 * graphemes / spoken, 1),
        "words_taken_back_per_100_words": round(100 * retyped / spoken, 1),
        "cpu_s": round(run.cpu_s, 2),
    }


def shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how long the beginning is that both have."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def delays(run: Run, read: list[tuple[str, float]]) -> tuple[list[float], list[float]]:
    """Return the seconds from the end of each word that was understood until it stood there for good.

    And those from the end of each utterance's first word until anything of it stood there.
    """
    heard: list[str] = []
    since: list[float] = []
    appeared: dict[int, float] = {}  # the first words, by their place in all that was heard
    for stood in run.screen.stood.values():
        appeared[len(heard)] = stood[0][0] - run.began
        whole = words(stood[-1][1])
        settled = [stood[-1][0] - run.began] * len(whole)
        standing = set(range(len(whole)))
        for at, text in reversed(stood):
            blocks = SequenceMatcher(None, whole, words(text), autojunk=False).get_matching_blocks()
            standing &= {place for block in blocks for place in range(block.a, block.a + block.size)}
            for place in standing:
                settled[place] = at - run.began
        heard += whole
        since += settled
    told = [words(word)[0] for word, _ in read]
    blocks = SequenceMatcher(None, told, heard, autojunk=False).get_matching_blocks()
    pairs = [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]
    settled = [since[ours] - EDGE_S - read[theirs][1] for theirs, ours in pairs]
    begun = [appeared[ours] - EDGE_S - read[theirs][1] for theirs, ours in pairs if ours in appeared]
    return settled, begun


def padded(sound: Sound) -> Sound:
    """Add the edges, and a floor of noise."""
    whole = np.concatenate([mix.silence(EDGE_S), sound, mix.silence(EDGE_S)])
    return whole + np.random.default_rng(0).standard_normal(len(whole)) * mix.gain(FLOOR_DB)


async def measure(folder: Path) -> dict[str, Any]:
    """Return every figure."""
    read = json.loads(Path(__file__).with_name("sonnet1_words.json").read_text(encoding="utf-8"))
    sounds = {
        RECORDING: padded(mix.load(folder / RECORDING)),
        "short recordings": tracks.build(folder, 1, 0).sound,
    }
    found: dict[str, Any] = {"machine": machine()}
    for name, sound in sounds.items():
        found[name] = {"seconds": round(len(sound) / SAMPLE_RATE, 1)}
        for way in ("live", "not live"):
            run = await play(sound, live=way == "live")
            found[name][way] = cost(run)
            if name == RECORDING:
                settled, begun = delays(run, read)
                found[name][way] |= {
                    "words_counted": len(settled),
                    "word_end_to_text_ms": spread(settled),
                    "first_word_end_to_any_ms": spread(begun),
                }
    return found


def main() -> None:
    """Measure and print as JSON."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "speech"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(os.environ.get("DICTATED_SPEECH", beside))
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    text = json.dumps(anyio.run(measure, options.folder), indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
