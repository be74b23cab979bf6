"""Whether the sinks that need no typing can take words; nothing is written, no clipboard is changed."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dictated.checkup.finding import Finding, Grade, Part
from dictated.errors import SinkError
from dictated.sinks.clipboard import PROGRAMS
from dictated.sinks.log import path_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dictated.outputconfig import Output

WITHIN_S = 5.0


def look(output: Output, environ: Mapping[str, str]) -> Sequence[Finding]:
    """Look at each that is configured."""
    return list(_findings(output, environ))


def _findings(output: Output, environ: Mapping[str, str]) -> Iterator[Finding]:
    for sink in dict.fromkeys(output.sinks):
        if sink == "log":
            yield log(output.log.path, datetime.now(UTC).astimezone())
        elif sink == "clipboard":
            yield clipboard(environ)
        elif sink == "stdout":
            yield Finding("stdout", Grade.OK, "words are printed by `dictated run`", part=Part.SINK)


def log(written: str, now: datetime) -> Finding:
    """Say whether the file, or the nearest folder that is there, may be written."""
    try:
        path = path_at(written, now)
    except SinkError as error:
        return Finding("log", Grade.FAIL, str(error), 'output.log.path = "…"', Part.SINK)
    there = next((place for place in (path, *path.parents) if place.exists()), Path())
    if os.access(there, os.W_OK) and there.is_dir() == (there != path):
        return Finding("log", Grade.OK, f"{path} can be written", part=Part.SINK)
    return Finding("log", Grade.FAIL, f"{there} cannot be written", 'output.log.path = "…"', Part.SINK)


def clipboard(environ: Mapping[str, str]) -> Finding:
    """Say which program would put words on the clipboard."""
    able = {program.command[0]: program.package for program in PROGRAMS if environ.get(program.display)}
    if not able:
        said = "there is no screen (DISPLAY and WAYLAND_DISPLAY are not set), so no clipboard"
        return Finding("clipboard", Grade.FAIL, said, 'output.sinks = ["log"]', Part.SINK)
    found = next((program for program in able if shutil.which(program, path=environ.get("PATH"))), None)
    if found is None:
        said = f"not installed: {' or '.join(able)}"
        mend = f"sudo apt install {next(iter(able.values()))}"
        return Finding("clipboard", Grade.FAIL, said, mend, Part.SINK)
    return Finding(
        "clipboard", Grade.OK, f"{found} is here; it was not tried, to leave it as it is", part=Part.SINK
    )
