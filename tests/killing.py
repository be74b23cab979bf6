"""Dictates a recording, kills the daemon in the midst of it, and says what the next one made of that.

Nothing is timed by the clock: a second microphone hears what the daemon hears, and the daemon is killed when
that one has heard so much. What was spoken by then, and what of it was on the disk, is found in its recording.
"""

from __future__ import annotations

import json
import random
import signal
import time
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from recordings import recorded
from second_ear import Ear, place, samples
from spoken import RECORDING, stands, surplus, twice

from dictated.types import SAMPLE_RATE
from dictated.wav import encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from fixtures.daemon import Daemon, Dictated
    from fixtures.screen import Window
    from fixtures.sound import SoundServer
    from spoken import Sentence

PROMISE = 1.0
"""Seconds before the kill: a sentence that ended earlier is not lost."""

SURELY = 0.6
"""The part of the words of an open sentence, counted by its time, that are spoken for sure: some are longer."""

LEAD_IN = 0.4
"""Seconds of the recording played before the sentence it is begun with."""

LEAST, LONGEST = 2.5, 7.0
"""Seconds of the recording a round plays."""

AGAIN, SOON = 0.3, 0.6
"""In this part of the rounds the next daemon is killed too, within so many seconds, while it recovers."""

AIM = (0.5, 1.3)
"""Seconds after a sentence's end in which its sound and its words are put down and delivered."""

DEADLINE = 20.0
"""Seconds the recovery may take; only a failure ever waits this long."""

CONFIGURATION = "[audio]\nlisten_at_start = {listening}\n[feedback]\nlog_level = 'debug'"


@dataclass(frozen=True)
class Plan:
    """One round: where the recording is begun, and after how many seconds of it the daemon is killed.

    `again` is how many seconds the next daemon has for the recovery before it is killed; None for no end.
    """

    seed: int
    offset: float
    moment: float
    again: float | None


@dataclass(frozen=True)
class Found:
    """What came of a round; counts are of sentences, lost sound is in seconds of one that was under way.

    `broken_off` are the beginnings of a sentence that was open, of which the history knows nothing; `doubled` are those that are in the log twice, and lines the history does not know of; `astray` is what
    stands in the window and is not the beginning of what the history holds, or came there after the kill.
    """

    plan: Plan
    expected: int
    lost: list[str]
    broken_off: list[str]
    late: tuple[int, int]
    not_logged: list[str]
    doubled: list[str]
    typed_twice: list[str]
    astray: str
    undone: int
    typed: int
    cut_off: float | None
    history: list[str]
    seconds: float

    @property
    def faults(self) -> dict[str, object]:
        """What is not as promised; empty where all is."""
        wrong = {"lost", "broken_off", "not_logged", "doubled", "typed_twice", "astray", "undone"}
        faults = {name: value for name, value in asdict(self).items() if name in wrong and value}
        return faults | ({"cut_off": self.cut_off} if (self.cut_off or 0.0) > PROMISE else {})


def plan(seed: int, sentences: list[Sentence], *, aimed: bool = False) -> Plan:
    """Any sentence to begin with, any moment to end at; or one in which that sentence is being delivered."""
    chance = random.Random(seed)
    first = chance.choice(sentences[:-1])
    again = chance.uniform(0, SOON) if chance.random() < AGAIN else None
    moment = chance.uniform(LEAST, LONGEST)
    if aimed:
        moment = first.end - first.start + LEAD_IN + chance.uniform(*AIM)
    return Plan(seed, first.start - LEAD_IN, moment, again)


