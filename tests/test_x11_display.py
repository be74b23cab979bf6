from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dictated.x11 import display

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a stand-in for systemctl, a shell script of this text, before a process that systemd started."""

    def stand_in(script: str) -> None:
        program = tmp_path / "bin" / "systemctl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getpid()))

    return stand_in


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("DISPLAY=:7\n", {"DISPLAY": ":7"}),
        ("HOME=/home/a\nDISPLAY=:7\nXAUTHORITY=/run/a\n", {"DISPLAY": ":7", "XAUTHORITY": "/run/a"}),
        # as systemd 252 wrote it
        ("XAUTHORITY=$'/home/a b/it\\'s\\\\x'\n", {"XAUTHORITY": "/home/a b/it's\\x"}),
        ("WAYLAND_DISPLAY=wayland-0\nDISPLAY=\n", {"WAYLAND_DISPLAY": "wayland-0"}),
        ("XDG_SESSION_TYPE=x11\nMYDISPLAY=:7\n", {"XDG_SESSION_TYPE": "x11"}),
        ("DISPLAY\n\n=\n", {}),
        ("", {}),
    ],
)
def test_only_what_tells_of_the_screen_is_read(printed: str, found: dict[str, str]) -> None:
    assert display.read(printed) == found


def test_systemd_is_asked_for_the_environment_of_the_user(systemctl: Callable[[str], None]) -> None:
    systemctl('[ "$*" = "--user show-environment" ] && echo DISPLAY=:7')
    assert display.of_session() == {"DISPLAY": ":7"}


def test_a_program_that_systemd_did_not_start_does_not_ask(
    systemctl: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl("echo DISPLAY=:7")
    monkeypatch.setenv("SYSTEMD_EXEC_PID", "1")
    assert display.of_session() == {}


@pytest.mark.parametrize("script", ["echo DISPLAY=:7; exit 1", "exec sleep 60"])
def test_a_systemd_that_fails_or_hangs_tells_nothing(
    systemctl: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(display, "_SYSTEMCTL_S", 0.5)
    systemctl(script)
    assert display.of_session() == {}


def test_no_systemctl_tells_nothing(
    systemctl: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl("")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert display.of_session() == {}


def test_what_was_the_environment_can_be_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DISPLAY", ":1"), ("XAUTHORITY", "/a"), ("WAYLAND_DISPLAY", "w")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    before = display.take({"DISPLAY": ":2", "XDG_SESSION_TYPE": "x11"})
    during = display.take(before)
    assert (during, display.take(before)) == ({"DISPLAY": ":2", "XDG_SESSION_TYPE": "x11"}, before)
