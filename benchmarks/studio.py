"""The surroundings of a benchmark: the real daemon with a microphone of its own, a desktop where wanted."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import mix
import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fixtures.daemon import Dictated
from fixtures.notifications import Bus
from fixtures.screen import open_screen
from fixtures.sound import SoundServer
from fixtures.tray import Host

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from contextlib import ExitStack

    from fixtures.daemon import Daemon
    from mix import Sound

QUIET = "[feedback]\nsounds = false\n"
"""Nothing is heard but what is played."""

ENDS_S = 30.0
"""Seconds that texts may still come after the last sound."""


class Studio:
    """Everything in it ends with `stack`."""

    def __init__(self, folder: Path, stack: ExitStack, *, desktop: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._stack = stack
        self.sound = SoundServer(folder / "sound")
        stack.callback(self.sound.stop)
        self.program = Dictated(folder)
        stack.callback(self.program.close)
        self.program.environ |= {
            name: value for name, value in self.sound.env.items() if name.startswith("PULSE")
        }
        if desktop:
            self.screen = stack.enter_context(open_screen(folder))
            self.bus = Bus(folder)
            stack.callback(self.bus.kill)
            self.program.environ |= {"DISPLAY": self.screen.display, **self.bus.environ}

    def start(self) -> Daemon:
        """Start the daemon, and return when it is ready."""
        daemon = self.program.start()
        daemon.says("ready")
        threading.Thread(target=self._drain, args=(daemon,), daemon=True).start()
        return daemon

    def start_with_tray(self) -> Daemon:
        """Do so on a desktop that has a tray, and return when that shows its icon."""
        host = Host(self.bus)
        host.open()
        self._stack.callback(host.close)
        daemon = self.start()
        anyio.run(host.registered)
        return daemon

    def play(self, sound: Sound) -> subprocess.Popen[bytes]:
        """Begin to play into the microphone."""
        file = self.folder / f"played-{time.monotonic_ns()}.wav"
        soundfile.write(file, sound, SAMPLE_RATE, subtype="PCM_16")
        return self.sound.play(file)

    def hum(self, level_db: float, seconds: float) -> subprocess.Popen[bytes]:
        """Begin to play the noise of a room: white, at so many decibels below full scale."""
        noise = np.random.default_rng(0).standard_normal(round(seconds * SAMPLE_RATE))
        return self.play(noise * mix.gain(level_db))

    def records(self) -> list[dict[str, object]]:
        """Return the log so far."""
        if not self.program.notes.exists():
            return []
        return [json.loads(line) for line in self.program.notes.read_text(encoding="utf-8").splitlines()]

    def finish(self) -> None:
        """Stop listening, and return when no text is waited for."""
        self.program("stop")
        deadline = time.monotonic() + ENDS_S
        while self.program.status()["waiting"] and time.monotonic() < deadline:
            time.sleep(0.2)

    @staticmethod
    def _drain(daemon: Daemon) -> None:
        """Read what it says, so that it never waits for us."""
        for line in daemon.process.stderr or ():
            daemon.lines.append(line.rstrip("\n"))


def service(stack: ExitStack, text: str) -> str:
    """Serve one text for whatever is said, as OpenAI would; return where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer({"data": []})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer({"text": text})

        def answer(self, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}/v1"


def back_to_back(folder: Path, seconds: float, pause_s: float) -> Iterator[Sound]:
    """Yield the short recordings of a folder with pauses between, over and over, until it is so long."""
    given = 0.0
    recordings = [mix.load(file) for file in sorted(folder.glob("s*.wav"))]
    while recordings:
        for sound in recordings:
            whole = np.concatenate([sound, mix.silence(pause_s)])
            given += len(whole) / SAMPLE_RATE
            yield whole
            if given >= seconds:
                return
