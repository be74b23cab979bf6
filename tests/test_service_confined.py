"""What the units may do: judged by systemd, and tried under the systemd of an ordinary user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dictated import service

if TYPE_CHECKING:
    from collections.abc import Callable

    from fixtures.usermanager import UserManager

ROOT = Path(__file__).parent.parent
JUDGED_S = 30

PROGRAM = """#!/usr/bin/python3
import os, pathlib, signal, socket
status = pathlib.Path("/proc/self/status").read_text()
pathlib.Path(os.environ["HOME"], "status").write_text(status)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.connect(os.environ["NOTIFY_SOCKET"])
    manager.send(b"READY=1")
signal.pause()
"""

SWAY = """[Unit]
BindsTo=graphical-session.target
Before=graphical-session.target
"""
"""How a window manager starts and ends the desktop's target (systemd.special(7))."""


NEITHER = {
    "DeviceAllow=",
    "IPAddressDeny=",
    "MemoryDenyWriteExecute=",
    "PrivateDevices=",
    "PrivateNetwork=",
    "ProcSubset=",
    "RestrictAddressFamilies=~AF_(INET|INET6)",
    "RestrictAddressFamilies=~AF_NETLINK",
    "RestrictAddressFamilies=~AF_UNIX",
    "RootDirectory=/RootImage=",
    "SystemCallFilter=~@resources",
}
"""What systemd asks of units and ours cannot have; why stands in them."""

USER = {
    "PrivateTmp=",
    "ProtectClock=",
    "ProtectHome=",
    "ProtectKernelLogs=",
    "ProtectKernelModules=",
    "ProtectKernelTunables=",
    "ProtectProc=",
    "ProtectSystem=",
    "User=/DynamicUser=",
}

SYSTEM = {"PrivateMounts=", "SupplementaryGroups="}


@pytest.fixture
def security() -> Callable[..., str]:
    """Have a unit judged by `systemd-analyze security`, which must be content with it."""
    program = shutil.which("systemd-analyze")
    if program is None:
        said = "systemd-analyze is not here: install the package systemd"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)

    def run(unit: str, *options: str) -> str:
        command = [
            program,
            "security",
            "--offline=true",
            "--no-pager",
            *options,
            str(ROOT / "systemd" / unit),
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=JUDGED_S, check=True).stdout

    return run


@pytest.fixture
def program(user_manager: UserManager) -> str:
    """Put a service in the place of `dictated`: it notes what it may do, and waits."""
    path = user_manager.folder / "dictated"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("unit", "exposure"), [("dictated.service", 40), ("dictated-notes.service", 20)])
def test_a_unit_is_exposed_no_more_than_was_promised(
    security: Callable[..., str], unit: str, exposure: int
) -> None:
    assert security(unit, f"--threshold={exposure}")


@pytest.mark.parametrize(
    ("unit", "without"), [("dictated.service", USER), ("dictated-notes.service", SYSTEM)]
)
def test_no_directive_is_lost(security: Callable[..., str], unit: str, without: set[str]) -> None:
    judged = json.loads(security(unit, "--json=short"))
    assert {one["name"] for one in judged if one["set"] is False} <= NEITHER | without


def test_an_ordinary_users_service_starts_with_no_capability_at_all(
    user_manager: UserManager, program: str
) -> None:
    user_manager.start()
    said = service.install_and_start(user_manager.environ, program)
    assert said[1].startswith("It runs.")
    assert status(user_manager, "CapBnd", "NoNewPrivs", "Seccomp") == ["0000000000000000", "1", "2"]


def test_where_users_get_no_namespaces_the_service_starts_all_the_same_and_it_is_said(
    user_manager: UserManager, program: str
) -> None:
    user_manager.start(namespaces=False)
    said = service.install_and_start(user_manager.environ, program)
    assert "confined less" in said[1]
    assert status(user_manager, "NoNewPrivs", "Seccomp") == ["1", "2"]


@pytest.mark.parametrize(("types", "state"), [(True, "inactive"), (False, "active")])
def test_only_a_service_that_types_ends_with_the_desktop(
    user_manager: UserManager,
    program: str,
    types: bool,  # noqa: FBT001  (a column of the table)
    state: str,
) -> None:
    (user_manager.home / ".config/systemd/user/sway-session.target").write_text(SWAY)
    user_manager.start()
    service.install_and_start(user_manager.environ, program, types=types)
    user_manager.systemctl("start", "sway-session.target")
    user_manager.systemctl("stop", "sway-session.target", "graphical-session.target")
    assert user_manager.systemctl("is-active", service.UNIT) == state


@pytest.mark.parametrize("types", [True, False])
def test_a_service_starts_on_a_console(
    user_manager: UserManager,
    program: str,
    types: bool,  # noqa: FBT001  (a column of the table)
) -> None:
    user_manager.start()
    service.install_and_start(user_manager.environ, program, types=types)
    assert user_manager.systemctl("is-active", service.UNIT, "graphical-session.target") == "active\ninactive"


def test_a_service_that_only_logs_is_there_at_every_login(user_manager: UserManager, program: str) -> None:
    user_manager.start()
    service.install_and_start(user_manager.environ, program, types=False)
    user_manager.systemctl("daemon-reload")  # as a new login reads it
    assert service.UNIT in user_manager.systemctl("list-dependencies", "--plain", "default.target")


def test_the_screen_of_who_installs_is_told_to_the_manager(user_manager: UserManager, program: str) -> None:
    user_manager.start()
    screen = {"WAYLAND_DISPLAY": "wayland-7", "XDG_SESSION_TYPE": "wayland", "SWAYSOCK": "/run/sway"}
    service.install_and_start(user_manager.environ | screen, program)
    told = user_manager.systemctl("show-environment").splitlines()
    assert {f"{name}={value}" for name, value in screen.items()} <= set(told)


def status(manager: UserManager, *names: str) -> list[str]:
    """Return what the kernel said of the service."""
    lines = (manager.home / "status").read_text().splitlines()
    values = dict(line.split(":\t", 1) for line in lines)
    return [values[name] for name in names]
