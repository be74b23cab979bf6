"""Rules of the SQLite file: private, shared, whole or untouched, and every refusal is one line."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from restrictions import largest_file, ordinary_user

from dictated.database import Database, _connect
from dictated.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = (["CREATE TABLE words (word TEXT)"],)
DIARY = "what nobody else may read"


def database(file: Path) -> Database:
    return Database(file, STEPS)


def add(to: Database, word: str = "word") -> None:
    with to.writing("FULL") as db:
        db.execute("INSERT INTO words VALUES (?)", (word,))


def words(of: Database) -> list[str]:
    return [row[0] for row in of.read("SELECT word FROM words")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "state/history.sqlite3"


def leave_copies(made: Database) -> None:
    """Have SQLite move rows to and fro, then remove them: what it leaves of them is in no row."""
    chance = random.Random(1)
    with made.writing("FULL") as db:
        db.executemany("INSERT INTO words VALUES (?)", [(None,)] * 300)
    for row in chance.sample(range(1, 301), 300):
        with made.writing("NORMAL") as db:
            word = DIARY * chance.randrange(1, 20) if row % 20 else "word"
            db.execute("UPDATE words SET word = ? WHERE rowid = ?", (word, row))
    with made.writing("NORMAL") as db:
        db.execute("UPDATE words SET word = NULL WHERE word != 'word'")
        made.leave_no_traces()


@contextmanager
def ordinary_user_at(file: Path) -> Iterator[None]:
    """Give up root's rights, but not the way to the file's folder, which another run of pytest may close."""
    for folder in file.parents[1:5] if os.geteuid() == 0 else []:
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o055)
    with ordinary_user():
        yield


@pytest.fixture
def written(file: Path) -> Path:
    """A file with one word, closed."""
    with closing(database(file)) as made:
        add(made)
    file.parent.chmod(0o755)
    file.chmod(0o644)
    return file


def test_what_is_written_is_read(file: Path) -> None:
    with closing(database(file)) as made:
        add(made, "one")
        add(made, "two")

        assert words(made) == ["one", "two"]


def test_file_log_and_folder_are_for_this_user_alone(file: Path) -> None:
    with closing(database(file)) as made:
        add(made)

        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in [file.parent, *file.parent.iterdir()]
        }
    names = [file.name, f"{file.name}-wal", f"{file.name}-shm"]
    assert modes == {"state": 0o700} | dict.fromkeys(names, 0o600)


def test_a_file_that_others_could_read_is_closed_to_them(written: Path) -> None:
    with closing(database(written)) as made:
        add(made)

    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_reading_what_is_not_there_finds_nothing_and_makes_nothing(file: Path) -> None:
    assert (words(database(file)), file.parent.exists()) == ([], False)


def test_a_file_with_nothing_in_it_yet_reads_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    assert words(database(tmp_path / "empty")) == []


def test_reading_does_not_change_the_file(written: Path) -> None:
    before = (written.read_bytes(), written.stat().st_mode)

    words(database(written))

    assert (written.read_bytes(), written.stat().st_mode) == before


@pytest.mark.parametrize("name", ["a b", "a?mode=memory", "100%", "a#b", "é", "\udcff"])
def test_any_name_of_a_folder_will_do(name: str, tmp_path: Path) -> None:
    with closing(database(tmp_path / name / "history")) as made:
        add(made)

    assert (tmp_path / name / "history").stat().st_size > 0


def test_nothing_is_left_beside_a_file_that_is_closed(written: Path) -> None:
    assert list(written.parent.iterdir()) == [written]


def test_a_file_is_opened_anew_after_it_was_closed(written: Path) -> None:
    made = database(written)
    add(made, "again")
    made.close()

    assert words(made) == ["word", "again"]


def test_the_file_stays_open_between_two_transactions(file: Path) -> None:
    with closing(database(file)) as made:
        with made.writing("FULL") as first:
            pass
        with made.writing("FULL") as second:
            pass

        assert first is second


def test_where_a_transaction_ends_in_an_error_nothing_of_it_is_written(written: Path) -> None:
    made = database(written)

    with pytest.raises(sqlite3.Warning), made.writing("FULL") as db:  # noqa: PT012 (what comes before counts)
        db.execute("INSERT INTO words VALUES ('half')")
        raise sqlite3.Warning
    add(made, "more")
    made.close()

    assert words(made) == ["word", "more"]


def test_after_the_file_is_moved_away_a_new_one_is_begun(written: Path) -> None:
    with closing(database(written)) as made:
        add(made)
        written.rename(written.with_name("old"))

        add(made, "new")

        assert words(made) == ["new"]


def test_what_was_moved_away_is_whole(written: Path) -> None:
    old = written.with_name("old")
    with closing(database(written)) as made:
        add(made, "last")
        written.rename(old)
        add(made, "new")

    assert words(database(old)) == ["word", "last"]


def test_threads_take_turns(file: Path) -> None:
    with closing(database(file)) as made:
        second = threading.Thread(target=add, args=(made, "second"))
        with made.writing("FULL") as db:
            second.start()
            second.join(0.1)  # without a turn to wait for, it would be over by now
            db.execute("INSERT INTO words VALUES ('first')")
        second.join()

        assert words(made) == ["first", "second"]


WRITER = """
import os, pathlib, runpy, sys
sys.path.append(os.path.dirname(sys.argv[1]))
case = runpy.run_path(sys.argv[1])
made = case["database"](pathlib.Path(sys.argv[2]))
print("ready", flush=True)
input()
for number in range(50):
    case["add"](made, sys.argv[3])
