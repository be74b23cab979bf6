"""Rules of `dictated history`: a line an entry, with its words or why there are none."""

from __future__ import annotations

import fcntl
import json
from argparse import Namespace
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import utterance

from dictated.commands.history import _daemon_kept_away, run
from dictated.errors import HistoryError, UsageError
from dictated.history import Entry, History
from dictated.paths import Paths
from dictated.records import Fate
from dictated.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime.now(UTC).astimezone().replace(microsecond=250_000)
TIME = f"{NOW:%Y-%m-%d %H:%M:%S}"
ENTRY = Entry(NOW, NOW + timedelta(seconds=1), Fate.DELIVERED, text="Bon été.", engine="local", took=0.25)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run")


def note(paths: Paths, *entries: Entry) -> None:
    with closing(History(paths.history_file)) as history:
        for entry in entries:
            history.note(entry)


def asked(count: int = 20, *, as_json: bool = False) -> Namespace:
    return Namespace(count=count, json=as_json, purge=False, all=False)


def test_each_entry_is_a_line_of_aligned_columns(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    held = replace(ENTRY, fate=Fate.HELD, engine="openrouter", text="Thank you.", reason="no speech under it")
    note(paths, ENTRY, held)

    run(asked(), paths)

    assert capsys.readouterr().out.splitlines() == [
        f"1  {TIME}  delivered  local       Bon été.",
        f"2  {TIME}  held       openrouter  Thank you. [no speech under it]",
    ]


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ((Fate.DELIVERED, "words", ""), "words"),
        ((Fate.DELIVERED, "", ""), "[no longer kept]"),
        ((Fate.HELD, "words", "doubtful"), "words [doubtful]"),
        ((Fate.HELD, "", "doubtful"), "[doubtful]"),
        ((Fate.EMPTY, "", ""), "[no words in it]"),
        ((Fate.FAILED, "", "no engine answered"), "[no engine answered]"),
        ((Fate.CANCELLED, "", ""), "[thrown away]"),
        ((Fate.DELIVERED, "two\nlines \t", ""), "two lines"),
        ((Fate.DELIVERED, "\x1b[31mred\x07 \x9b2J", ""), "\ufffd[31mred\ufffd \ufffd2J"),
        ((Fate.DELIVERED, "a\u202eb", ""), "a\ufffdb"),
        ((Fate.DELIVERED, "🩷 \U0001fae9", ""), "🩷 \U0001fae9"),
        ((Fate.FAILED, "", "bad\nanswer\x1b[0m"), "[bad answer\ufffd[0m]"),
        ((Fate.DELIVERED, "نمی\u200cشد 👩\u200d🚀 naïve", ""), "نمی\u200cشد 👩\u200d🚀 naïve"),
    ],
)
def test_a_line_ends_with_the_words_or_why_there_are_none(
    entry: tuple[Fate, str, str], shown: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    fate, text, reason = entry
    note(paths, replace(ENTRY, fate=fate, text=text, reason=reason))

    run(asked(), paths)

    assert capsys.readouterr().out == f"1  {TIME}  {fate:<9}  local  {shown}\n"


def test_only_the_newest_are_shown_the_newest_last(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, *(replace(ENTRY, text=text) for text in "abc"))

    run(asked(2), paths)

    assert [line[-1] for line in capsys.readouterr().out.splitlines()] == ["b", "c"]


def test_json_has_every_field_on_one_line(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, replace(ENTRY, generation="gen-1", reason="why", text='Bon\n"été".'))

    run(asked(as_json=True), paths)

    out = capsys.readouterr().out
    assert (out.count("\n"), json.loads(out)) == (
        1,
        {
            "id": 1,
            "began": NOW.isoformat(timespec="microseconds"),
            "ended": (NOW + timedelta(seconds=1)).isoformat(timespec="microseconds"),
            "fate": "delivered",
            "text": 'Bon\n"été".',
            "reason": "why",
            "engine": "local",
            "took": 0.25,
            "generation": "gen-1",
            "audio": None,
        },
    )


def test_json_has_what_the_engine_wrote_where_the_text_is_another(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    note(
        paths,
        replace(ENTRY, raw="bon été full stop"),
        replace(ENTRY, fate=Fate.EMPTY, text="", raw="undo that"),
    )

    run(asked(as_json=True), paths)

    lines = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(one["text"], one["raw"]) for one in lines] == [
        ("Bon été.", "bon été full stop"),
        ("", "undo that"),
    ]


def test_a_line_shows_the_text_that_was_delivered(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    note(paths, replace(ENTRY, raw="bon été full stop"))

    run(asked(), paths)

    assert capsys.readouterr().out == f"1  {TIME}  delivered  local  Bon été.\n"


def test_json_keeps_the_text_as_it_is_and_a_terminal_from_obeying_it(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "é\x1b[31m \x9b2J \u202e\U000e0041"
    note(paths, replace(ENTRY, text=text))

    run(asked(as_json=True), paths)

    line = capsys.readouterr().out.removesuffix("\n")
    assert (line.isprintable(), "é" in line, json.loads(line)["text"]) == (True, True, text)


def test_with_no_history_yet_it_says_so(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(asked(), paths)

    assert (code, capsys.readouterr().out) == (0, "nothing has been dictated yet\n")


def test_with_no_history_yet_json_is_empty(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(asked(as_json=True), paths)

    assert (code, capsys.readouterr().out) == (0, "")


def test_looking_makes_no_file(paths: Paths) -> None:
    run(asked(), paths)

    assert not paths.state_dir.exists()


def test_it_works_while_the_daemon_writes(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(History(paths.history_file)) as history:
        history.note(ENTRY)

        run(asked(), paths)

    assert capsys.readouterr().out.endswith("Bon été.\n")


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_is_wrong_use(count: int, paths: Paths) -> None:
    with pytest.raises(UsageError, match="-n takes a number from 1"):
        run(asked(count), paths)


@pytest.mark.parametrize("count", [2**63, 10**30])
def test_more_than_there_can_be_is_all_there_is(
    count: int, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    note(paths, ENTRY)

    run(asked(count), paths)

    assert capsys.readouterr().out.count("\n") == 1


def test_a_history_that_cannot_be_read_is_an_error(paths: Paths) -> None:
    paths.history_file.mkdir(parents=True)

    with pytest.raises(HistoryError, match="is a folder"):
        run(asked(), paths)


def spoken(paths: Paths, *fates: Fate) -> None:
    """Note utterances with a second of sound each."""
    with closing(History(paths.history_file)) as history:
        for fate in fates:
            said = utterance(1, frames=50)
            number = history.records.open(said, Spool(paths.spool_dir).keep(said).name)
            if fate is not Fate.RECORDED:
                history.note(replace(ENTRY, fate=fate, id=number))


def purge(*, everything: bool = False) -> Namespace:
    return Namespace(count=20, json=False, purge=True, all=everything)


def left(paths: Paths) -> tuple[list[Fate], int]:
    entries = History(paths.history_file).entries(99)
    return [entry.fate for entry in entries], len(list(paths.spool_dir.iterdir()))


@contextmanager
def daemon(paths: Paths) -> Iterator[None]:
    """Hold what a running daemon holds."""
    paths.lock.parent.mkdir()
    with paths.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize(
    ("fates", "said"),
    [
        ([Fate.DELIVERED] * 4, "4 entries and 0.1 MB of sound removed"),
        ([Fate.EMPTY], "1 entry and 0.0 MB of sound removed"),
        (
            [Fate.HELD, Fate.DELIVERED, Fate.FAILED],
            "1 entry and 0.0 MB of sound removed; 2 not delivered yet: kept (`dictated retry --all`; --all removes them too)",
        ),
    ],
)
def test_a_purge_says_what_is_gone_and_what_stays(
    fates: list[Fate], said: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spoken(paths, *fates)
    run(purge(), paths)
    assert capsys.readouterr().out == f"{said}\n"


def test_a_purge_leaves_what_is_not_delivered(paths: Paths) -> None:
    spoken(paths, Fate.DELIVERED, Fate.HELD, Fate.EMPTY, Fate.RECORDED, Fate.FAILED, Fate.CANCELLED)
    run(purge(), paths)
    assert left(paths) == ([Fate.HELD, Fate.RECORDED, Fate.FAILED], 3)


def test_a_purge_of_all_beside_a_daemon_leaves_what_is_under_way(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spoken(paths, Fate.DELIVERED, Fate.HELD, Fate.RECORDED, Fate.FAILED)
    (paths.spool_dir / "1-2.tape").touch()
    with daemon(paths):
        run(purge(everything=True), paths)
    assert left(paths) == ([Fate.RECORDED], 2)
    assert capsys.readouterr().out == "3 entries and 0.1 MB of sound removed; 1 under way: kept\n"


def test_a_purge_of_all_without_a_daemon_leaves_nothing_not_even_what_a_crash_left(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spoken(paths, *Fate)
    Spool(paths.spool_dir).keep(utterance(2))
    (paths.spool_dir / "1-2.tape").touch()
    run(purge(everything=True), paths)
    assert (left(paths), capsys.readouterr().out) == (([], 0), "7 entries and 0.2 MB of sound removed\n")


def test_no_daemon_starts_in_the_midst_of_a_purge(paths: Paths) -> None:
    paths.lock.parent.mkdir()
    with _daemon_kept_away(paths.lock) as alone, paths.lock.open("w") as file:
        assert alone
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_where_there_is_nothing_a_purge_makes_no_file(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    run(purge(), paths)
    assert (capsys.readouterr().out, paths.state_dir.exists()) == ("nothing has been dictated yet\n", False)


def test_all_without_purge_is_wrong_use(paths: Paths) -> None:
    with pytest.raises(UsageError, match="--all goes with --purge"):
        run(Namespace(count=20, json=False, purge=False, all=True), paths)


def test_json_tells_where_the_sound_is(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    spoken(paths, Fate.HELD)
    run(asked(as_json=True), paths)
    (file,) = paths.spool_dir.iterdir()
    assert json.loads(capsys.readouterr().out)["audio"] == str(file)
