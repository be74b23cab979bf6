"""`dictated config`: what holds, where it comes from, or every key at its default."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dictated import configfile
from dictated.config import Config

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print it."""
    if arguments.path:
        print(arguments.config or paths.config_file)
    elif arguments.default:
        print(configfile.dump(Config()), end="")
    else:
        print(configfile.dump(load(arguments, paths)), end="")
    return 0


def load(arguments: argparse.Namespace, paths: Paths) -> Config:
    """Read the file the user named, or the user's own where there is one.

    Raises:
        ConfigError: with every fault of the file.
    """
    if arguments.config:
        return configfile.load(Path(arguments.config))
    return configfile.load(paths.config_file, missing_ok=True)
