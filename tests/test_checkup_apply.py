from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dictated import configfile
from dictated.checkup.apply import best_first, write
from dictated.config import Config
from dictated.errors import DictatedError

if TYPE_CHECKING:
    from pathlib import Path

KEY = ("output", "type", "wayland")
BEST = ("paste", "portal")
SAID = 'wayland = ["paste", "portal"]'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("works", "best"),
    [
        ({}, "a b c"),
        ({"a": 1.0}, "a b c"),
        ({"c": 1.0}, "c a b"),
        ({"a": 2.0, "b": 1.0}, "b a c"),
        ({"a": 1.04, "b": 1.0}, "a b c"),
        ({"b": 1.0, "c": 1.0}, "b a c"),
        ({"elsewhere": 0.1, "b": 1.0}, "b a c"),
    ],
)
def test_the_method_that_worked_best_comes_first_and_the_others_keep_their_order(
    works: dict[str, float], best: str
) -> None:
    assert best_first(("a", "b", "c"), works) == tuple(best.split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"[output.type]\n{SAID}\n"),
        ("# mine\n", f"# mine\n\n[output.type]\n{SAID}\n"),
        ("[output.type]\n", f"[output.type]\n{SAID}\n"),
        (
            '[output.type] # x\nwayland = ["portal"] # why\n\n# end\n',
            f"[output.type] # x\n{SAID} # why\n\n# end\n",
        ),
        (
            "[output.type]\nwayland = [\n  'portal',\n]\nsettle_ms=5\n",
            '[output.type]\nwayland = [\n    "paste",\n    "portal",\n]\nsettle_ms=5\n',
        ),
        ("output.type.settle_ms = 5\n", f"output.type.settle_ms = 5\noutput.type.{SAID}\n"),
    ],
)
def test_the_key_is_set_and_the_rest_stays_as_it_stood(path: Path, before: str, after: str) -> None:
    path.write_text(before)
    write(path, KEY, BEST)
    assert path.read_text() == after


@pytest.mark.parametrize(
    "text", ["[output]\ntype = {settle_ms = 5}\n", "output = {type = {settle_ms = 5}}\n"]
)
def test_a_table_in_one_line_takes_the_key_too(path: Path, text: str) -> None:
    path.write_text(text)
    write(path, KEY, BEST)
    found = configfile.load(path).output.type
    assert (found.wayland, found.settle_ms, path.read_text().count("\n")) == (BEST, 5, text.count("\n"))


def test_a_file_of_every_key_differs_in_one_line(path: Path) -> None:
    path.write_text(configfile.dump(Config()))
    write(path, KEY, BEST)
    lines = configfile.dump(Config()).splitlines()
    changed = [(a, b) for a, b in zip(lines, path.read_text().splitlines(), strict=True) if a != b]
    assert [b for _, b in changed] == [SAID]


def test_what_was_written_is_what_the_program_reads(path: Path) -> None:
    path.write_text("[output]\nsinks = ['log']\n[text]\njoin = 'none'\n")
    write(path, KEY, BEST)
    config = configfile.load(path)
    assert (config.output.type.wayland, config.output.sinks, config.text.join) == (BEST, ("log",), "none")


def test_the_change_is_told(path: Path) -> None:
    path.write_text('[output.type]\nwayland = ["portal"]\n')
    assert str(write(path, KEY, BEST)) == f'{path}: output.type.wayland: ["portal"] -> ["paste", "portal"]'


def test_what_was_not_set_is_told_as_such(path: Path) -> None:
    assert str(write(path, KEY, BEST)) == f'{path}: output.type.wayland: not set -> ["paste", "portal"]'


def test_a_file_that_says_so_already_is_not_touched(path: Path) -> None:
    path.write_text("[output.type]\nwayland=['paste','portal']\n")
    before = path.stat()
    assert write(path, KEY, BEST) is None
    assert path.stat() == before


def test_a_file_that_was_not_there_is_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "new/config.toml"
    write(path, KEY, BEST)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_mode_stays(path: Path) -> None:
    path.touch()
    path.chmod(0o640)
    write(path, KEY, BEST)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path, path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    path.symlink_to("dotfiles/dictated.toml")
    (tmp_path / "dotfiles/dictated.toml").touch()
    write(path, KEY, BEST)
    assert path.is_symlink()
    assert SAID in (tmp_path / "dotfiles/dictated.toml").read_text()


def test_nothing_else_is_left_in_the_folder(tmp_path: Path, path: Path) -> None:
    write(path, KEY, BEST)
    assert os.listdir(tmp_path) == ["config.toml"]  # noqa: PTH208  (the names alone)


@pytest.mark.parametrize("text", ["output = 5\n", "[output]\ntype = 'x'\n", "[[output]]\n", "[output.type\n"])
def test_a_file_that_has_no_place_for_it_stays_and_the_user_is_told(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(DictatedError, match=r"yourself|mend it first"):
        write(path, KEY, BEST)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DictatedError, match=r"; write into it yourself: output\.type\.wayland = "):
        write(tmp_path / "file/config.toml", KEY, BEST)


def test_what_the_program_would_not_read_afterwards_is_not_written(path: Path) -> None:
    path.write_text(text := "[segment]\npause_most_ms = 1000\n")
    with pytest.raises(DictatedError, match=r"it would be wrong: segment\.pause_most_ms: is less"):
        write(path, ("segment", "pause_ms"), 1100)
    assert path.read_text() == text