made.close()
"""


def test_programs_that_begin_the_file_at_once_share_it(file: Path) -> None:
    command = [sys.executable, "-c", WRITER, __file__, str(file)]
    start = partial(
        subprocess.Popen[str], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=0
    )
    with start([*command, "a"]) as one, start([*command, "b"]) as other:
        for writer in (one, other):
            assert writer.stdout
            writer.stdout.readline()
        for writer in (one, other):
            assert writer.stdin
            writer.stdin.write("go\n")

    assert sorted(words(database(file))) == ["a"] * 50 + ["b"] * 50


def test_a_file_that_another_program_is_just_making_is_written_after_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as other, closing(database(file)) as made:
        for statement in ("BEGIN IMMEDIATE", *STEPS[0], "PRAGMA user_version = 1"):
            other.execute(statement)

        def connect(path: Path, mode: str) -> sqlite3.Connection:
            db = _connect(path, mode)
            db.set_trace_callback(
                lambda statement: other.commit() if statement == "BEGIN IMMEDIATE" else None
            )
            return db

        monkeypatch.setattr("dictated.database._connect", connect)
        add(made)

        assert words(made) == ["word"]


@pytest.fixture
def abandoned(file: Path) -> Path:
    """A file with two words, that was open in a program that was killed: the second is in its log alone."""
    program = WRITER.partition("print")[0] + "case['add'](made); " * 2 + "os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", program, __file__, str(file)], check=False, timeout=60)
    return file


def test_what_was_written_outlives_a_kill(abandoned: Path) -> None:
    assert words(database(abandoned)) == ["word", "word"]


def test_reading_does_not_change_what_a_killed_program_left(abandoned: Path) -> None:
    before = everything(abandoned.parent, "history.sqlite3", "history.sqlite3-wal")

    words(database(abandoned))

    assert everything(abandoned.parent, "history.sqlite3", "history.sqlite3-wal") == before


def test_what_a_killed_program_left_can_be_read_where_nothing_can_be_written(abandoned: Path) -> None:
    for path in abandoned.parent.iterdir():
        path.chmod(0o444)
    abandoned.parent.chmod(0o555)

    with ordinary_user_at(abandoned):
        assert words(database(abandoned)) == ["word", "word"]


@pytest.mark.parametrize(("synchronous", "number"), [("NORMAL", 1), ("FULL", 2)])
def test_each_transaction_waits_for_the_disk_as_it_is_told(
    synchronous: Literal["NORMAL", "FULL"], number: int, file: Path
) -> None:
    with closing(database(file)) as made, made.writing(synchronous) as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == number


def test_a_name_may_begin_in_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(database(Path("history"))) as made:
        add(made)

        assert words(made) == ["word"]


def everything(folder: Path, *names: str) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if not names or path.name in names)


@pytest.mark.parametrize("length", [1, 1000])
def test_what_is_removed_for_good_is_in_no_file(length: int, file: Path) -> None:
    with closing(database(file)) as made:
        add(made, DIARY * length)
        add(made, "other")
        with made.writing("FULL") as db:
            db.execute("DELETE FROM words WHERE word LIKE ?", (DIARY + "%",))
            made.leave_no_traces()

        assert DIARY.encode() not in everything(file.parent)


def test_what_a_reader_still_saw_goes_with_the_next_transaction(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.database.BUSY_S", 0.01)
    with closing(database(file)) as made:
        add(made, DIARY)
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM words").fetchall()
            with made.writing("FULL") as db:
                db.execute("DELETE FROM words")
                made.leave_no_traces()
        add(made, "other")

        assert DIARY.encode() not in everything(file.parent)


def test_the_log_is_emptied_only_where_something_was_removed(file: Path) -> None:
    with closing(database(file)) as made:
        add(made)
        add(made)

        assert file.with_name("history.sqlite3-wal").stat().st_size > 0


def test_what_is_written_is_no_error_because_the_log_cannot_be_emptied(file: Path) -> None:
    with closing(database(file)) as made:
        add(made, "long" * 30_000)
        with largest_file(file.stat().st_size), made.writing("FULL") as db:
            db.execute("INSERT INTO words VALUES (?)", ("more" * 3000,))
            made.leave_no_traces()

        assert words(made) == ["long" * 30_000, "more" * 3000]


def test_a_file_of_an_older_version_is_brought_up_to_date(written: Path) -> None:
    steps = (*STEPS, ["ALTER TABLE words ADD COLUMN language TEXT", "UPDATE words SET language = 'en'"])

    with closing(Database(written, steps)) as newer, newer.writing("FULL"):
        assert newer.read("SELECT * FROM words") == [("word", "en")]


def test_a_step_that_fails_leaves_the_file_as_it_was(written: Path) -> None:
    steps = (*STEPS, ["ALTER TABLE words ADD COLUMN language TEXT", "ALTER TABLE nothing ADD COLUMN a TEXT"])

    with pytest.raises(HistoryError), Database(written, steps).writing("FULL"):
        """Nothing to write."""

    assert database(written).read("SELECT * FROM words") == [("word",)]


@pytest.fixture
def newer(written: Path) -> Path:
    with closing(sqlite3.connect(written)) as db:
        db.execute("PRAGMA user_version = 2")
    return written


NEWER = "was written by a newer dictated; install that one, or move the file away"


def test_a_file_of_a_newer_version_is_not_written(newer: Path) -> None:
    before = newer.read_bytes()

    with pytest.raises(HistoryError, match=rf"\A[^\n]+ {NEWER}\Z"):
        add(database(newer))
    assert newer.read_bytes() == before


def test_a_file_of_a_newer_version_is_not_read(newer: Path) -> None:
    with pytest.raises(HistoryError, match=rf"\A[^\n]+ {NEWER}\Z"):
        words(database(newer))


def damage(file: Path, place: int) -> None:
    with file.open("r+b") as content:
        content.seek(place)
        content.write(b"\xff" * 4096)


@pytest.mark.parametrize("place", [0, 4096])
def test_a_damaged_file_is_told_to_who_reads(place: int, written: Path) -> None:
    damage(written, place)

    with pytest.raises(
        HistoryError, match=rf"\A{written} is damaged; move it away, and a new one is begun\Z"
    ):
        words(database(written))


@pytest.mark.parametrize("place", [0, 4096])
def test_a_damaged_file_is_told_to_who_writes(place: int, written: Path) -> None:
    damage(written, place)

    with pytest.raises(
        HistoryError, match=rf"\A{written} is damaged; move it away, and a new one is begun\Z"
    ):
        add(database(written))


def test_once_the_damaged_file_is_moved_away_a_new_one_is_begun(written: Path) -> None:
    damage(written, 0)
    made = database(written)
    with pytest.raises(HistoryError):
        add(made)

    written.rename(written.with_name("damaged"))
    add(made, "new")
    made.close()

    assert words(made) == ["new"]


def test_text_that_is_no_utf_8_is_read_as_far_as_it_can_be(written: Path) -> None:
    with closing(sqlite3.connect(written)) as db:
        db.execute("UPDATE words SET word = CAST(x'61ff62' AS TEXT)")
        db.commit()

    assert words(database(written)) == ["a\ufffdb"]


def test_a_file_that_another_program_holds_too_long_is_told(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.database.BUSY_S", 0.01)
    with closing(sqlite3.connect(written, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            HistoryError, match=r"\A[^\n]+ has been in use by another program for 0.01 s; end that"
        ):
            add(database(written))


def test_a_file_written_anew_has_no_copies_of_what_was_removed(file: Path) -> None:
    with closing(database(file)) as made:
        leave_copies(made)
        copies = DIARY.encode() in everything(file.parent)
        made.rebuild()

        assert (copies, DIARY.encode() in everything(file.parent)) == (True, False)


def test_a_file_written_anew_has_what_was_not_removed(written: Path) -> None:
    with closing(database(written)) as made:
        made.rebuild()

        assert words(made) == ["word"]


def test_a_reader_that_keeps_removed_words_in_the_log_is_told(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.database.BUSY_S", 0.01)
    with closing(database(written)) as made, closing(sqlite3.connect(written, isolation_level=None)) as other:
        add(made)
        other.execute("BEGIN")
        other.execute("SELECT * FROM words").fetchall()
        with pytest.raises(HistoryError, match="has been in use by another program"):
            made.rebuild()


def test_a_write_that_the_disk_refuses_is_told_and_leaves_nothing_of_it(written: Path) -> None:
    made = database(written)

    with (
        largest_file(written.stat().st_size),
        pytest.raises(HistoryError, match=r"\A[^\n]+\(quota, ulimit -f\)\Z"),
    ):
        add(made, "long" * 10_000)

    assert words(made) == ["word"]


def test_after_a_refusal_writing_goes_on(written: Path) -> None:
    with closing(database(written)) as made:
        with largest_file(written.stat().st_size), pytest.raises(HistoryError):
            add(made, "long" * 10_000)

        add(made, "more")

        assert words(made) == ["word", "more"]


def on_a_tiny_disk(folder: Path) -> list[str]:
    """Return what runs a program on a disk of 256 KiB that only it sees, and that goes when it ends."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    prefix = [*unshare, "sh", "-ec", 'mount -t tmpfs -o size=256k none "$0"; exec "$@"', str(folder)]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk of their own")
    return prefix


