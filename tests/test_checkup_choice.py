from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated import configfile
from dictated.checkup.choice import choose

if TYPE_CHECKING:
    from pathlib import Path

WAYS = ("virtual-keyboard", "portal", "paste")
BEST = ("paste", "virtual-keyboard", "portal")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("works", "wayland", "said"),
    [
        ({"paste": 0.2}, False, "Nothing to choose: on X11"),
        ({}, True, "Nothing was changed: no way of typing was exact"),
        (
            {"virtual-keyboard": 0.1, "paste": 0.2},
            True,
            "Nothing need be changed: virtual-keyboard is the best",
        ),
    ],
)
def test_where_there_is_nothing_to_change_it_is_said_and_no_file_is_made(
    path: Path,
    works: dict[str, float],
    wayland: bool,  # noqa: FBT001  (a column of the table)
    said: str,
) -> None:
    choice = choose(WAYS, works, path, wayland=wayland)
    assert (choice.said.startswith(said), choice.failed, path.exists()) == (True, False, False)
    assert choice.as_dict() == {"changed": False, "said": choice.said}


def test_the_best_comes_first_and_the_comments_stay(path: Path) -> None:
    path.write_text("# mine\n[output.type]\nsettle_ms = 40 # slow\n")
    choice = choose(WAYS, {"paste": 0.2}, path, wayland=True)
    settings = configfile.load(path).output.type
    assert (settings.wayland, settings.settle_ms, choice.failed) == (BEST, 40, False)
    assert path.read_text().startswith("# mine\n[output.type]\nsettle_ms = 40 # slow\n")


def test_what_was_changed_is_told_from_what_to_what(path: Path) -> None:
    path.write_text('output.type.wayland = ["virtual-keyboard", "portal", "paste"]\n')
    choice = choose(WAYS, {"paste": 0.2}, path, wayland=True)
    assert choice.as_dict() == {
        "changed": True,
        "said": f'Changed: {path}: output.type.wayland: ["virtual-keyboard", "portal", "paste"]'
        ' -> ["paste", "virtual-keyboard", "portal"]',
        "file": str(path),
        "key": "output.type.wayland",
        "before": list(WAYS),
        "after": BEST,
    }


def test_what_somebody_wrote_meanwhile_is_not_written_again(path: Path) -> None:
    path.write_text('output.type.wayland = ["paste", "virtual-keyboard", "portal"]\n')
    assert "says so already" in choose(WAYS, {"paste": 0.2}, path, wayland=True).said


def test_a_file_that_cannot_be_written_is_a_failure_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    choice = choose(WAYS, {"paste": 0.2}, tmp_path / "file/config.toml", wayland=True)
    assert (choice.failed, "write into it yourself" in choice.said, "\n" in choice.said) == (
        True,
        True,
        False,
    )
