from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dictated.checkup.finding import Grade, Part
from dictated.checkup.sinks import clipboard, log, look
from dictated.outputconfig import LogSink, Output

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of this name, that does nothing."""
    path = tmp_path / "xsel"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


def test_a_log_whose_folders_are_not_made_yet_can_be_written(tmp_path: Path) -> None:
    found = log(f"{tmp_path}/a/b/%Y.txt", NOW)
    assert (found.grade, found.found, list(tmp_path.iterdir())) == (
        Grade.OK,
        f"{tmp_path}/a/b/2026.txt can be written",
        [],
    )


def test_a_log_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = log(f"{tmp_path}/file/log.txt", NOW)
    assert (found.grade, found.found) == (Grade.FAIL, f"{tmp_path}/file cannot be written")


def test_a_log_that_is_a_folder_cannot_be_written(tmp_path: Path) -> None:
    assert log(str(tmp_path), NOW).grade == Grade.FAIL


def test_a_log_in_the_home_of_nobody_cannot_be_written() -> None:
    found = log("~no-such-user/log.txt", NOW)
    assert (found.grade, found.found.partition(":")[0]) == (Grade.FAIL, "output.log.path cannot be used")


def test_a_log_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one")
    assert (log(str(tmp_path / "log"), NOW).grade, (tmp_path / "log").read_text()) == (Grade.OK, "one")


@pytest.mark.parametrize(
    ("environ", "mend"),
    [
        ({}, 'output.sinks = ["log"]'),
        ({"DISPLAY": ":0"}, "sudo apt install xclip"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "sudo apt install wl-clipboard"),
    ],
)
def test_a_clipboard_that_cannot_be_had_says_what_is_missing(
    environ: dict[str, str], mend: str, tmp_path: Path
) -> None:
    found = clipboard({"PATH": str(tmp_path / "none"), **environ})
    assert (found.grade, found.mend) == (Grade.FAIL, mend)


def test_any_one_program_will_do_for_the_clipboard(program: Path) -> None:
    found = clipboard({"PATH": str(program.parent), "DISPLAY": ":0"})
    assert (found.grade, found.found.split()[0], found.part) == (Grade.OK, "xsel", Part.SINK)


def test_each_sink_that_needs_no_typing_is_looked_at_once(tmp_path: Path) -> None:
    output = Output(sinks=("type", "log", "stdout", "log"), log=LogSink(path=str(tmp_path / "log")))
    assert [found.what for found in look(output, {})] == ["log", "stdout"]
