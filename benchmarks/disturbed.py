"""One fault's daemon with a state of its own, what is dictated to it, and what came of that."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from fixtures.daemon import Dictated
from recordings import words

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from fixtures.daemon import Daemon

CUT_S = 10.5
"""Seconds of the recording after which a signal comes: in the midst of its third sentence."""

DEADLINE = 60.0
"""Seconds that what was left may take to be brought to its end; only a failure ever waits this long."""

UNDONE = {"recorded", "transcribed", "failed"}
"""Fates of what is not at its end yet."""


@dataclass
class Found:
    """What came of a fault: the line that is seen; words missing or otherwise, words too many; sound lost."""

    fault: str
    seen: str = ""
    words_said: int = 0
    words_lost: int = 0
    words_too_many: int = 0
    sound_lost_s: float = 0.0
    note: str = ""


class Desk:
    """One fault's daemon, its surroundings, and the words it should write."""

    def __init__(self, folder: Path, clip: Path, said: list[str], stack: ExitStack) -> None:
        folder.mkdir()
        self.folder, self.clip, self.said, self.stack = folder, clip, said, stack
        self.program = Dictated(folder)
        stack.callback(self.program.close)
        self.cut_at: datetime | None = None

    def configure(self, toml: str = "", sinks: str = '["log"]') -> None:
        """Write the configuration."""
        self.program.configure(f"[feedback]\nlog_level = 'debug'\n{toml}", sinks=sinks)

    def dictate(self, environ: dict[str, str] | None = None) -> Daemon:
        """Start to dictate the clip."""
        daemon = self.program.start("--input", self.clip, environ=environ)
        daemon.says(": listening")
        return daemon

    def cut(self, daemon: Daemon, *numbers: int) -> None:
        """Send signals in the midst of the third sentence; all at once where there are several."""
        time.sleep(CUT_S)
        self.cut_at = datetime.now(UTC)
        if len(numbers) > 1:
            daemon.process.send_signal(signal.SIGSTOP)
        for number in numbers:
            daemon.process.send_signal(number)
        daemon.ends(signal.SIGCONT)

    def next_start(self) -> Daemon:
        """Let the next daemon bring everything to its end."""
        daemon = self.program.start()
        daemon.says("ready")
        self.program("stop")  # is answered when what was left is found
        self.await_end()
        daemon.ends(signal.SIGTERM)
        return daemon

    def await_end(self) -> None:
        """Return when nothing is under way any more, nor has failed."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:  # asking takes its time
            lines = self.program("history", "--json").stdout.splitlines()
            if not {json.loads(line)["fate"] for line in lines} & UNDONE:
                return

    def found(self, fault: str, daemon: Daemon, told: str, said: list[str] | None = None) -> Found:
        """Compare what was written with what was said, and pick the line that a user sees."""
        lines = [line for line in daemon.lines if told and told in line]
        said = self.said if said is None else said
        heard = words(" ".join(self._written()))
        there = sum(
            block.size for block in SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()
        )
        found = Found(fault, _plain(lines, self.folder), len(said), len(said) - there, len(heard) - there)
        found.sound_lost_s = self._cut_off()
        return found

    def _written(self) -> list[str]:
        """The texts in the log in the order of speaking: what waits comes later."""
        notes = self.program.notes.read_text().splitlines() if self.program.notes.exists() else []
        lines = sorted((json.loads(line) for line in notes), key=lambda line: line["start"])
        return [line["text"] for line in lines]

    def _cut_off(self) -> float:
        """Seconds between the last sound that has words and the moment the recording was cut."""
        if self.cut_at is None:
            return 0.0
        ends = [json.loads(line)["end"] for line in self.program.notes.read_text().splitlines()]
        last = max(datetime.fromisoformat(end) for end in ends)
        return round(max(0.0, (self.cut_at - last).total_seconds()), 2)


def _plain(lines: list[str], folder: Path) -> str:
    """The first line, without the places of this machine."""
    line = lines[0] if lines else ""
    return (
        line.removeprefix("dictated: ").replace(f"{folder}/state", "~/.local/state").replace(str(folder), "~")
    )
