"""Rules of the file by which a desktop knows the program, judged by GLib, which desktops read it with."""

from __future__ import annotations

import os
import select
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from dictated import desktopfile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 20

READ = """
import sys
from gi.repository import Gio
info = Gio.DesktopAppInfo.new_from_filename(sys.argv[1])
info.launch([], None)
print(info.get_id(), info.get_nodisplay())
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.mark.parametrize("folder", ["bin", "a b", 'quo"te', "dol$lar", "back\\slash", "tick`s"])
def test_a_desktop_starts_the_program_by_it_wherever_that_is(
    folder: str, environ: dict[str, str], tmp_path: Path
) -> None:
    program = tmp_path / folder / "dictated"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" >"$SAID"\n')
    program.chmod(0o755)
    desktopfile.install(environ, program)
    with pipe(tmp_path / "said") as said:
        assert read(desktopfile.path_of(environ), tmp_path / "said") == f"{desktopfile.APP_ID}.desktop True\n"
        assert select.select([said], [], [], PATIENCE_S)[0]
        assert os.read(said, 100) == b"toggle\n"


@contextmanager
def pipe(path: Path) -> Iterator[int]:
    """A pipe of this name, open for reading."""
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield end
    os.close(end)


def read(file: Path, said: Path) -> str:
    """Have GLib read the file and start what it names; return what it says of it."""
    environ = {"PATH": os.environ["PATH"], "SAID": str(said)}
    command = ["/usr/bin/python3", "-c", READ, file]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    ).stdout


def test_it_stands_among_the_users_own_applications(environ: dict[str, str], tmp_path: Path) -> None:
    assert desktopfile.path_of(environ).parent == tmp_path / ".local/share/applications"


def test_it_stands_where_the_user_keeps_their_data() -> None:
    assert desktopfile.path_of({"XDG_DATA_HOME": "/data"}).parent.as_posix() == "/data/applications"


def test_it_is_gone_when_the_program_is(environ: dict[str, str], tmp_path: Path) -> None:
    desktopfile.install(environ, tmp_path / "dictated")
    desktopfile.uninstall(environ)
    assert not desktopfile.path_of(environ).exists()


def test_removing_what_is_not_there_does_nothing(environ: dict[str, str]) -> None:
    desktopfile.uninstall(environ)
