"""`dictated notes`: opens today's log in the user's editor; `search` finds words in all that was said."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from shutil import which
from typing import TYPE_CHECKING

from dictated import disk
from dictated.commands.history import as_object, visible
from dictated.errors import DictatedError
from dictated.expiry import MOST_ENTRIES
from dictated.history import History
from dictated.wordindex import CLOSES, OPENS, search

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dictated.config import Config
    from dictated.history import Entry
    from dictated.paths import Paths

_BOLD = {OPENS: "\x1b[1m", CLOSES: "\x1b[22m"}
"""How a terminal is told to show a match (ECMA-48, SGR)."""

_MARKS = re.compile(f"([{OPENS}{CLOSES}])")


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Search, or print the path of today's log, or open it.

    Raises:
        ConfigError: with every fault of the configuration.
        SinkError: output.log.path means no file.
        HistoryError: the history cannot be read.
        DictatedError: there is no log, or nothing that opens or searches it.
    """
    if arguments.action == "search":
        return _search(arguments, paths)
    from dictated.commands.config import load  # noqa: PLC0415 (slow; a search does without)
    from dictated.sinks.log import local_now, path_at  # noqa: PLC0415 (the same)

    config = load(arguments, paths)
    path = path_at(config.output.log.path, local_now())
    if arguments.path:
        print(path)
        return 0
    if not _is_kept(config):
        source = arguments.config or paths.config_file
        sinks = ", ".join(f'"{name}"' for name in (*config.output.sinks, "log"))
        raise DictatedError(f"no log is kept; to have one, set sinks = [{sinks}] in [output] of {source}")
    _make(path)
    _open(path, os.environ)
    return 0


def _is_kept(config: Config) -> bool:
    """Whether words go to the log, at least with some profile."""
    sinks = [config.output.sinks, *(profile.output.get("sinks", ()) for profile in config.profiles.values())]
    return any("log" in names for names in sinks)


def _make(path: Path) -> None:
    """Make the file where nothing is said today yet: who opens it may want to write by hand."""
    try:
        disk.make_private(path.parent)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise DictatedError(disk.explain(error, path)) from error


def _open(path: Path, environ: Mapping[str, str]) -> None:
    """Have the user's editor show it, and wait until that is closed."""
    wanted = environ.get("VISUAL") or environ.get("EDITOR") or "xdg-open"
    try:
        command = shlex.split(wanted)
    except ValueError as error:
        raise DictatedError(f"$VISUAL or $EDITOR ({wanted}) cannot be read: {error}") from error
    if not command or which(command[0]) is None:
        raise DictatedError(f"{wanted} is not installed; set $EDITOR, or open {path} yourself")
    try:
        status = subprocess.run([*command, path], check=False).returncode  # noqa: S603 (the user's own editor)
    except OSError as error:  # such as a script without its first line
        raise DictatedError(
            f"{wanted} cannot be started ({error.strerror}); set $EDITOR to another"
        ) from error
    if status:
        raise DictatedError(f"{wanted} could not open {path} (exit status {status}); set $EDITOR to another")


def _search(arguments: argparse.Namespace, paths: Paths) -> int:
    history = History(paths.history_file)
    found = search(history.texts(), arguments.words, min(arguments.count, MOST_ENTRIES))
    entries = history.chosen(found)
    if arguments.json:
        print(*(as_object(entry, paths.spool_dir) + "\n" for entry in entries), sep="", end="")
    elif entries:
        print(*_lines(entries, found, bold=sys.stdout.isatty()), sep="\n")
    else:
        print("nothing is found; words are kept for as long as history.keep_text says")
    return 0


def _lines(entries: Sequence[Entry], found: Mapping[int, str], *, bold: bool) -> list[str]:
    width = max(len(str(entry.id)) for entry in entries)
    return [
        f"{entry.id:>{width}}  {entry.began:%Y-%m-%d %H:%M:%S}  {_shown(found[entry.id], bold=bold)}"
        for entry in entries
    ]


def _shown(marked: str, *, bold: bool) -> str:
    """Return the text on one line of what can be seen, its matches bold or not."""
    parts = _MARKS.split(" ".join(marked.split()))
    return "".join((_BOLD[part] if bold else "") if part in _BOLD else visible(part) for part in parts)
