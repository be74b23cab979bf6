"""Whether the systemd user service is installed, enabled and running, and outlives a logout."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from dictated.checkup.finding import Finding, Grade
from dictated.service import DESKTOP, UNIT, unit_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WITHIN_S = 10.0

SYSTEMCTL_S = 4.0
"""Seconds each question may take."""

WHAT = "service"
INSTALL = "dictated service install"

PROPERTIES = ("LoadState", "UnitFileState", "ActiveState", "ExecMainStatus", "WantedBy")

REFUSED = {"217", "218", "226"}
"""How it ends where the manager may not confine it (systemd.exec(5): USER, CAPABILITIES, NAMESPACE)."""


def look(environ: Mapping[str, str], *, types: bool) -> Sequence[Finding]:
    """Ask systemd. `types`: dictating needs a screen, so that it may end with the session."""
    try:
        shown = _ask(environ, "systemctl", "--user", "show", UNIT, "-p", ",".join(PROPERTIES))
    except FileNotFoundError:
        said = "there is no systemctl here; have `dictated run` started at login in another way"
        return [Finding(WHAT, Grade.WARN, said)]
    except (OSError, subprocess.SubprocessError):
        installed = (unit_directory(environ) / UNIT).is_file()
        said = f"no user manager answers; the unit is {'' if installed else 'not '}installed"
        return [Finding(WHAT, Grade.WARN, said, "" if installed else INSTALL)]
    return [finding(shown, lingers=types or _lingers(environ), types=types)]


def finding(shown: str, *, lingers: bool, types: bool = True) -> Finding:
    """Judge what `systemctl show` printed; the first lack counts."""
    values = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    lack = _down(values) or _passing(values, lingers=lingers, types=types)
    return lack or Finding(WHAT, Grade.OK, "installed, enabled, running")


def _down(values: Mapping[str, str]) -> Finding | None:
    """Say why it does not run, if it does not."""
    state = values.get("ActiveState", "")
    if values.get("LoadState") != "loaded":
        return Finding(WHAT, Grade.WARN, "not installed", INSTALL)
    if state == "active":
        return None
    if values.get("ExecMainStatus") in REFUSED:
        return Finding(WHAT, Grade.FAIL, "this system cannot confine it as it is installed", INSTALL)
    if state == "failed":
        return Finding(WHAT, Grade.FAIL, "it has failed", f"journalctl --user -eu {UNIT}")
    return Finding(WHAT, Grade.WARN, f"installed, {state}", f"systemctl --user start {UNIT}")


def _passing(values: Mapping[str, str], *, lingers: bool, types: bool) -> Finding | None:
    """Say why what runs will not always run, if so."""
    if values.get("UnitFileState") not in {"enabled", "linked"}:
        return Finding(WHAT, Grade.WARN, "it runs, not at the next login", f"systemctl --user enable {UNIT}")
    if not types and DESKTOP in values.get("WantedBy", ""):
        return Finding(WHAT, Grade.WARN, "it runs while a desktop does, and types nothing", INSTALL)
    if not lingers:
        return Finding(WHAT, Grade.WARN, "it runs, and ends when you log out", "loginctl enable-linger")
    return None


def _lingers(environ: Mapping[str, str]) -> bool:
    """Say whether the user manager goes on after the logout; yes where nobody knows."""
    try:
        return _ask(environ, "loginctl", "show-user", "--property=Linger", "--value").strip() != "no"
    except (OSError, subprocess.SubprocessError):
        return True


def _ask(environ: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(  # noqa: S603  (fixed commands)
        command, env=environ, capture_output=True, text=True, check=True, timeout=SYSTEMCTL_S
    )
    return done.stdout
