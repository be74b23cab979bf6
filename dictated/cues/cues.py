"""Plays the cues, beside everything else: nothing waits for one, and one that is not heard costs nothing."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio

from dictated.cues.cue import Cue, cue
from dictated.types import State
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

log = logging.getLogger(__name__)

PLAY_S = 3.0
"""How long one cue may take, from the start of the program that plays it; a sound server may be asleep."""

LENGTH = 200
"""Characters of a reason that are logged."""

_SPEAKER = [sys.executable, "-P", "-m", "dictated.cues.speaker"]


class Cues:
    """Plays the cue of each change of the status; of those that come while one plays, the newest."""

    def __init__(self, environ: Mapping[str, str], volume: float, play_s: float = PLAY_S) -> None:
        """`environ` names the sound server; a `volume` of 1 is full scale."""
        self._environ = dict(environ)
        self._volume = volume
        self._play_s = play_s
        self._next: Cue | None = None
        self._due = anyio.Event()
        self._failing = False  # this was said; it is not said again before one was heard

    async def run(self, statuses: AsyncIterator[dict[str, Any]]) -> None:
        """Follow the status until it ends, which ends the cue that plays; never fails."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._play_those_due)
            before: dict[str, Any] | None = None
            async for now in statuses:
                due = cue(before or now | {"state": State.OFF}, now)
                before = now
                if due is not None:
                    self._next = due
                    self._due.set()
            tasks.cancel_scope.cancel()

    async def play(self, due: Cue) -> None:
        """Return when it was heard, or could not be; never fails."""
        from dictated.cues.sound import sound  # noqa: PLC0415 (brings numpy)

        try:
            with anyio.fail_after(self._play_s), _file(sound(due, self._volume)) as pcm:
                done = await anyio.run_process(
                    _SPEAKER,
                    stdin=pcm,
                    stderr=subprocess.DEVNULL,  # where ALSA says on its own what it tries
                    env=self._environ,
                    check=False,
                    start_new_session=True,  # a key that ends the daemon on its terminal is not for it
                )
        except TimeoutError:
            self._complain(f"the sound server took more than {self._play_s:g} s")
        except OSError as error:
            self._complain(str(error))
        else:
            self._failing = self._failing and done.returncode != 0
            if done.returncode:
                self._complain(done.stdout.decode(errors="replace") or f"exit {done.returncode}")

    async def _play_those_due(self) -> None:
        while True:
            await self._due.wait()
            self._due = anyio.Event()
            if self._next is not None:
                await self.play(self._next)

    def _complain(self, reason: str) -> None:
        log.log(logging.DEBUG if self._failing else logging.INFO, "no sounds: %s", tidy(reason)[:LENGTH])
        self._failing = True


@contextmanager
def _file(pcm: bytes) -> Iterator[int]:
    """Give a program its input as a file: a pipe breaks when it ends before it has read all."""
    file = os.memfd_create("cue")
    try:
        os.write(file, pcm)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)
