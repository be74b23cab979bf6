"""`dictated run`: the daemon, in the foreground."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from dictated.build import Surroundings
from dictated.daemon import Daemon
from dictated.errors import DictatedError
from dictated.memory import share_one_heap
from dictated.systemd import Systemd
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Serve until told to end; with --input, until the last words of the file are delivered."""
    share_one_heap()
    around = Surroundings(
        paths, os.environ, OwnKeys(), input_file=Path(arguments.input) if arguments.input else None
    )
    config_file = Path(arguments.config) if arguments.config else None
    daemon = Daemon(around, Systemd.from_environment(os.environ), config_file)
    try:
        return 1 if anyio.run(daemon.run) else 0
    except ExceptionGroup as group:
        expected, faults = group.split(DictatedError)
        if faults or expected is None:
            raise
        raise _first(expected) from group


def _first(group: ExceptionGroup[DictatedError]) -> DictatedError:
    """Return what a person is told of errors that came together."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error
