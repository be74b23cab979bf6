"""Puts the user unit in place and takes it away again: `dictated service install` and `uninstall`."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dictated import desktopfile
from dictated.disk import put_whole
from dictated.errors import DictatedError
from dictated.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

UNIT = "dictated.service"

SYSTEMCTL_S = 75.0
"""How long systemctl or systemd-run may take: the unit has TimeoutStartSec=60 and TimeoutStopSec=20."""

SHIPPED_COMMAND = "ExecStart=/usr/bin/env dictated run"
"""The line of the unit that an installation replaces by one with the whole path."""

SCREEN_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")

SESSION_VARIABLES = (
    *SCREEN_VARIABLES,
    "XAUTHORITY",
    "XDG_SESSION_TYPE",
    "SWAYSOCK",
    "HYPRLAND_INSTANCE_SIGNATURE",
)
"""What a bare window manager does not hand on to the user manager, and the daemon needs to type."""

DESKTOP = "graphical-session.target"
"""What starts and ends a service that types (systemd.special(7))."""

CONFINEMENT = {"PrivateUsers": "yes", "CapabilityBoundingSet": ""}
"""What a manager of an ordinary user can only do where the system allows user namespaces."""

IN_PACKAGE = Path(__file__).with_name(UNIT)
IN_CHECKOUT = Path(__file__).parent.parent / "systemd" / UNIT


@dataclass(frozen=True, slots=True)
class UserManager:
    """The systemd of one user, spoken to by systemctl."""

    environ: Mapping[str, str]

    def answers(self) -> bool:
        """Say whether there is one."""
        return self._systemctl("show", "--property=Version")

    def has_desktop(self) -> bool:
        """Say whether the session starts what is wanted by graphical-session.target, as ours is."""
        return self._systemctl("is-active", "--quiet", DESKTOP)

    def confines(self) -> bool:
        """Say whether it can start a program under CONFINEMENT, by starting one that does nothing."""
        properties = [f"--property={name}={value}" for name, value in CONFINEMENT.items()]
        waited = ["--user", "--quiet", "--collect", "--property=Type=oneshot"]
        return self._run("systemd-run", *waited, *properties, "true")

    def start(self, *, changed: bool) -> bool:
        """Start the unit now and at every login; one that has changed is started again."""
        present = [name for name in SESSION_VARIABLES if self.environ.get(name)]
        if has_screen(self.environ):
            self._systemctl("import-environment", *present)
        return (
            self._systemctl("daemon-reload")
            and self._systemctl("enable", UNIT)
            and self._systemctl("restart" if changed else "start", UNIT)
        )

    def stop(self) -> bool:
        """Stop the unit now, and do not start it again."""
        return self._systemctl("disable", "--now", UNIT)

    def reload(self) -> bool:
        """Make it read the units again."""
        return self._systemctl("daemon-reload")

    def _systemctl(self, *arguments: str) -> bool:
        return self._run("systemctl", "--user", *arguments)

    def _run(self, *command: str) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 (a fixed command; the arguments are ours)
                command, env=self.environ, capture_output=True, timeout=SYSTEMCTL_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def unit_directory(environ: Mapping[str, str]) -> Path:
    """Return the folder of a person's own units (systemd.unit(5))."""
    return Paths.from_environment(environ).config_dir.parent / "systemd/user"


def running_executable(argv0: str) -> Path:
    """Return the whole path of the `dictated` that was called, links kept as they are.

    Raises:
        DictatedError: it was called another way, and there is no `dictated` beside the running Python.
    """
    called = Path(argv0)
    beside = Path(sysconfig.get_path("scripts"), "dictated")
    found = called if called.name == "dictated" and called.is_file() else beside
    if not os.access(found, os.X_OK):
        raise DictatedError(f"there is no program {beside}: install dictated, for instance by `make setup`")
    return found.absolute()