ON_A_DISK = """
import os, pathlib, runpy, subprocess, sys
sys.path.append(os.path.dirname(sys.argv[1]))
case = runpy.run_path(sys.argv[1])
disk = pathlib.Path(sys.argv[2])
made = case["database"](disk / "history")
case["add"](made)
def attempt():
    try:
        case["add"](made, "long" * 5_000)
    except case["HistoryError"] as error:
        print(error)
"""

FILL = """
(disk / "other").write_bytes(bytes(4096 * (os.statvfs(disk).f_bavail - 2)))
attempt()
(disk / "other").unlink()
case["add"](made)
print(case["words"](made))
"""

FREEZE = """
made.close()
subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
attempt()
print(case["words"](made))
"""


def run_on_a_disk(folder: Path, program: str) -> list[str]:
    command = [*on_a_tiny_disk(folder), sys.executable, "-c", ON_A_DISK + program, __file__, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()


def test_a_full_disk_is_told_until_there_is_room_again(tmp_path: Path) -> None:
    line = f"the disk that holds {tmp_path}/history is full; free some space"

    assert run_on_a_disk(tmp_path, FILL) == [line, "['word', 'word']"]


def test_a_disk_that_became_read_only_is_told_and_can_still_be_read(tmp_path: Path) -> None:
    line = f"the disk that holds {tmp_path}/history is read-only; make it writable or choose another place"

    assert run_on_a_disk(tmp_path, FREEZE) == [line, "['word']"]


NOBODY = 65_534
MAY_NOT_BE_WRITTEN = "history.sqlite3 may not be written; change its permissions or choose another place"
MAY_NOT_BE_READ = "history.sqlite3 may not be read; change its permissions"


@pytest.mark.parametrize(("folder", "mode"), [(0o755, 0o400), (0o555, 0o444), (0o555, 0o666), (0o500, 0o600)])
def test_a_file_that_may_not_be_written_is_told(folder: int, mode: int, written: Path) -> None:
    written.chmod(mode)
    written.parent.chmod(folder)

    with ordinary_user_at(written), pytest.raises(HistoryError, match=rf"\A[^\n]+/{MAY_NOT_BE_WRITTEN}\Z"):
        add(database(written))


def test_a_file_of_one_s_own_in_a_folder_that_may_not_be_written_is_told(written: Path) -> None:
    written.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(written, NOBODY, NOBODY)
    written.parent.chmod(0o555)

    with ordinary_user_at(written), pytest.raises(HistoryError, match=rf"\A[^\n]+/{MAY_NOT_BE_WRITTEN}\Z"):
        add(database(written))


def test_a_folder_in_which_no_file_may_be_made_is_told(file: Path) -> None:
    file.parent.mkdir(mode=0o555)

    with ordinary_user_at(file), pytest.raises(HistoryError, match=rf"\A[^\n]+/{MAY_NOT_BE_WRITTEN}\Z"):
        add(database(file))


@pytest.mark.parametrize(("folder", "mode"), [(0o755, 0o000), (0o000, 0o644)])
def test_a_file_that_may_not_be_read_is_told(folder: int, mode: int, written: Path) -> None:
    written.chmod(mode)
    written.parent.chmod(folder)

    with ordinary_user_at(written), pytest.raises(HistoryError, match=rf"\A[^\n]+/{MAY_NOT_BE_READ}\Z"):
        words(database(written))


def test_a_file_in_a_folder_that_may_not_be_written_can_be_read(written: Path) -> None:
    written.parent.chmod(0o555)

    with ordinary_user_at(written):
        assert words(database(written)) == ["word"]


def test_a_folder_in_the_place_of_the_file_is_told_and_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    with pytest.raises(HistoryError, match=rf"\A{tmp_path} is a folder; give the name of a file\Z"):
        add(database(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_pipe_in_the_place_of_the_file_does_not_hold_who_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(HistoryError, match=r"\A[^\n]+/pipe cannot be written: No such device or address\Z"):
        words(database(tmp_path / "pipe"))


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(HistoryError, match=rf"\A{re.escape(str(tmp_path))}/file/history stands below a file"):
        add(database(tmp_path / "file/history"))


def test_a_file_of_an_older_version_is_read_as_if_it_were_up_to_date_and_stays_as_it_is(file: Path) -> None:
    with closing(database(file)) as older:
        add(older)
    before = file.read_bytes()
    newer = Database(file, (*STEPS, ["ALTER TABLE words ADD COLUMN raw TEXT"]))
    assert (newer.read("SELECT word, raw FROM words"), file.read_bytes()) == ([("word", None)], before)
