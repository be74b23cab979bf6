"""What docs/status-bar/ tells users to put into the configuration of their bars."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dictated.commands.ask import for_a_bar

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent.parent / "docs" / "status-bar"
LISTENING = {"state": "listening", "waiting": 0, "error": 'a "text": "trap"', "engines": [{"name": "local"}]}


def command(file: str, key: str) -> str:
    """What the bar runs."""
    lines = (FOLDER / file).read_text().splitlines()
    return next(line.split("=", 1)[1].strip() for line in lines if line.split("=")[0].strip() == key)


def shown(command: str, folder: Path, status: Mapping[str, object]) -> str:
    """What the bar gets to show of such a status."""
    line = json.dumps({**status, **for_a_bar(dict(status))}, ensure_ascii=False)
    (folder / "line").write_text(f"{line}\n")
    program = folder / "dictated"
    program.write_text(f'#!/bin/sh\n[ "$*" = "status --follow" ] && cat "{folder}/line"\n')
    program.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command], env={"PATH": path}, stdout=subprocess.PIPE, text=True, check=True, timeout=20
    ).stdout


@pytest.mark.parametrize(("file", "key"), [("polybar.ini", "exec"), ("i3blocks.conf", "command")])
def test_a_bar_that_knows_no_json_shows_the_sign(file: str, key: str, tmp_path: Path) -> None:
    assert shown(command(file, key), tmp_path, LISTENING) == "●\n"


@pytest.mark.parametrize(
    ("file", "key", "sign"), [("polybar.ini", "exec", ""), ("i3blocks.conf", "command", "-")]
)
def test_without_a_daemon_there_is_no_sign(file: str, key: str, sign: str, tmp_path: Path) -> None:
    assert shown(command(file, key), tmp_path, {"state": "not running"}) == f"{sign}\n"


def test_polybar_finds_no_backslash_it_would_complain_of() -> None:
    assert "\\" not in (FOLDER / "polybar.ini").read_text()


def test_waybar_takes_the_lines_as_they_are() -> None:
    lines = (FOLDER / "waybar.jsonc").read_text().splitlines()
    module = json.loads("\n".join(line for line in lines if not line.startswith("//")))["custom/dictated"]
    assert (module["exec"], module["return-type"]) == ("dictated status --follow", "json")
