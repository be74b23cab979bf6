"""The sink that puts each utterance on the clipboard, by the desktop's own programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from subprocess import DEVNULL
from typing import TYPE_CHECKING

import anyio

from dictated.errors import NoDisplayError, SinkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated import outputconfig
    from dictated.types import Transcript


@dataclass(frozen=True, slots=True)
class Program:
    """A program that reads standard input and stays behind to hand the words out."""

    display: str  # the variable that names the screen it needs
    command: tuple[str, ...]
    package: str  # its name in Debian, Fedora and Arch


PROGRAMS = (
    Program("WAYLAND_DISPLAY", ("wl-copy", "--type", "text/plain"), "wl-clipboard"),
    Program("DISPLAY", ("xclip", "-selection", "clipboard", "-in"), "xclip"),
    Program("DISPLAY", ("xsel", "--clipboard", "--input"), "xsel"),
)
"""In the order they are tried: wl-copy(1), xclip(1), xsel(1)."""


class ClipboardSink:
    """The clipboard holds the last utterance; the program that holds it outlives this one."""

    name = "clipboard"

    def __init__(self, settings: outputconfig.ClipboardSink, environ: Mapping[str, str] = os.environ) -> None:
        self._timeout = settings.timeout
        self._environ = environ

    async def deliver(self, transcript: Transcript) -> None:
        """Put the words on the clipboard by the first program that works, or raise.

        Each program may take `settings.timeout` seconds. It leaves a child behind to hold the words, which
        may take the clipboard a few milliseconds after this returns.

        Raises:
            NoDisplayError: there is no screen, so no clipboard.
            SinkError: no program worked.
        """
        programs = [program for program in PROGRAMS if self._environ.get(program.display)]
        if not programs:
            raise NoDisplayError(
                "there is no screen (DISPLAY and WAYLAND_DISPLAY are not set), so no clipboard"
            )
        faults: list[str] = []
        for program in programs:
            fault = await self._offer(program, transcript.text.encode())
            if fault is None:
                return
            faults.append(fault)
        raise SinkError("the clipboard did not take the words: " + "; ".join(faults))

    async def close(self) -> None:
        """The words stay on the clipboard."""

    async def _offer(self, program: Program, words: bytes) -> str | None:
        """Return what went wrong, or nothing."""
        name = program.command[0]
        try:
            with anyio.fail_after(self._timeout):
                status = await self._run(program.command, words)
        except TimeoutError:
            return f"{name} took longer than {self._timeout:g} s"
        except FileNotFoundError:
            return f"{name} is not installed (package {program.package})"
        except OSError as error:
            return f"{name} cannot be started ({error.strerror})"
        return f"{name} failed (exit status {status})" if status else None

    async def _run(self, command: tuple[str, ...], words: bytes) -> int:
        """Give the words by standard input: arguments can be read by every user of the machine.

        The child that such a program leaves behind must not hold a pipe of ours open, nor end by the
        Ctrl+C that is meant for us.
        """
        with os.fdopen(os.memfd_create("words"), "w+b", buffering=0) as file:
            file.write(words)
            file.seek(0)
            done = await anyio.run_process(
                command,
                stdin=file,
                stdout=DEVNULL,
                stderr=DEVNULL,
                check=False,
                env=self._environ,
                start_new_session=True,
            )
        return done.returncode
