"""A transcription server that others wrote, in a process of its own: faster-whisper-server 0.0.3."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

SERVE = Path(__file__).with_name("serve")
MODEL = "whisper-1"
GRACE = 30
"""Seconds it may take to end before it is made to."""

_LISTENS = re.compile(r"running on (http://127\.0\.0\.1:[0-9]+)")
"""What uvicorn says once the port is open; so its health need not be asked for again and again."""


class WhisperServer:
    """Listens on a free port of this machine from `with` to its end; sets itself up the first time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [SERVE], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        self._rest = Thread(target=self._process.stderr.read, daemon=True)  # a full pipe would stop it
        self.url = ""

    @property
    def base_url(self) -> str:
        """What goes into stt.openai.base_url."""
        return f"{self.url}/v1"

    def __enter__(self) -> Self:
        assert self._process.stderr is not None
        lines = []
        for line in self._process.stderr:
            lines.append(line)
            if found := _LISTENS.search(line):
                self.url = found[1]
                self._rest.start()
                return self
        self._process.wait()
        raise RuntimeError("the server did not start:\n" + "".join(lines))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._rest.join()
        assert self._process.stderr is not None
        self._process.stderr.close()
