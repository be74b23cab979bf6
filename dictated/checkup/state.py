"""Whether the state directory takes what is spoken and keeps it private, and what waits there."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from dictated import disk
from dictated.checkup.finding import Finding, Grade
from dictated.expiry import MEGABYTE, MOST_ENTRIES
from dictated.history import History
from dictated.records import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from dictated.paths import Paths

WITHIN_S = 10.0

WHAT = "state"


def look(paths: Paths, spool_mb: int) -> Sequence[Finding]:
    """Write there, look at the room and the permissions, and count what waits."""
    folder = paths.state_dir
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            free = shutil.disk_usage(nearest).free
    except OSError as error:
        said, _, mend = disk.explain(error, nearest).partition("; ")
        return [Finding(WHAT, Grade.FAIL, said, mend)]
    found = [room(folder, free, _size(paths.spool_dir), spool_mb * MEGABYTE)]
    found += _open_to_others(folder, paths.spool_dir, paths.history_file)
    found += waiting(_fates(paths.history_file))
    return found


def room(folder: Path, free: int, used: int, most: int) -> Finding:
    """Compare what is free with what sound may still take; all in bytes."""
    said = f"{folder} can be written; {free // MEGABYTE} MB are free"
    if free >= most - used:
        return Finding(WHAT, Grade.OK, said)
    said += f", and sound may take {(most - used) // MEGABYTE} MB more"
    return Finding(WHAT, Grade.WARN, said, f"limits.spool_mb = {max(1, free // 2 // MEGABYTE)}")


def waiting(fates: Mapping[Fate, int]) -> Iterator[Finding]:
    """Say how many utterances are not where they belong."""
    for fate, mend in ((Fate.FAILED, "dictated retry --all"), (Fate.HELD, "dictated insert")):
        if fates.get(fate):
            yield Finding(WHAT, Grade.WARN, f"{fates[fate]} not delivered ({fate})", mend)


def _open_to_others(*places: Path) -> Iterator[Finding]:
    for place in places:
        if place.exists() and (mode := stat.S_IMODE(place.stat().st_mode)) & 0o077:
            said = f"others may look into {place} ({mode:04o})"
            yield Finding(WHAT, Grade.WARN, said, f"chmod go= {place}")


def _size(spool: Path) -> int:
    """Return the bytes of sound; a file may go while we look."""
    total = 0
    for file in spool.iterdir() if spool.is_dir() else ():
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def _fates(file: Path) -> Counter[Fate]:
    with closing(History(file)) as history:
        return Counter(entry.fate for entry in history.entries(MOST_ENTRIES))
