from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import Pipe, needs

from dictated.hotkeys.advice import advice

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from fixtures.sway import Session

SWAY = {"SWAYSOCK": "/run/user/1000/sway-ipc.sock"}
HYPRLAND = {"HYPRLAND_INSTANCE_SIGNATURE": "v0.50.0_1"}


@pytest.mark.parametrize(
    ("combination", "sway", "hyprland"),
    [
        ("<ctrl>+<alt>+d", "Ctrl+Mod1+d", "CTRL ALT, d"),
        ("d+<cmd>", "Mod4+d", "SUPER, d"),
        ("<shift>+<f9>", "Shift+F9", "SHIFT, F9"),
        ("<pause>", "Pause", ", Pause"),
        ("<ctrl>++", "Ctrl+plus", "CTRL, plus"),
        ("<ctrl_r>+<space>", "Ctrl+space", "CTRL, space"),
        ("", "Ctrl+Mod1+d", "CTRL ALT, d"),
        ("<f8>+<f9>", "Ctrl+Mod1+d", "CTRL ALT, d"),
        ("<alt_gr>+d", "Ctrl+Mod1+d", "CTRL ALT, d"),
        ("<ctrl>+<alt>", "Ctrl+Mod1+d", "CTRL ALT, d"),
    ],
)
def test_the_line_has_the_combination_that_was_wanted_where_it_can_be_written(
    combination: str, sway: str, hyprland: str
) -> None:
    assert advice(combination, SWAY).endswith(f": bindsym --no-repeat {sway} exec dictated toggle")
    assert advice(combination, HYPRLAND).endswith(f": bind = {hyprland}, exec, dictated toggle")


def test_another_desktop_has_settings() -> None:
    assert advice("<f9>", {}) == "bind `dictated toggle` to a key in the desktop's settings"


@pytest.mark.parametrize("combination", ["<ctrl>+<alt>+d", "<cmd>+<page_up>", "<ctrl>+é", "<scroll_lock>"])
def test_sway_itself_takes_the_line(combination: str, tmp_path: Path) -> None:
    needs("sway", "sway")
    (tmp_path / "config").write_text(advice(combination, SWAY).partition(": ")[2] + "\n")
    user = ["unshare", "--user", "--map-user=1000"] if os.getuid() == 0 else []  # sway will not be root
    done = subprocess.run(
        [*user, "sway", "--validate", "-c", str(tmp_path / "config")],
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "WLR_BACKENDS": "headless"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def told(session: Session) -> Generator[Pipe]:
    """What a program in the place of `dictated` is told, a line a time."""
    pipe = Pipe(session.folder / "told")
    program = session.folder / "dictated"
    program.write_text(f'#!/bin/sh\necho "$1" >> {pipe.path}\n')
    program.chmod(0o755)
    yield pipe
    pipe.close()


def bind(session: Session, line: str) -> None:
    session.run("swaymsg", line.replace("exec dictated", f"exec {session.folder}/dictated"))


@pytest.mark.desktop
def test_in_a_real_sway_the_line_runs_the_command_once_a_press(session: Session, told: Pipe) -> None:
    bind(session, advice("<ctrl>+<alt>+d", SWAY).partition(": ")[2])
    for _ in range(2):
        session.run("wtype", "-M", "ctrl", "-M", "alt", "-P", "d", "-s", "700", "-p", "d")
    assert told.read(len("toggle\n") * 2) + told.rest(0.2) == "toggle\n" * 2


@pytest.mark.desktop
@pytest.mark.parametrize("key", ["Pause", "F9"])
def test_in_a_real_sway_a_held_key_starts_and_its_end_stops(session: Session, told: Pipe, key: str) -> None:
    bind(session, f"bindsym --no-repeat {key} exec dictated start")
    bind(session, f"bindsym --release {key} exec dictated stop")
    session.run("wtype", "-P", key, "-s", "700", "-p", key)
    assert told.read(len("start\nstop\n")) + told.rest(0.2) == "start\nstop\n"
