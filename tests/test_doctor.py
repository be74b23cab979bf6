from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import x_server
from test_hotkeys_x11 import Pressed

from dictated.checkup.choice import Choice
from dictated.checkup.finding import Finding, Grade, Part
from dictated.checkup.screen import Typing
from dictated.commands import doctor
from dictated.config import Config
from dictated.errors import ConfigError
from dictated.paths import Paths

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen
    from fixtures.sound import SoundServer
    from fixtures.sway import Session

desktop = pytest.mark.desktop

WAYS = 'wayland = ["{}", "{}"]'

SCRIPT = """
import os, sys
from argparse import Namespace
from dictated.checkup import hotkey, screen
from dictated.commands import doctor
from dictated.paths import Paths
hotkey.WITHIN_S = screen.WITHIN_S = float(sys.argv[1])
sys.exit(doctor.run(Namespace(config=None, json=True, apply=False), Paths.from_environment(os.environ)))
"""
"""The command, with as much patience with a screen as it is told to have."""


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home; neither sound nor screen."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")


def ran(tmp_path: Path, toml: str = "", *, as_json: bool = False, apply: bool = False) -> int:
    config = tmp_path / "my.toml"
    config.write_text(toml)
    asked = Namespace(config=str(config), json=as_json, apply=apply)
    return doctor.run(asked, Paths.from_environment(os.environ))


def alone(display: str, patience: float = 10) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own; a screen is given that many seconds."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(patience)],
        env=os.environ | {"DISPLAY": display},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def grades(printed: str) -> dict[str, str]:
    """The worst of each thing that was looked at, by the words of the report."""
    rows = [line.split() for line in printed.splitlines() if line[:1] in "owf" and line.strip()]
    return {row[1]: row[0] for row in rows}


def test_a_finding_stands_in_columns_and_what_mends_it_below() -> None:
    assert doctor.lines(Finding("hotkey", Grade.WARN, "it is taken", "take another")) == [
        "warn  hotkey             it is taken",
        "                         -> take another",
    ]


def test_what_needs_no_mending_has_one_line() -> None:
    assert doctor.lines(Finding("engine cloudflare", Grade.OK, "well")) == ["ok    engine cloudflare  well"]


def test_the_verdict_names_all_that_is_lacking() -> None:
    said = doctor.verdict([Part.ENGINE, Part.SINK])
    assert said.strip() == "Dictating cannot work: no engine answers; words can be put nowhere."


def test_every_check_has_an_end(tmp_path: Path) -> None:
    paths = Paths(tmp_path, tmp_path, tmp_path)
    for environ in ({}, {"WAYLAND_DISPLAY": "wayland-0"}):
        typing = Typing(Config(), environ)
        assert all(0 < check.within_s <= 200 for check in doctor.checks(Config(), paths, environ, typing))


def test_without_a_microphone_it_exits_with_1_and_looks_at_the_rest_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ran(tmp_path, '[output]\nsinks = ["log"]')
    printed = capsys.readouterr().out
    assert (code, grades(printed)["microphone"], grades(printed)["state"]) == (1, "fail", "ok")
    assert printed.endswith("\nDictating cannot work: no microphone can be opened.\n")


def test_as_json_it_is_one_object_with_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ran(tmp_path, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (code, told["works"], set(told["checks"][0])) == (1, False, {"what", "grade", "found", "mend"})
    assert told["lacks"] == ["no microphone can be opened", "words can be put nowhere"]


def test_what_was_changed_stands_below_the_verdict() -> None:
    assert doctor.verdict([], Choice("Changed: this")) == "\nDictating can work.\nChanged: this"


def test_what_the_user_has_to_do_stands_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.ask("click", sys.stdout)
    assert capsys.readouterr().out == "...   typing             click\n"


def test_on_x11_there_is_nothing_to_apply(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(tmp_path, "# mine\n", apply=True)
    assert capsys.readouterr().out.endswith("\nNothing to choose: on X11 there is one way of typing.\n")
    assert (tmp_path / "my.toml").read_text() == "# mine\n"


@desktop
def test_the_way_that_works_comes_before_the_one_that_does_not_and_the_comments_stay(
    tmp_path: Path,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in session.env.items():
        monkeypatch.setenv(name, value)
    ran(
        tmp_path,
        f"[output.type]\nsettle_ms = 40 # slow\n{WAYS.format('ydotool', 'virtual-keyboard')}\n",
        apply=True,
    )
    printed = capsys.readouterr().out
    assert printed.endswith('wayland: ["ydotool", "virtual-keyboard"] -> ["virtual-keyboard", "ydotool"]\n')
    said = f"[output.type]\nsettle_ms = 40 # slow\n{WAYS.format('virtual-keyboard', 'ydotool')}\n"
    assert (tmp_path / "my.toml").read_text() == said


@desktop
def test_what_was_applied_is_in_the_json_too(
    tmp_path: Path,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in session.env.items():
        monkeypatch.setenv(name, value)
    ran(tmp_path, as_json=True, apply=True)
    applied = json.loads(capsys.readouterr().out)["applied"]
    assert (applied["changed"], "virtual-keyboard is the best" in applied["said"]) == (False, True)


def test_a_wrong_configuration_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        ran(tmp_path, "[vad]\nmode = 9\n")


@desktop
def test_where_all_is_well_it_exits_with_0(
    tmp_path: Path,
    sound_server: SoundServer,
    screen: Screen,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DISPLAY", screen.display)
    code = ran(tmp_path)
    found = grades(capsys.readouterr().out)
    assert (code, found["typing"], found["engine"], found["hotkey"]) == (0, "ok", "ok", "ok")


@desktop
def test_what_is_wrong_stands_in_the_report_and_not_in_the_log_as_well(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", screen.display)
    other = Pressed("<ctrl>+<alt>+d")
    done = alone(screen.display)
    other.hotkeys.stop()
    assert ("is taken by another program" in done.stdout, done.stderr) == (True, "")


@desktop
def test_a_screen_that_hangs_keeps_neither_the_report_nor_the_end_waiting(tmp_path: Path) -> None:
    with x_server(tmp_path) as (name, server):
        server.send_signal(signal.SIGSTOP)
        done = alone(name, 0.5)
        server.send_signal(signal.SIGCONT)
    found = {one["what"]: one["grade"] for one in json.loads(done.stdout)["checks"]}
    assert (done.returncode, found["typing"], found["hotkey"], done.stderr) == (1, "fail", "fail", "")
