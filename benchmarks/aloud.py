"""Has the real daemon hear a track through a virtual microphone, and type what it heard into a real window.

When the track began is heard by a second program at the same microphone (`parec`), which gave digital silence
before. That one is late by a few milliseconds itself: a fragment of 10 ms, as it asks for; so much sooner we
seem to be. The window is an xterm; a character has arrived when the program in it has written it to a pipe.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import meter
import numpy as np
from heard import Run, line
from studio import QUIET, Studio

from dictated.types import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen
    from fixtures.sound import SoundServer
    from mix import Sound

PAREC = ["parec", "--raw", "--format=s16le", "--channels=1", "--latency-msec=10", "--device=vmic"]

BLOCK = 64
"""Samples (4 ms) that are looked at together."""


class Ear:
    """Hears when digital silence ends, by the clock."""

    def __init__(self, sound: SoundServer) -> None:
        self.began = 0.0
        self._program = subprocess.Popen(
            [*PAREC, f"--rate={SAMPLE_RATE}"],
            env={**os.environ, **sound.env},
            stdout=subprocess.PIPE,
        )
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._program.terminate()
        self._thread.join()
        self._program.communicate()

    def _listen(self) -> None:
        while block := self._program.stdout.read(BLOCK * SAMPLE_BYTES):
            sounding = np.flatnonzero(np.frombuffer(block, dtype="<i2"))
            if len(sounding) and not self.began:
                self.began = time.time() - (BLOCK - sounding[0]) / SAMPLE_RATE


class Reader:
    """Reads a window, and notes when each character arrived, by the clock."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._window = screen.window("xterm")
        self._arrived: list[tuple[float, str]] = []
        self._over = False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def finish(self, texts: list[str]) -> list[float]:
        """Return when the last character of each text arrived.

        Raises:
            SystemExit: something else arrived.
        """
        self._over = True
        self._screen.xdotool("key", "Return")  # for the reader to see that it is over
        self._thread.join()
        typed = "".join(character for _, character in self._arrived).rstrip()
        if typed != " ".join(texts):
            raise SystemExit(f"the window does not have the words of the log, but: {typed!r}")
        ends = np.cumsum([len(text) + 1 for text in texts]) - 2  # a space stands behind each
        return [self._arrived[end][0] for end in ends]

    def _read(self) -> None:
        while not (self._over and self._arrived and self._arrived[-1][1] in "\r\n"):
            character = self._window.read(1)
            if character:
                self._arrived.append((time.time(), character))


def aloud(sound: Sound, pause_ms: int, home: Path) -> Run:
    """Have the daemon hear the track; its texts are told as they stood in the log and in the window."""
    with ExitStack() as stack:
        studio = Studio(home, stack)
        # Both have the text in this order, one after the other: what the log takes counts for the window too.
        studio.program.configure(f"[segment]\npause_ms = {pause_ms}\n{QUIET}", sinks='["log", "type"]')
        daemon = studio.start()
        reader = Reader(studio.screen)
        ear = stack.enter_context(Ear(studio.sound))
        studio.program("start")
        before = meter.read(daemon.process.pid)
        studio.play(sound).wait()
        studio.finish()
        spent = meter.read(daemon.process.pid).since(before)
        records = studio.records()
        shown = reader.finish([str(record["text"]) for record in records])
        lines = [line(record, ear.began, at) for record, at in zip(records, shown, strict=True)]
        woke = round(sum(spent.wakeups_per_s.values()) * spent.seconds)
        return Run(lines, spent.cpu_s, meter.memory_mb(daemon.process.pid)["rss"], woke)
