"""Rules of the raw text: it is kept where the text is, for as long as that, and leaves no more of a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import SPOKEN_AT, ListHistory, ListSpool, transcript, utterance

from dictated.archive import DiskArchive, Tally
from dictated.database import Database
from dictated.expiry import Keep
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.schema import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = timedelta(days=1)
TEXT, RAW = "Bon été.", "whatnobodyelsemayread"
ENTRY = Entry(SPOKEN_AT, SPOKEN_AT, Fate.DELIVERED, TEXT, raw=RAW)
EDITED = replace(transcript(TEXT), raw=RAW)
BEFORE_RAW = range(1, 5)  # the versions of the file that have none


class Clock:
    """Tells the time it was set to."""

    time = SPOKEN_AT

    def __call__(self) -> object:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def history(file: Path, clock: Clock) -> Iterator[History]:
    with closing(History(file, Keep(text=DAY), clock)) as made:
        yield made


def is_on_the_disk(file: Path) -> bool:
    return any(RAW.encode() in path.read_bytes() for path in file.parent.iterdir())


def both(history: History) -> list[tuple[str, str]]:
    return [(entry.text, entry.raw) for entry in history.entries(9)]


def test_it_comes_back_with_its_text(history: History) -> None:
    history.note(ENTRY)
    assert both(history) == [(TEXT, RAW)]


def test_what_is_not_edited_has_none(history: History) -> None:
    history.note(replace(ENTRY, raw=TEXT))
    assert both(history) == [(TEXT, "")]


def test_it_is_put_down_with_the_words_before_they_go_anywhere(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, EDITED, "type")
    assert history.records.find(number).raw == RAW


def test_what_was_a_command_is_empty_and_keeps_it(history: History) -> None:
    history.note(replace(ENTRY, fate=Fate.EMPTY, text=""))
    assert both(history) == [("", RAW)]


@pytest.mark.parametrize("text", [TEXT, ""])
@pytest.mark.parametrize("fate", [Fate.DELIVERED, Fate.EMPTY])
def test_past_its_time_it_is_in_no_file(
    text: str, fate: Fate, history: History, clock: Clock, file: Path
) -> None:
    history.note(replace(ENTRY, fate=fate, text=text))
    noted = is_on_the_disk(file)
    clock.time += DAY
    history.expiry.overdue()
    assert (noted, is_on_the_disk(file), both(history)) == (True, False, [("", "")])


def test_it_is_known_when_that_of_a_command_is_past_its_time(history: History) -> None:
    history.note(replace(ENTRY, fate=Fate.EMPTY, text=""))
    assert history.expiry.due_s() == DAY.total_seconds()


def test_purged_it_is_in_no_file(history: History, file: Path) -> None:
    history.note(ENTRY)
    history.remove(set(Fate))
    assert not is_on_the_disk(file)


def test_where_no_text_is_kept_it_is_never_written(file: Path) -> None:
    with closing(History(file, Keep(text=timedelta(0)), Clock())) as history:
        history.note(ENTRY)
        assert not is_on_the_disk(file)


@pytest.mark.parametrize("fate", [Fate.CANCELLED, Fate.DELIVERED])
def test_it_goes_with_the_text_when_that_need_not_be_kept_any_longer(fate: Fate, file: Path) -> None:
    with closing(History(file, Keep(text=timedelta(0)), Clock())) as history:
        number = history.records.open(utterance(1), "1.wav")
        history.records.begin(number, EDITED, "type")
        history.note(replace(ENTRY, fate=fate, id=number))
        assert not is_on_the_disk(file)


def test_text_that_is_delivered_later_keeps_it(history: History) -> None:
    history.note(replace(ENTRY, fate=Fate.HELD))
    history.note(replace(ENTRY, raw="", id=1))
    assert both(history) == [(TEXT, RAW)]


def test_another_text_has_another_one_or_none(history: History) -> None:
    history.note(replace(ENTRY, fate=Fate.HELD))
    history.note(replace(ENTRY, text="another", raw="", id=1))
    assert both(history) == [("another", "")]


async def test_the_archive_hands_it_on() -> None:
    noted = ListHistory()
    archive = DiskArchive(Tally(), ListSpool(), noted)
    await archive.heard(utterance(1))
    await archive.empty(replace(EDITED, text=""))
    assert [(entry.fate, entry.text, entry.raw) for entry in noted.entries] == [(Fate.EMPTY, "", RAW)]


def test_it_never_appears_when_an_entry_or_a_record_is_printed(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, EDITED, "type")
    assert RAW not in repr((ENTRY, history.records.find(number)))


def of_version(file: Path, version: int) -> None:
    """Write a file as that version did, with one text in it that waits."""
    with closing(Database(file, STEPS[:version])) as older, older.writing("FULL") as db:
        db.execute(
            "INSERT INTO entries (began, ended, fate, text, reason, engine, took, generation)"
            " VALUES (5, 6, 'failed', 'old words', '', 'local', 0.5, '')"
        )


@pytest.mark.parametrize("version", BEFORE_RAW)
def test_a_file_of_any_age_is_read_and_stays_as_it_is(version: int, file: Path) -> None:
    of_version(file, version)
    before = file.read_bytes()
    history = History(file)
    assert (both(history), history.texts()) == ([("old words", "")], [(1, "old words")])
    assert [record.raw for record in history.records.undone()] == [""]
    assert file.read_bytes() == before


@pytest.mark.parametrize("version", BEFORE_RAW)
def test_a_file_of_any_age_is_brought_up_to_date(version: int, file: Path, history: History) -> None:
    of_version(file, version)
    history.note(ENTRY)
    assert both(history) == [("old words", ""), (TEXT, RAW)]
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


def test_entries_are_found_by_their_numbers(history: History) -> None:
    for text in "abc":
        history.note(replace(ENTRY, text=text))
    assert [entry.text for entry in history.chosen([3, 1, 7])] == ["a", "c"]


def test_only_texts_that_are_there_are_searched(history: History) -> None:
    for text in ("a", "", "b"):
        history.note(replace(ENTRY, text=text))
    assert history.texts() == [(1, "a"), (3, "b")]
