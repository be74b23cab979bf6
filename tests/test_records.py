"""Rules of the records: each step of an utterance is on the disk, and what is undone is found, in order."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import SPOKEN_AT, transcript, utterance

from dictated.errors import HistoryError
from dictated.expiry import Keep
from dictated.history import Entry, History
from dictated.records import Fate, Record, Speech
from dictated.tape import SLACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECOND = timedelta(seconds=1)
OLD_SCHEMA = """
    CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, ended INTEGER NOT NULL,
        fate TEXT NOT NULL, text TEXT, reason TEXT NOT NULL, engine TEXT NOT NULL, took REAL NOT NULL,
        generation TEXT NOT NULL);
    CREATE INDEX words ON entries (ended) WHERE text IS NOT NULL;
    CREATE TABLE spent (day TEXT NOT NULL, engine TEXT NOT NULL, answers INTEGER NOT NULL, seconds REAL NOT NULL,
        tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost REAL NOT NULL, PRIMARY KEY (day, engine));
    INSERT INTO entries VALUES (1, 5, 6, 'delivered', 'old words', '', 'local', 0.5, '');
    INSERT INTO entries VALUES (2, 7, 8, 'failed', NULL, 'no network', '', 0, '');
    PRAGMA user_version = 1;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def history(file: Path) -> Iterator[History]:
    with closing(History(file, Keep(text=timedelta(0)))) as made:
        yield made


def found(history: History, number: int = 1) -> Record:
    record = history.records.find(number)
    assert record
    return record


def settle(history: History, number: int, fate: Fate, text: str = "") -> None:
    history.note(Entry(SPOKEN_AT, SPOKEN_AT, fate, text, id=number))


def test_what_is_recorded_is_found_with_its_sound(history: History) -> None:
    number = history.records.open(utterance(1, frames=10), "1.wav")
    record = found(history, number)
    assert (record.fate, record.audio, record.speech, record.began, record.text) == (
        Fate.RECORDED,
        "1.wav",
        Speech(0, 0, 10, 10),
        SPOKEN_AT,
        "",
    )


def test_what_is_transcribed_has_words_even_where_none_are_kept(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, replace(transcript("bon été"), generation="gen-1"), "type")
    record = found(history, number)
    assert (record.fate, record.text, record.engine, record.took, record.generation) == (
        Fate.TRANSCRIBED,
        "bon été",
        "local",
        0.1,
        "gen-1",
    )


def test_each_sink_has_its_own_mark(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, transcript("hello"), "log", "12:notes")
    history.records.begin(number, transcript("hello"), "type")
    history.records.done(number, "type")
    assert found(history).marks == {"log": ("begun", "12:notes"), "type": ("done", "")}


