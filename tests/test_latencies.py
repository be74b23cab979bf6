"""Rules of latencies: only what was delivered as soon as it was said has one, and it costs no write of its own."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import ListHistory, ListSpool, transcript, utterance

from dictated.archive import DiskArchive, Tally
from dictated.database import Database
from dictated.errors import HistoryError
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.schema import STEPS
from dictated.spool import Spool
from dictated.stages import Latency, Stages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dictated.types import Transcript

NOW = datetime(2026, 11, 21, 14, 3, 22, 123_456, UTC)
DAY = timedelta(days=1)
STAGES = Stages(pause=0.5, wait=0.25, delivery=0.125, sound=3.0)
OPENED_BEFORE_STAGES = 3  # the version of the file
LONG_AGO = date.min


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def history(file: Path) -> Iterator[History]:
    with closing(History(file)) as made:
        yield made


@pytest.fixture
def archive(history: History, tmp_path: Path) -> DiskArchive:
    return DiskArchive(Tally(), Spool(tmp_path / "spool"), history)


def entry(fate: Fate = Fate.DELIVERED, ended: datetime = NOW, number: int = 0) -> Entry:
    return Entry(ended, ended, fate, "words", engine="local", took=0.5, id=number)


def said_just_now(number: int = 1) -> Transcript:
    now = datetime.now(UTC)
    return replace(transcript("words", number), utterance=replace(utterance(number), began=now, ended=now))


def test_stages_come_back_with_the_day_and_the_engine(history: History) -> None:
    history.note(entry(), STAGES)
    assert history.latencies(LONG_AGO) == [Latency(NOW.astimezone().date(), "local", 0.5, STAGES)]


def test_stages_come_in_the_order_of_speaking(history: History) -> None:
    for pause in (3, 1, 2):
        history.note(entry(), replace(STAGES, pause=pause))
    assert [one.stages.pause for one in history.latencies(LONG_AGO)] == [3, 1, 2]


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.DELIVERED])
def test_what_is_not_delivered_has_no_latency(history: History, fate: Fate) -> None:
    history.note(entry(fate), STAGES)
    assert history.latencies(LONG_AGO) == []


def test_what_is_noted_without_stages_has_no_latency(history: History) -> None:
    history.note(entry())
    assert history.latencies(LONG_AGO) == []


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_day_begins_at_midnight_here(history: History, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    midnight = datetime(2026, 11, 21).astimezone()
    for ended in (midnight - timedelta(microseconds=1), midnight):
        history.note(entry(ended=ended), STAGES)
    days = [one.day for one in history.latencies(date(2026, 11, 21))]
    monkeypatch.undo()
    time.tzset()
    assert days == [date(2026, 11, 21)]


def test_a_file_of_before_has_no_latencies_and_stays_as_it_is(file: Path) -> None:
    with closing(Database(file, STEPS[:OPENED_BEFORE_STAGES])) as older, older.writing("FULL"):
        pass
    before = file.read_bytes()
    assert (History(file).latencies(LONG_AGO), file.read_bytes()) == ([], before)


def test_a_file_of_before_is_brought_up_to_date_and_what_it_has_is_not_counted(file: Path) -> None:
    with closing(Database(file, STEPS[:OPENED_BEFORE_STAGES])) as older, older.writing("FULL") as db:
        db.execute(
            "INSERT INTO entries (began, ended, fate, text, reason, engine, took, generation)"
            " VALUES (5, 6, 'delivered', 'old words', '', 'local', 0.5, '')"
        )
    with closing(History(file, now=lambda: NOW)) as history:
        history.note(entry(), STAGES)
        assert [one.text for one in history.entries(9)] == ["old words", "words"]
        assert [one.stages for one in history.latencies(LONG_AGO)] == [STAGES]


def test_where_nothing_was_noted_there_are_no_latencies_and_no_file_is_made(file: Path) -> None:
    assert (History(file).latencies(LONG_AGO), file.exists()) == ([], False)


def test_stages_that_make_no_sense_are_told_as_damage(history: History) -> None:
    history.note(entry(), replace(STAGES, pause="soon"))  # a column takes what it is given
    with pytest.raises(HistoryError, match="is damaged"):
        history.latencies(LONG_AGO)


async def test_what_is_said_and_delivered_has_its_stages(archive: DiskArchive, history: History) -> None:
    said = said_just_now()
    started = time.monotonic()
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await archive.done(said.utterance, "type")
    took = time.monotonic() - started
    await archive.delivered(said)
    (latency,) = history.latencies(LONG_AGO)
    assert (latency.took, latency.stages.sound) == (0.1, pytest.approx(0.2))
    assert 0 < latency.stages.wait + latency.stages.delivery < took


@pytest.mark.parametrize("end", ["held", "left"])
async def test_what_is_delivered_later_has_no_latency(
    archive: DiskArchive, history: History, tmp_path: Path, end: str
) -> None:
    said = said_just_now()
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await archive.done(said.utterance, "type")
    await (archive.held(said, "it comes too late") if end == "held" else archive.left(said.utterance))
    later = DiskArchive(Tally(), Spool(tmp_path / "spool"), history)
    for belated in (archive, later):
        belated.found(said.utterance, 1, next((tmp_path / "spool").iterdir()).name)
        await belated.begin(said, "log")
        await belated.done(said.utterance, "log")
    await archive.delivered(said)
    await later.delivered(said)
    assert ([one.fate for one in history.entries(9)], history.latencies(LONG_AGO)) == ([Fate.DELIVERED], [])


def test_what_is_inserted_once_more_has_no_latency(history: History) -> None:
    history.note(entry(), STAGES)
    history.note(entry(number=1))
    assert history.latencies(LONG_AGO) == []


async def test_what_the_disk_refused_before_it_was_delivered_has_its_stages() -> None:
    history = ListHistory()
    archive = DiskArchive(Tally(), ListSpool(full=True), history)
    said = said_just_now()
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await archive.done(said.utterance, "type")
    await archive.delivered(said)
    assert history.stages[0] is not None


async def test_stages_are_no_write_of_their_own() -> None:
    history = ListHistory()
    archive = DiskArchive(Tally(), ListSpool(), history)
    said = said_just_now()
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await archive.done(said.utterance, "type")
    await archive.delivered(said)
    assert history.story == [
        "recorded 1 in 1.wav",
        "begin 1 type: words",
        "done 1 type",
        "delivered 1",
        "no sound of 1",
    ]
    assert history.stages[0] is not None


async def test_the_moments_of_what_came_to_an_end_are_not_kept(archive: DiskArchive) -> None:
    for number in range(1, 5):
        said = said_just_now(number)
        await archive.heard(said.utterance)
        await {1: archive.empty, 2: archive.delivered}.get(number, lambda one: archive.left(one.utterance))(
            said
        )
    assert archive._moments == {}  # noqa: SLF001 (it would grow for ever, and nobody would see)