def has_screen(environ: Mapping[str, str]) -> bool:
    """Say whether this environment is that of a screen."""
    return any(environ.get(name) for name in SCREEN_VARIABLES)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the unit is to start, with which configuration if one is named, and how.

    `types`: it needs a desktop, and ends with it. `confined`: under CONFINEMENT.
    """

    executable: Path
    config: Path | None = None
    types: bool = True
    confined: bool = True


def unit_text(unit: Unit) -> str:
    """Return the unit file.

    Raises:
        DictatedError: a path that no unit can hold, or the shipped unit is missing.
    """
    shipped = IN_PACKAGE if IN_PACKAGE.is_file() else IN_CHECKOUT
    try:
        text = shipped.read_text(encoding="utf-8")
    except OSError as error:
        raise DictatedError(f"{shipped}: {error.strerror}; install dictated again") from error
    if not unit.types:
        text = _without_desktop(text)
    if not unit.confined:
        text = _without(text, *(f"{name}={value}" for name, value in CONFINEMENT.items()))
    return text.replace(SHIPPED_COMMAND, f"ExecStart={_command(unit.executable, unit.config)}")


def install(unit_dir: Path, unit: Unit) -> bool:
    """Write the unit into this folder, whole or not at all; say whether anything changed.

    Raises:
        DictatedError: it cannot be written.
    """
    text = unit_text(unit)
    path = unit_dir / UNIT
    try:
        if not unit.types:  # an earlier installation's
            (unit_dir / f"{DESKTOP}.wants" / UNIT).unlink(missing_ok=True)
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return False
        unit_dir.mkdir(parents=True, exist_ok=True)
        put_whole(path, text.encode(), 0o644)
    except OSError as error:
        raise DictatedError(f"{path} cannot be written: {error.strerror}") from error
    return True


def uninstall(unit_dir: Path) -> bool:
    """Remove the unit and the links that start it at login; say whether there was anything.

    Raises:
        DictatedError: it cannot be removed.
    """
    found = [path for path in (unit_dir / UNIT, *unit_dir.glob(f"*.wants/{UNIT}")) if os.path.lexists(path)]
    try:
        for path in found:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DictatedError(f"{error.filename} cannot be removed: {error.strerror}") from error
    return bool(found)


def install_and_start(
    environ: Mapping[str, str], argv0: str, config: Path | None = None, *, types: bool = True
) -> list[str]:
    """Put the unit in place, start it where a user manager answers, and return what to tell the user.

    `types`: dictating needs a desktop; else the service is started without one.

    Raises:
        DictatedError: it cannot be written, or it does not start.
    """
    folder = unit_directory(environ)
    manager = UserManager(environ)
    answers = manager.answers()
    confined = answers and manager.confines()  # where nobody can say, it had better start
    executable = running_executable(argv0)
    changed = install(folder, Unit(executable, config, types=types, confined=confined))
    if types:
        _tell_desktop(environ, executable)
    said = [f"{folder / UNIT} is {'written' if changed else 'as it should be'}."]
    if not answers:
        commands = f"systemctl --user daemon-reload && systemctl --user enable --now {UNIT}"
        return [*said, f"No user manager answers here; when logged in: {commands}"]
    if not manager.start(changed=changed):
        raise DictatedError(f"{UNIT} is installed and does not start; why: journalctl --user -eu {UNIT}")
    if not confined:
        said.append("It is confined less than it could be: ordinary users get no user namespaces here.")
    return [*said, "It runs. Its log: journalctl --user -fu dictated", *_at_login(manager, types=types)]


def stop_and_uninstall(environ: Mapping[str, str]) -> list[str]:
    """Stop the service, take the unit away, and return what to tell the user.

    Raises:
        DictatedError: it cannot be removed.
    """
    folder = unit_directory(environ)
    manager = UserManager(environ)
    manager.stop()
    removed = uninstall(folder)
    _tell_desktop(environ, None)
    manager.reload()
    return [f"{folder / UNIT} is {'removed' if removed else 'not there: nothing to remove'}."]


def _tell_desktop(environ: Mapping[str, str], executable: Path | None) -> None:
    """Have the desktop know this program, or no longer.

    Raises:
        DictatedError: its file cannot be written or removed.
    """
    try:
        if executable is None:
            desktopfile.uninstall(environ)
        else:
            desktopfile.install(environ, executable)
    except OSError as error:
        path = desktopfile.path_of(environ)
        raise DictatedError(f"{path}: {error.strerror}; make its folder writable") from error


def _at_login(manager: UserManager, *, types: bool) -> list[str]:
    """Return how to have it started at login where no desktop does that, or before."""
    if not types:
        return ["To have it run with nobody logged in: loginctl enable-linger"]
    if manager.has_desktop():
        return []
    if has_screen(manager.environ):
        # Started from here the display is known; default.target is reached before there is one.
        return ["To have it at login: add `dictated service install` to your window manager's start-up file."]
    return [f"To start it at login without a desktop: systemctl --user add-wants default.target {UNIT}"]


def _without_desktop(text: str) -> str:
    """Have it started with the user's systemd, whatever becomes of a desktop."""
    apart = _without(text, f"PartOf={DESKTOP}").replace(f"After={DESKTOP} ", "After=")
    return apart.replace(f"WantedBy={DESKTOP}", "WantedBy=default.target")


def _without(text: str, *lines: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line.rstrip("\n") not in lines)


def _command(executable: Path, config: Path | None) -> str:
    """Write the command line of the unit.

    Raises:
        DictatedError: systemd takes no program of that path.
    """
    if any(char in str(executable) for char in "\"'\\"):
        raise DictatedError(f"{executable}: systemd takes no path with a quote or backslash; move it")
    options = ["--config", _word(config.absolute()).replace("$", "$$")] if config else []
    return " ".join([_word(executable), *options, "run"])


def _word(path: Path) -> str:
    """Write a path as one word of a unit (systemd.syntax(7), systemd.unit(5) on specifiers)."""
    text = str(path)
    if not text.isprintable():
        raise DictatedError(f"{text!r} has characters that a unit cannot hold; rename it")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", escaped) else f'"{escaped}"'