@pytest.mark.parametrize("fate", [Fate.HELD, Fate.FAILED])
def test_words_that_go_somewhere_once_more_stay_what_they_were(fate: Fate, history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    settle(history, number, fate, "bon été")
    history.records.begin(number, transcript("other words"), "type")
    assert (found(history).fate, found(history).text) == (fate, "bon été")


def test_a_mark_can_be_taken_back(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, transcript("hello"), "log", "12:notes")
    history.records.missed(number, "log")
    assert found(history).marks == {}


@pytest.mark.parametrize(
    ("fate", "undone"),
    [
        (Fate.DELIVERED, False),
        (Fate.HELD, False),
        (Fate.EMPTY, False),
        (Fate.CANCELLED, False),
        (Fate.FAILED, True),
    ],
)
def test_only_what_failed_is_undone_of_what_came_to_an_end(
    fate: Fate, history: History, *, undone: bool
) -> None:
    number = history.records.open(utterance(1), "1.wav")
    settle(history, number, fate)
    assert bool(history.records.undone()) is undone


def test_the_undone_come_in_the_order_of_speaking_whatever_the_clock_did(history: History) -> None:
    for hours in (2, 1, 3):
        spoken = replace(utterance(1), began=SPOKEN_AT + timedelta(hours=hours))
        history.records.open(spoken, f"{hours}.wav")
    assert [record.audio for record in history.records.undone()] == ["2.wav", "1.wav", "3.wav"]


def test_what_has_neither_sound_nor_words_is_not_undone(history: History) -> None:
    settle(history, 0, Fate.FAILED)
    assert history.records.undone() == []


def test_words_that_failed_are_undone_without_their_sound(history: History) -> None:
    settle(history, 0, Fate.FAILED, "bon été")
    assert [record.text for record in history.records.undone()] == ["bon été"]


@pytest.mark.parametrize("fate", [Fate.HELD, Fate.FAILED])
def test_words_that_wait_are_kept_even_where_none_are_kept(fate: Fate, history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    settle(history, number, fate, "bon été")
    history.expiry.overdue()
    assert found(history).text == "bon été"


def test_words_under_way_are_kept_when_others_are_forgotten(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, transcript("bon été"), "type")
    history.expiry.overdue()
    assert found(history).text == "bon été"


def test_delivered_words_leave_no_trace_where_none_are_kept(history: History, tmp_path: Path) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, transcript("what nobody else may read"), "type")
    settle(history, number, Fate.DELIVERED, "what nobody else may read")
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"what nobody else" not in everything


def test_the_newest_of_a_fate_is_the_last(history: History) -> None:
    for number in (1, 2, 3):
        history.records.open(utterance(number), f"{number}.wav")
    settle(history, 1, Fate.HELD)
    settle(history, 2, Fate.HELD)
    last = history.records.last(Fate.HELD)
    assert last
    assert last.id == 2


def test_what_is_not_there_is_not_found(history: History) -> None:
    assert (history.records.find(9), history.records.last(Fate.HELD)) == (None, None)


def test_nothing_is_undone_before_anything_was_said(history: History, file: Path) -> None:
    assert (history.records.undone(), history.records.audio(), file.exists()) == ([], set(), False)


@pytest.mark.parametrize(
    ("first", "shift", "covered"),
    [
        (0, 0 * SECOND, True),
        (0, 2 * SECOND + SLACK, True),
        (0, -SLACK, True),
        (0, 2.1 * SECOND + SLACK, False),
        (0, -1.1 * SLACK, False),
        (1, 0 * SECOND, False),
    ],
)
def test_a_tape_is_covered_by_what_began_in_its_time_at_its_place(
    first: int, shift: timedelta, history: History, *, covered: bool
) -> None:
    history.records.open(replace(utterance(1), began=SPOKEN_AT + shift), "1.wav")
    assert history.records.covers(first, SPOKEN_AT, SPOKEN_AT + 2 * SECOND) is covered


def test_a_tape_is_covered_by_what_is_delivered_already(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    settle(history, number, Fate.DELIVERED, "bon été")
    history.records.forget_audio(number)
    assert history.records.covers(0, SPOKEN_AT, SPOKEN_AT)


@pytest.mark.parametrize(("keep", "outlived"), [(0, ["1.wav", "4.wav", "5.wav"]), (1, ["4.wav"])])
def test_sound_that_a_crash_left_is_known_when_nobody_wants_it(
    keep: int, outlived: list[str], file: Path
) -> None:
    with closing(History(file, Keep(audio=timedelta(days=keep)), lambda: SPOKEN_AT)) as history:
        for number, fate in enumerate(
            (Fate.DELIVERED, Fate.HELD, Fate.FAILED, Fate.CANCELLED, Fate.EMPTY), 1
        ):
            settle(history, history.records.open(utterance(number), f"{number}.wav"), fate)
        assert [audio for _, audio in history.records.outlived()] == outlived


def test_sound_that_is_gone_is_no_longer_spoken_of(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.forget_audio(number)
    assert history.records.audio() == set()


def test_what_is_found_becomes_a_record(history: History) -> None:
    assert history.records.adopt(utterance(1), "1.wav") == 1
    assert found(history).audio == "1.wav"


def test_what_failed_without_a_record_of_its_sound_gets_it_back(history: History) -> None:
    settle(history, 0, Fate.FAILED, "bon été")
    assert history.records.adopt(utterance(1), "1.wav") == 1
    assert (found(history).audio, found(history).text) == ("1.wav", "bon été")


def test_words_of_the_first_version_age_from_when_they_were_spoken(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.executescript(OLD_SCHEMA)
    with closing(History(file)) as history:
        history.expiry.overdue()
        assert history.entries(2)[0].text == ""


def test_a_file_of_the_first_version_is_brought_up_to_date(history: History, file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.executescript(OLD_SCHEMA)
    history.records.open(utterance(1), "1.wav")
    assert [(r.id, r.audio) for r in history.records.undone()] == [(3, "1.wav")]
    assert [(e.id, e.fate) for e in history.entries(9)] == [
        (1, Fate.DELIVERED),
        (2, Fate.FAILED),
        (3, Fate.RECORDED),
    ]


@pytest.mark.parametrize(
    "damage", ["speech = 'no JSON'", "speech = '[1, 2]'", "speech = '7'", "began = 1 << 62"]
)
def test_a_record_that_makes_no_sense_is_told_as_damage(damage: str, history: History, file: Path) -> None:
    history.records.open(utterance(1), "1.wav")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(f"UPDATE entries SET {damage}")  # noqa: S608 (the test's own)
    with pytest.raises(HistoryError, match="is damaged"):
        history.records.undone()


def test_words_never_appear_when_a_record_is_printed(history: History) -> None:
    number = history.records.open(utterance(1), "1.wav")
    history.records.begin(number, transcript("what nobody else may read"), "type")
    assert "nobody" not in repr(found(history))