class Round:
    """One daemon killed while somebody speaks, and the next one."""

    def __init__(
        self, plan: Plan, sentences: list[Sentence], program: Dictated, window: Window | None
    ) -> None:
        self._plan = plan
        self._sentences = sentences
        self._program = program
        self._window = window
        self._sinks = '["type", "log"]' if window else '["log"]'

    def run(self, sound: SoundServer) -> Found:
        """Dictate, kill, start anew, wait, and compare."""
        started = time.monotonic()
        self._kill(sound)
        typed, cut_off = self._read_window(), self._cut_off()
        if self._plan.again is not None:
            self._kill_recovery(sound, self._plan.again)
        self._recover()
        return self._compare(typed, cut_off, started)

    def _kill(self, sound: SoundServer) -> None:
        """Let the daemon listen until the recording has been heard up to the planned moment."""
        daemon = self._start("true")
        daemon.says(": listening")
        self._ear = Ear(sound)
        self._ear.hear(0.1)
        player = sound.play(self._clip_file())
        # The player needs a moment to begin: it counts as silence before the recording.
        self._ear.hear(self._plan.moment)
        daemon.process.kill()
        self._ear.close()
        player.kill()
        player.wait()
        daemon.process.wait()

    def _read_window(self) -> str:
        return self._window.rest() if self._window else ""

    def _kill_recovery(self, sound: SoundServer, seconds: float) -> None:
        daemon = self._start("false")
        daemon.says("ready")
        ear = Ear(sound)  # for a clock
        ear.hear(seconds)
        daemon.process.kill()
        ear.close()
        daemon.process.wait()

    def _start(self, listening: str) -> Daemon:
        self._program.configure(CONFIGURATION.format(listening=listening), sinks=self._sinks)
        return self._program.start()

    def _clip_file(self) -> Path:
        path = self._program.home / "clip.wav"
        path.write_bytes(encode(self._clip.astype("<i2").tobytes()))
        return path

    @cached_property
    def _clip(self) -> np.ndarray:
        """What is played."""
        whole = recorded(str(RECORDING)) * 32767
        first = int(self._plan.offset * SAMPLE_RATE)
        return whole[first : first + int((LONGEST + 1) * SAMPLE_RATE)]

    @cached_property
    def _heard(self) -> np.ndarray:
        return samples(self._ear.pcm)

    @cached_property
    def _began(self) -> float:
        """When the ear heard the recording's own beginning, in its seconds; before it was there, maybe."""
        return place(self._heard, self._clip) - self._plan.offset

    @property
    def _killed(self) -> float:
        """How far the recording had been spoken when the daemon was killed."""
        return len(self._heard) / SAMPLE_RATE - self._began

    def _cut_off(self) -> float | None:
        """Seconds of the open sentence that were spoken and not on the disk; None between sentences."""
        open_at = [s.start for s in self._sentences if s.start < self._killed < s.end]
        if not open_at or open_at[0] < self._plan.offset:
            return None
        return self._killed - max(open_at[0], *self._on_disk())

    def _on_disk(self) -> Iterator[float]:
        """Up to which second of the recording each file of the spool goes."""
        yield 0.0
        for file in (self._program.home / "state/dictated/spool").glob("[!.]*"):
            content = file.read_bytes()
            kept = samples(content[44:] if file.suffix == ".wav" else content)
            if len(kept):
                yield place(self._heard, kept) + len(kept) / SAMPLE_RATE - self._began

    def _recover(self) -> None:
        """Start the daemon again, and ask the history until nothing is under way any more."""
        self._daemon = self._start("false")
        self._daemon.says("ready")
        self._program("stop")  # is answered when what was left behind has been found
        deadline = time.monotonic() + DEADLINE
        while self._under_way() and time.monotonic() < deadline:
            pass  # asking takes its time

    def _under_way(self) -> int:
        self._history = [json.loads(line) for line in self._program("history", "--json").stdout.splitlines()]
        return sum(entry["fate"] in {"recorded", "transcribed"} for entry in self._history)

    def _compare(self, typed: str, cut_off: float | None, started: float) -> Found:
        undone = sum(entry["fate"] in {"recorded", "transcribed", "failed"} for entry in self._history)
        self._daemon.ends(signal.SIGTERM)
        texts = [entry["text"] for entry in self._history if entry["text"]]
        log = self._program.written if self._program.notes.exists() else []
        later = self._read_window()
        expected, late = (
            self._ended(0.0, self._killed - PROMISE),
            self._ended(self._killed - PROMISE, self._killed),
        )
        return Found(
            plan=self._plan,
            expected=len(expected),
            lost=[text for text in expected if not stands(text, texts)],
            broken_off=[text for text in self._begun() if not stands(text, texts[-2:])],
            late=(len(late), sum(stands(text, texts) for text in late)),
            not_logged=[text for text in expected if not stands(text, log)],
            doubled=[text for text in expected if twice(text, log)] + surplus(log, texts),
            typed_twice=[text for text in expected if twice(text, [typed, later])],
            astray=later + ("" if "".join(f"{text} " for text in texts).startswith(typed) else typed),
            undone=undone,
            typed=len(typed),
            cut_off=cut_off,
            history=[f"{entry['fate']}: {entry['text']}" for entry in self._history],
            seconds=time.monotonic() - started,
        )

    def _ended(self, since: float, until: float) -> list[str]:
        """The sentences whose end was spoken in this time."""
        played = [s for s in self._sentences if s.start > self._plan.offset]
        return [s.text for s in played if since < s.end <= until]

    def _begun(self) -> list[str]:
        """The words of an open sentence that were surely spoken in good time."""
        for s in self._sentences:
            if self._plan.offset < s.start and s.start < self._killed - PROMISE < self._killed < s.end:
                said = s.text.split()
                part = (self._killed - PROMISE - s.start) / (s.end - s.start)
                return [" ".join(said[: int(len(said) * part * SURELY)])]
        return []
