"""Where the program keeps what, after the XDG Base Directory Specification."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Paths(NamedTuple):
    """The three directories of one user; read from the environment once, at the start.

    A named tuple: every command imports this, and `dataclasses` costs a tenth of what `toggle` may take.
    """

    config_dir: Path
    state_dir: Path
    runtime_dir: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Paths:
        """Follow the XDG variables; without XDG_RUNTIME_DIR, /run/user/UID or else a folder of the state."""
        home = Path(environ.get("HOME") or "~").expanduser()
        state = _absolute(environ.get("XDG_STATE_HOME")) or home / ".local/state"
        config = _absolute(environ.get("XDG_CONFIG_HOME")) or home / ".config"
        runtime = _absolute(environ.get("XDG_RUNTIME_DIR")) or _user_runtime() or state / "dictated/run"
        return cls(config / "dictated", state / "dictated", runtime / "dictated")

    @property
    def config_file(self) -> Path:
        """What `dictated` reads unless told otherwise by --config."""
        return self.config_dir / "config.toml"

    @property
    def socket(self) -> Path:
        """Where the daemon takes commands."""
        return self.runtime_dir / "control.sock"

    @property
    def lock(self) -> Path:
        """Held by the one daemon of this user."""
        return self.runtime_dir / "lock"

    @property
    def history_file(self) -> Path:
        """What became of each utterance, and what it cost."""
        return self.state_dir / "history.sqlite3"

    @property
    def spool_dir(self) -> Path:
        """The sound of utterances."""
        return self.state_dir / "spool"


def _absolute(value: str | None) -> Path | None:
    """The specification: a relative path in these variables is to be ignored."""
    return Path(value) if value and Path(value).is_absolute() else None


def _user_runtime() -> Path | None:
    folder = Path(f"/run/user/{os.getuid()}")
    return folder if os.access(folder, os.W_OK) else None
