"""Puts words on the clipboard by the desktop's own programs, where there is a desktop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.errors import ProgramError
from dictated.program import run
from dictated.sinks.clipboard import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 2.0
"""How long a program may take."""


async def copy(words: str, environ: Mapping[str, str]) -> bool:
    """Say whether one of the programs took them; a terminal may have them whatever comes of this."""
    for program in PROGRAMS:
        if environ.get(program.display):
            try:
                ended = await run(program.command, environ, words.encode(), timeout=TIMEOUT_S)
            except ProgramError:  # it is not installed
                continue
            if not ended.fault:
                return True
    return False
