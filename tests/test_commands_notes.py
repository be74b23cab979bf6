"""Rules of `dictated notes`: today's log is opened by the user's editor; words are found in all that was said."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dictated.cli import main
from dictated.expiry import Keep
from dictated.history import Entry, History
from dictated.paths import Paths
from dictated.records import Fate

if TYPE_CHECKING:
    from collections.abc import Sequence

DICTATED = Path(sys.executable).with_name("dictated")
NOW = datetime.now(UTC).astimezone().replace(microsecond=250_000)
TIME = f"{NOW:%Y-%m-%d %H:%M:%S}"
ENTRY = Entry(NOW, NOW + timedelta(seconds=1), Fate.DELIVERED, text="Bon été à tous.", engine="local")
DIARY = "whatnobodyelsemayread"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "false")
    return Paths.from_environment(os.environ)


@pytest.fixture
def notes(paths: Paths) -> Path:
    """The file that a configuration with a log has notes in."""
    return configure(paths, '["type", "log"]')


def configure(paths: Paths, sinks: str, more: str = "") -> Path:
    file = paths.state_dir.parent / "notes/today.md"
    paths.config_dir.mkdir()
    log = f'[output.log]\npath = "{file}"\nformat = "markdown"\n'
    paths.config_file.write_text(f"[output]\nsinks = {sinks}\n{log}{more}")
    return file


def editor(folder: Path, exit_status: int = 0) -> str:
    """Make an editor that writes into the file, and return its command."""
    program = folder / "my editor"
    program.write_text(f'#!/bin/sh\necho "$@" >>"$2"\nexit {exit_status}\n')
    program.chmod(0o755)
    return f"'{program}' --wait"


def note(paths: Paths, *texts: str) -> None:
    with closing(History(paths.history_file)) as history:
        for text in texts:
            history.note(replace(ENTRY, text=text))


def run(*arguments: str) -> int:
    return main(["notes", *arguments])


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.removeprefix("dictated: ")


def test_today_s_log_is_opened_by_the_user_s_editor(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path))
    notes.parent.mkdir()
    notes.write_text("- what was said\n")

    assert (run(), notes.read_text()) == (0, f"- what was said\n--wait {notes}\n")


def test_visual_goes_before_editor(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path))

    assert (run(), notes.exists()) == (0, True)


def test_without_either_the_desktop_opens_it(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "xdg-open").write_text('#!/bin/sh\necho opened >>"$1"\n')
    (tmp_path / "xdg-open").chmod(0o755)

    assert (run(), notes.read_text()) == (0, "opened\n")


def test_where_nothing_is_said_yet_there_is_a_file_to_write_in_for_this_user_alone(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")

    run()

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (notes.parent, notes)]
    assert (modes, notes.read_text()) == ([0o700, 0o600], "")


@pytest.mark.usefixtures("paths")
def test_the_path_is_printed_whether_a_log_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("--path")

    shown = capsys.readouterr().out
    assert (code, bool(re.fullmatch(rf"{tmp_path}/\.local/state/dictated/log/[\d-]+\.txt\n", shown))) == (
        0,
        True,
    )


def test_printing_the_path_makes_no_file(notes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--path")

    assert (capsys.readouterr().out, notes.exists()) == (f"{notes}\n", False)


def test_where_no_log_is_kept_it_says_how_to_have_one(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run()

    advice = f'no log is kept; to have one, set sinks = ["type", "log"] in [output] of {paths.config_file}\n'
    assert (code, complaint(capsys)) == (1, advice)


def test_the_log_of_a_profile_is_one(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(paths, '["type"]', '[profiles.notes]\noutput = { sinks = ["log"] }\n')
    monkeypatch.setenv("EDITOR", "true")

    assert run() == 0


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("no-such-editor -x", "no-such-editor -x is not installed; set $EDITOR, or open {} yourself"),
        ("'", "$VISUAL or $EDITOR (') cannot be read: No closing quotation"),
        ("   ", "    is not installed; set $EDITOR, or open {} yourself"),
        ("false", "false could not open {} (exit status 1); set $EDITOR to another"),
    ],
)
def test_an_editor_that_does_not_work_is_told_in_one_line(
    wanted: str, line: str, notes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDITOR", wanted)

    assert (run(), complaint(capsys)) == (1, f"{line.format(notes)}\n")


def test_an_editor_that_is_no_program_is_told_in_one_line(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (script := tmp_path / "edit").write_text("vi $1\n")
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    told = f"{script} cannot be started (Exec format error); set $EDITOR to another\n"
    assert (run(), complaint(capsys), notes.exists()) == (1, told, True)


def test_a_place_that_takes_no_file_is_told_in_one_line(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes.parent.write_text("a file")

    code = run()

    told = f"{notes} stands below a file that is no folder; move that file or choose another place\n"
    assert (code, complaint(capsys)) == (1, told)


def test_what_is_found_is_a_line_with_number_and_time_the_newest_last(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    note(paths, "Bon été à tous.", "other words", "un été\nde plus")

    code = run("search", "ete")

    assert (code, capsys.readouterr().out) == (0, f"1  {TIME}  Bon été à tous.\n3  {TIME}  un été de plus\n")


def test_only_the_last_few_are_shown(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, *("word " + letter for letter in "abc"))

    run("search", "-n", "2", "word")

    assert [line[-1] for line in capsys.readouterr().out.splitlines()] == ["b", "c"]


def test_more_than_there_can_be_is_all_there_is(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, "word")

    run("search", "-n", str(10**30), "word")

    assert capsys.readouterr().out.count("\n") == 1


def test_json_is_that_of_the_history(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, "Bon été à tous.", "other words")
    main(["history", "--json"])
    first = capsys.readouterr().out.splitlines()[0]

    run("search", "--json", "été")

    assert json.loads(capsys.readouterr().out) == json.loads(first)


@pytest.mark.parametrize(("form", "shown"), [([], "nothing is found; "), (["--json"], "")])
def test_nothing_found_is_said(
    form: Sequence[str], shown: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    note(paths, "Bon été à tous.")

    code = run("search", *form, "hiver")

    assert (code, capsys.readouterr().out.startswith(shown)) == (0, True)


def test_a_terminal_obeys_nothing_that_was_said(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, "red \x1b[31m \x9b2J \u202e word")

    run("search", "word")

    assert capsys.readouterr().out.removesuffix("\n").isprintable()


def test_on_a_terminal_the_match_is_bold(paths: Paths) -> None:
    note(paths, "Bon été à tous.")
    ours, its = pty.openpty()

    subprocess.run([DICTATED, "notes", "search", "tou"], stdout=its, check=True)

    os.close(its)
    shown = os.read(ours, 1000).decode()
    os.close(ours)
    assert shown.endswith("  Bon été à \x1b[1mtous\x1b[22m.\r\n")


def test_a_search_leaves_the_words_nowhere_but_in_the_history(paths: Paths, tmp_path: Path) -> None:
    note(paths, DIARY)

    run("search", DIARY)

    files = [path for path in tmp_path.rglob("*") if path.is_file() and DIARY.encode() in path.read_bytes()]
    assert files == [paths.history_file]


def test_where_nothing_was_said_searching_makes_no_file(paths: Paths) -> None:
    assert (run("search", "word"), paths.state_dir.exists()) == (0, False)


@pytest.mark.parametrize("way", ["purge", "expiry"])
def test_what_is_gone_is_found_no_more_and_stands_in_no_file(
    way: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    note(paths, DIARY)
    run("search", DIARY)
    if way == "purge":
        main(["history", "--purge"])
    else:
        with closing(
            History(paths.history_file, Keep(timedelta(days=1)), lambda: NOW + timedelta(days=2))
        ) as it:
            it.expiry.overdue()
    capsys.readouterr()

    run("search", DIARY)

    left = b"".join(path.read_bytes() for path in paths.state_dir.rglob("*") if path.is_file())
    assert (DIARY.encode() in left, capsys.readouterr().out[:7]) == (False, "nothing")


@pytest.mark.parametrize(
    "wrong", [["search"], ["search", "-n", "0", "a"], ["find", "a"], ["search", "--path", "a"]]
)
def test_wrong_use_exits_with_2(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*wrong)
    assert left.value.code == 2
