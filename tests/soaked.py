"""The daemon that is soaked: in a process of its own, with a pipe for its microphone, its log behind a link."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from anyio import to_thread
from fixtures.daemon import GRACE, Dictated
from moods import TIMEOUT_S
from piped import BELATED, END, LOST, RECORD, SOUND

from dictated.client import ask
from dictated.errors import RequestError
from dictated.history import History
from dictated.paths import Paths
from dictated.types import FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dictated.history import Entry

DAEMON = Path(__file__).with_name("piped.py")

CONFIGURATION = """
[audio]
listen_at_start = true
[stt]
engine = "openai"
deadline_s = 2
skip_s = 1
[stt.openai]
base_url = "http://127.0.0.1:{port}"
timeout = {timeout}
api_key_env = ""
[hotkeys]
toggle = ""
[limits]
reopen_s = 0.05
reopen_max_s = 0.4
[history]
keep_audio = "0"
"""
"""Waits that are shorter than the defaults, as the faults are; no sound that outlives its delivery."""

SINK_FAULTS = ("full", "away")
"""What befalls the log: a full disk, a folder that is no longer there."""


@dataclass(frozen=True)
class Gauge:
    """What the daemon takes, when so many seconds had been spoken and nothing waited."""

    spoken_s: float
    resident_mb: float
    descriptors: int
    threads: int
    spooled: int


class Soaked:
    """The real program, to speak to, to ask, and to harm."""

    def __init__(self, home: Path) -> None:
        self.program = Dictated(home)
        self.program.notes = home / "log" / "notes.jsonl"
        self.notes = home / "kept" / "notes.jsonl"
        self._places = {name: home / name for name in ("kept", *SINK_FAULTS)}
        for name in ("kept", "full"):
            self._places[name].mkdir()
        (home / "full" / "notes.jsonl").symlink_to("/dev/full")
        self._point("kept")
        self.belated = home / "belated.txt"
        self.program.environ[BELATED] = str(self.belated)
        self._paths = Paths.from_environment(self.program.environ)
        self._history = History(self._paths.history_file)
        self._process: subprocess.Popen[bytes]

    def configure(self, port: int, *sinks: str) -> None:
        written = ", ".join(f'"{sink}"' for sink in sinks)
        self.program.configure(
            CONFIGURATION.format(port=port, timeout=TIMEOUT_S),
            sinks=f"[{written}]",
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it until the block is left; then it is ended by force, if it has not ended by itself."""
        command = [sys.executable, DAEMON, "--config", self.program.config, "run"]
        with (
            (self.program.home / "said.txt").open("wb") as said,
            subprocess.Popen(
                command,
                env=self.program.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                bufsize=0,
            ) as self._process,
        ):
            try:
                yield
            finally:
                self._process.kill()
                self._history.close()

    @contextmanager
    def harmed(self, fault: str) -> Iterator[None]:
        """Have its log on a full disk, or in a folder that is away."""
        self._point(fault)
        try:
            yield
        finally:
            self._point("kept")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def reload(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    async def hear(self, sound: np.ndarray) -> None:
        """Let it hear frames; waits while it has enough."""
        await self._tell(SOUND, np.ascontiguousarray(sound).view(np.uint8))

    async def lose(self, seconds: float) -> None:
        """Take its microphone away."""
        await self._tell(LOST, _frame(round(seconds * 1000).to_bytes(4, "little")))

    async def finish(self) -> None:
        """Return when it has heard all there was."""
        await self._tell(END, _frame(b""))
        assert self._process.stdout is not None
        await to_thread.run_sync(self._process.stdout.readline, abandon_on_cancel=True)

    async def ask(self, command: str) -> dict[str, Any]:
        return await to_thread.run_sync(ask, self._paths.socket, command)

    async def retry(self) -> None:
        """Have it try again what has failed, if anything has."""
        with suppress(RequestError):
            await self.ask("retry")

    async def undone(self) -> int:
        """How many utterances have not come to their end."""
        return len(await to_thread.run_sync(self._history.records.undone))

    async def end(self) -> int:
        """Have it end by itself; return its exit code."""
        self._process.terminate()
        return await to_thread.run_sync(self._process.wait, GRACE)

    def entries(self) -> Sequence[Entry]:
        """Everything in its history."""
        return self._history.entries(sys.maxsize)

    @property
    def spooled(self) -> int:
        """How many files lie in its spool."""
        return len(list(self._paths.spool_dir.glob("*")))

    @property
    def said(self) -> str:
        """What it has told the user."""
        return (self.program.home / "said.txt").read_text()

    @property
    def rounds(self) -> int:
        """How often it has begun to listen."""
        return self.said.count("dictated: listening\n")

    def gauge(self, spoken_s: float) -> Gauge:
        """Look at its process (proc(5)) and its spool."""
        folder = Path(f"/proc/{self._process.pid}")
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        return Gauge(
            spoken_s=round(spoken_s, 1),
            resident_mb=round(int(status["VmRSS"].split()[0]) / 1024, 1),
            descriptors=len(list((folder / "fd").iterdir())),
            threads=int(status["Threads"]),
            spooled=self.spooled,
        )

    def _point(self, name: str) -> None:
        """Say where the log is, at one stroke: the daemon may be writing just now."""
        new = self.program.home / "log.new"
        new.symlink_to(self._places[name])
        new.replace(self.program.home / "log")

    async def _tell(self, kind: bytes, frames: np.ndarray) -> None:
        records = np.empty((len(frames), RECORD), dtype=np.uint8)
        records[:, 0] = kind[0]
        records[:, 1:] = frames
        await to_thread.run_sync(self._write, records.tobytes(), abandon_on_cancel=True)

    def _write(self, records: bytes) -> None:
        assert self._process.stdin is not None
        rest = memoryview(records)
        while rest:
            rest = rest[self._process.stdin.write(rest) :]


def _frame(begin: bytes) -> np.ndarray:
    return np.frombuffer(begin.ljust(FRAME_BYTES, b"\0"), dtype=np.uint8).reshape(1, FRAME_BYTES)
