"""`dictated eval` with the engine that comes with the program, and one that cannot work."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from recordings import FOLDER, recorded

from dictated.commands.eval import chosen, configured
from dictated.config import Config
from dictated.errors import UsageError
from dictated.sttconfig import Stt

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated

SAID = "the child almost hurt the small dog"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recorded("sb11.wav")  # or skip
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copyfile(FOLDER / "sb11.wav", folder / "dog.wav")
    (folder / "dog.txt").write_text(SAID)
    return folder


def test_a_table_shows_how_well_an_engine_understands(dictated: Dictated, folder: Path) -> None:
    run = dictated("eval", folder)
    assert (run.returncode, run.stdout.splitlines()[1].split()[:4]) == (0, ["local", "tiny-en", "0.0", "%"])


def test_json_on_standard_output_stands_there_alone(dictated: Dictated, folder: Path) -> None:
    (engine,) = json.loads(dictated("eval", folder, "--json", "-").stdout)["engines"]
    assert (engine["engine"], engine["words"]["said"], engine["utterances"]) == ("local", 7, 1)


def test_an_engine_that_cannot_work_is_told_in_a_line_and_the_others_go_on(
    dictated: Dictated, folder: Path
) -> None:
    run = dictated("eval", folder, "--engine", "openrouter", "--engine", "local")
    assert (run.returncode, run.stderr) == (1, "")
    assert [line.split()[0] for line in run.stdout.splitlines()] == [
        "engine",
        "openrouter",
        "local",
        "openrouter",
    ]


def test_reports_are_for_their_owner_alone(dictated: Dictated, folder: Path, tmp_path: Path) -> None:
    dictated("eval", folder, "--json", tmp_path / "e.json", "--html", tmp_path / "e.html")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("e.json", "e.html")] == [0o600] * 2


def test_without_words_neither_report_has_any(dictated: Dictated, folder: Path, tmp_path: Path) -> None:
    dictated("eval", folder, "--no-words", "--json", tmp_path / "e.json", "--html", tmp_path / "e.html")
    reports = [(tmp_path / name).read_text() for name in ("e.json", "e.html")]
    assert [any(word in report for word in ("almost", str(tmp_path))) for report in reports] == [False] * 2


def test_a_recording_without_text_is_told_and_fails_but_keeps_no_other_from_it(
    dictated: Dictated, folder: Path
) -> None:
    shutil.copyfile(folder / "dog.wav", folder / "other.wav")
    run = dictated("eval", folder)
    assert (run.returncode, run.stderr.count("\n"), "0.0 %" in run.stdout) == (1, 1, True)


def test_a_file_that_is_no_recording_is_told_in_a_line(dictated: Dictated, folder: Path) -> None:
    (folder / "bad.wav").write_text("no sound")
    (folder / "bad.txt").write_text("words")
    run = dictated("eval", folder)
    assert (run.returncode, run.stderr.count("\n"), "bad.wav" in run.stderr) == (1, 1, True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("none",), "no such folder"),
        ((".", "--engine", "x"), "no engine"),
        ((".", "--html", "no/such/e.html"), "cannot be written"),
        ((".", "--html", "-", "--json", "-"), "one report goes to standard output"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_before_anything_is(
    dictated: Dictated, wrong: tuple[str, ...], said: str
) -> None:
    run = dictated("eval", *wrong)
    assert (run.returncode, run.stdout, run.stderr.count("\n"), said in run.stderr) == (2, "", 1, True)


def test_a_page_on_standard_output_stands_there_alone_and_makes_no_file(
    dictated: Dictated, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = dictated("eval", folder, "--html", "-")
    assert (run.stdout[:15], (tmp_path / "-").exists()) == ("<!DOCTYPE html>", False)


def test_a_recording_whose_name_is_not_in_utf_8_is_measured_and_reported(
    dictated: Dictated, folder: Path, tmp_path: Path
) -> None:
    for name in ("dog.wav", "dog.txt"):
        (folder / name).rename(folder / os.fsdecode(b"gr\xfc\xdfe" + name[3:].encode()))
    run = dictated("eval", folder, "--json", tmp_path / "e.json", "--html", tmp_path / "e.html")
    (engine,) = json.loads((tmp_path / "e.json").read_text())["engines"]
    assert (run.returncode, engine["recordings"][0]["name"]) == (0, "gr\ufffd\ufffde.wav")


def test_the_engines_are_those_that_dictating_asks() -> None:
    assert chosen(Config(stt=Stt(engine="openai", fallback=("local", "openai")))) == ("openai", "local")


def test_an_engine_is_asked_by_itself_and_with_the_model_that_is_named() -> None:
    asked = configured(Config(stt=Stt(fallback=("openai",))), "openrouter=x/y:z").stt
    assert (asked.engine, asked.fallback, asked.openrouter.model) == ("openrouter", (), "x/y:z")


@pytest.mark.parametrize("wanted", ["", "none", "local=", "=x"])
def test_an_engine_that_does_not_exist_is_wrong_use(wanted: str) -> None:
    with pytest.raises(UsageError, match="--engine takes local, "):
        configured(Config(), wanted)
