"""A real desktop keyring (GNOME's) on a session bus of its own, for as long as one command runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PACKAGES = {"dbus-run-session": "dbus", "gnome-keyring-daemon": "gnome-keyring"}

GRACE = 60
"""Seconds the command may take; only a failure ever takes as long."""

# The empty line is the password of a new keyring. The daemon goes on its own once it is ready, and ends with
# the session's bus.
_SCRIPT = """
printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >&2 || exit 97
if [ -n "$TESTED_KEY" ]; then
    printf %s "$TESTED_KEY" | "$PYTHON" -m keyring set dictated "$TESTED_ENGINE" || exit 98
fi
unset TESTED_KEY
exec "$@"
"""


def run(
    home: Path, key: str, engine: str, command: Sequence[str | Path], environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end beside an open keyring that holds this key of this engine ("" is none)."""
    for program, package in _PACKAGES.items():
        if shutil.which(program) is None:
            said = f"{program} is not here: install the package {package}"
            pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    runtime = home / "keyring-run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PATH": os.environ["PATH"], **(environ or {})}
    return subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", _SCRIPT, "sh", *command],
        env={**own, "PYTHON": sys.executable, "TESTED_KEY": key, "TESTED_ENGINE": engine},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=GRACE,
    )
