"""The sink that puts each utterance on the clipboard, by the desktop's own programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.errors import NoDisplayError, ProgramError, SinkError
from dictated.program import run

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
        try:
            ended = await run(program.command, self._environ, words, timeout=self._timeout)
        except ProgramError as error:
            return f"{error} (package {program.package})"
        return f"{program.command[0]}: {ended.fault}" if ended.fault else None
