"""`dictated service install` and `uninstall`: the user unit, in its place and started."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dictated.commands.config import load
from dictated.service import install_and_start, stop_and_uninstall

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Do it and say what was done, and what is left for the user."""
    if arguments.action == "install":
        config = Path(arguments.config) if arguments.config else None
        types = "type" in load(arguments, paths).output.sinks
        said = install_and_start(os.environ, sys.argv[0], config, types=types)
    else:
        said = stop_and_uninstall(os.environ)
    print("\n".join(said))
    return 0
