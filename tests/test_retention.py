"""Rules of the retention: files and notes of them go together, by themselves or when told, and leave no trace."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio import from_thread
from doubles import SPEECH, transcript, utterance

from dictated import build
from dictated.archive import DiskArchive, Tally
from dictated.configfile import parse
from dictated.errors import SpoolError
from dictated.expiry import Keep
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.retention import Purged, Retention
from dictated.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DAY = timedelta(days=1)
OFTEN = 5
DIARY = "what nobody else may read"
GOOD = frozenset({Fate.DELIVERED, Fate.EMPTY, Fate.CANCELLED})


class ToldSpool(Spool):
    """Says when a file is dropped."""

    dropped: anyio.Event

    def drop(self, name: str) -> None:
        super().drop(name)
        from_thread.run_sync(self.dropped.set)


class ToldRetention(Retention):
    """Says when it has looked a few times, one after the other."""

    looks = 0
    often: anyio.Event

    def sweep(self) -> None:
        self.looks += 1
        if self.looks == OFTEN:
            from_thread.run_sync(self.often.set)
        super().sweep()


class Room:
    """A spool and a history in one folder, and a clock in the hands of the test."""

    def __init__(self, folder: Path, keep: Keep | None = None) -> None:
        self.folder = folder
        self.time = datetime.now(UTC)
        self.spool = Spool(folder / "spool")
        keep = keep or Keep(text=30 * DAY, audio=7 * DAY)
        self.history = History(folder / "history.sqlite3", keep, lambda: self.time)
        self.retention = Retention(self.spool, self.history)

    def say(self, fate: Fate | None = Fate.DELIVERED, text: str = DIARY) -> int:
        said = replace(utterance(1), began=self.time, ended=self.time)
        number = self.history.records.open(said, self.spool.keep(said).name)
        if fate is not Fate.RECORDED:
            self.history.records.begin(number, transcript(text), "type")
        if fate not in {Fate.RECORDED, Fate.TRANSCRIBED}:
            self.history.note(Entry(said.began, said.ended, Fate(fate), text, id=number))
        return number

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "spool").iterdir())

    @property
    def fates(self) -> list[Fate]:
        return [entry.fate for entry in self.history.entries(99)]

    @property
    def everything(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    with closing(made.history):
        yield made


def test_sound_past_its_time_is_gone_from_the_disk_and_from_the_history(room: Room) -> None:
    room.say()
    room.time += 7 * DAY
    room.retention.sweep()
    assert (room.files, room.history.records.audio()) == ([], set())


def test_a_crash_between_the_file_and_the_note_of_it_leaves_nothing_behind(room: Room) -> None:
    room.say()
    room.spool.drop(room.files[0])
    room.time += 7 * DAY
    room.retention.sweep()
    assert room.history.records.audio() == set()


def test_sound_that_cannot_be_removed_stays_known(room: Room) -> None:
    room.say()
    room.time += 7 * DAY
    file = room.folder / "spool" / room.files[0]
    file.unlink()
    file.mkdir()
    with pytest.raises(SpoolError, match=file.name):
        room.retention.sweep()
    assert room.history.records.audio() == set(room.files)


@pytest.mark.parametrize("fate", [Fate.DELIVERED, Fate.EMPTY])
async def test_what_is_delivered_goes_at_once_where_nothing_is_kept(fate: Fate, tmp_path: Path) -> None:
    room = Room(tmp_path, Keep(text=timedelta(0), audio=timedelta(0)))
    archive = DiskArchive(Tally(), room.spool, room.history)
    said = transcript(DIARY)
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await (archive.delivered(said) if fate is Fate.DELIVERED else archive.empty(said))
    assert (DIARY.encode() in room.everything, SPEECH.pcm in room.everything) == (False, False)


async def test_what_is_delivered_is_kept_with_its_sound_for_a_while(room: Room) -> None:
    archive = DiskArchive(Tally(), room.spool, room.history)
    said = replace(transcript(DIARY), utterance=replace(utterance(1), began=room.time, ended=room.time))
    await archive.heard(said.utterance)
    await archive.delivered(said)
    assert room.spool.load(room.history.entries(1)[0].audio) == said.utterance.pcm


async def test_of_what_is_thrown_away_neither_word_nor_sound_is_kept(room: Room) -> None:
    archive = DiskArchive(Tally(), room.spool, room.history)
    said = transcript(DIARY)
    await archive.heard(said.utterance)
    await archive.begin(said, "type")
    await archive.cancelled(said.utterance)
    assert (DIARY.encode() in room.everything, room.files) == (False, [])


async def test_each_delivery_makes_room(tmp_path: Path) -> None:
    room = Room(tmp_path, Keep(audio=7 * DAY, most_sound=2 * len(utterance(1).pcm)))
    archive = DiskArchive(Tally(), room.spool, room.history)
    for number in range(5):
        said = replace(utterance(number), began=room.time, ended=room.time)
        await archive.heard(said)
        await archive.delivered(replace(transcript("words"), utterance=said))
    assert [name[-10:-4] for name in room.files] == ["000003", "000004"]


async def swept(room: Room) -> None:
    """Let it run until a file is gone."""
    spool = ToldSpool(room.folder / "spool")
    spool.dropped = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Retention(spool, room.history).run)
        with anyio.fail_after(5):
            await spool.dropped.wait()
        tasks.cancel_scope.cancel()


async def test_what_is_due_at_the_start_goes_then(room: Room) -> None:
    room.say()
    room.time += 7 * DAY
    await swept(room)
    assert room.files == []


async def test_what_becomes_due_while_nobody_speaks_goes_then(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.retention.LEAST_S", 0)
    room.say()
    start, room_clock = datetime.now(UTC), room.time + 7 * DAY - timedelta(seconds=0.2)
    room.history.expiry._now = lambda: room_clock + (datetime.now(UTC) - start)  # noqa: SLF001 (a clock that runs)
    await swept(room)
    assert room.files == []


async def test_a_clock_that_is_set_while_nobody_speaks_is_noticed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.retention.LOOK_S", 0.01)
    room.say()
    looks = iter([room.time] * 8)
    later = room.time + 8 * DAY
    room.history.expiry._now = lambda: next(looks, later)  # noqa: SLF001 (a clock that leaps)
    await swept(room)
    assert room.files == []


async def test_what_cannot_be_removed_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.retention.LOOK_S", 0)
    monkeypatch.setattr("dictated.retention.LEAST_S", 0)
    (tmp_path / "history.sqlite3").mkdir()
    room = Room(tmp_path)
    retention = ToldRetention(room.spool, room.history)
    retention.often = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(retention.run)
        await retention.often.wait()
        tasks.cancel_scope.cancel()
    (message,) = caplog.messages
    assert message.startswith("words and sound past their time are not removed: ")


def test_a_purge_removes_what_came_to_a_good_end_and_leaves_the_rest(room: Room) -> None:
    for fate in Fate:
        room.say(fate)
    assert room.retention.purge(GOOD) == Purged(entries=3, bytes=3 * len(utterance(1).pcm), left=4)
    assert (room.fates, len(room.files)) == (
        [Fate.RECORDED, Fate.TRANSCRIBED, Fate.HELD, Fate.FAILED],
        4,
    )


def test_a_purge_leaves_no_trace_of_the_words(room: Room) -> None:
    for number in range(100):
        room.time += timedelta(seconds=1)
        waits = number % 7 == 0
        room.say(Fate.HELD if waits else Fate.DELIVERED, f"number {number}" if waits else DIARY * 9)
    room.retention.purge(GOOD)
    assert (DIARY.encode() in room.everything, b"number 98" in room.everything) == (False, True)


def test_a_purge_of_everything_leaves_no_sound(room: Room) -> None:
    for fate in Fate:
        room.say(fate)
    room.retention.purge(frozenset(Fate))
    assert (room.fates, room.files, SPEECH.pcm in room.everything) == ([], [], False)


def test_a_purge_leaves_what_was_spent(room: Room) -> None:
    day = room.time.date()
    room.history.spend(day, "openrouter", transcript("").usage)
    room.retention.purge(frozenset(Fate))
    assert [spent.engine for spent in room.history.spent(day)] == ["openrouter"]


def test_a_purge_leaves_no_mark_of_where_words_went(room: Room) -> None:
    room.say(Fate.HELD)
    room.retention.purge({Fate.HELD})
    assert room.history._database.read("SELECT * FROM deliveries") == []  # noqa: SLF001 (told nowhere)


def test_more_than_go_at_once_are_purged(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dictated.history.BATCH", 2)
    for _ in range(5):
        room.say()
    assert (room.retention.purge(GOOD).entries, room.files) == (5, [])


@pytest.mark.parametrize(
    ("toml", "keep"),
    [
        ("", Keep(30 * DAY, 7 * DAY, 1_000_000_000)),
        (
            '[history]\nkeep_text = "0"\nkeep_audio = "12h"\n[limits]\nspool_mb = 5',
            Keep(0 * DAY, DAY / 2, 5_000_000),
        ),
        ('[history]\nkeep_text = "2w"\nkeep_audio = "0"', Keep(14 * DAY, 0 * DAY, 1_000_000_000)),
    ],
)
def test_what_is_kept_is_what_the_configuration_says(toml: str, keep: Keep) -> None:
    assert build.keep(parse(toml, "my.toml")) == keep


NOTHING_KEPT = '[history]\nkeep_text = "0"\nkeep_audio = "0"'
SPOKEN_S = 3.5
