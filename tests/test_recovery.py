"""Rules of the recovery: what a crash left comes to its end, once, and never blind into a window."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio import lowlevel
from doubles import SPOKEN_AT, ListSink, NumberingTranscriber, transcript, utterance
from restrictions import largest_file

from dictated import config
from dictated.errors import SinkError, TranscriberError
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.recovery import OLD, Recovery
from dictated.sinks.log import LogSink
from dictated.spool import Spool
from dictated.tape import Tape
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from dictated.ports import Sink
    from dictated.records import Record
    from dictated.types import Hints, Transcript, Utterance

AWAY = TranscriberError("no network", retryable=True)


class ShakyLog(LogSink):
    """A log that refuses with `broken` while that is set."""

    broken: SinkError | None = None

    async def deliver(self, transcript: Transcript) -> None:
        if self.broken:
            raise self.broken
        await super().deliver(transcript)


class Engine(NumberingTranscriber):
    """Remembers what it was given."""

    def __init__(self, *, held: bool = False) -> None:
        super().__init__(held=held)
        self.heard: list[Utterance] = []

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        self.heard.append(utterance)
        return await super().transcribe(utterance, hints)


class House:
    """The state folder of one user, with a log, a window, and an engine that says `words N`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = Spool(folder / "spool")
        self.history = History(folder / "history.sqlite3")
        self.log = ShakyLog(config.LogSink(path=str(folder / "log"), format="text"))
        self.window = ListSink("type")
        self.sinks: list[Sink] = [self.log, self.window]
        self.engine = Engine()
        self.recovery = Recovery(self.engine, self.sinks, self.spool, self.history)

    def recorded(self, number: int = 1) -> int:
        """Leave an utterance as a crash does that comes before its text."""
        spoken = utterance(number)
        return self.history.records.open(spoken, self.spool.keep(spoken).name)

    def transcribed(self, text: str = "hello") -> int:
        """Leave an utterance as a crash does that comes before its delivery."""
        number = self.recorded()
        self.history.records.begin(number, transcript(text), "log")
        self.history.records.missed(number, "log")
        return number

    def failed(self, number: int = 1, text: str = "") -> None:
        entry = Entry(SPOKEN_AT, SPOKEN_AT, Fate.FAILED, text, "no network", id=self.recorded(number))
        self.history.note(entry)

    @property
    def lines(self) -> list[str]:
        """The words in the log."""
        log = self.folder / "log"
        return [line[21:] for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def fates(self) -> list[Fate]:
        return [entry.fate for entry in self.history.entries(100)]

    @property
    def sound(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "spool").iterdir())

    def record(self, number: int = 1) -> Record:
        record = self.history.records.find(number)
        assert record
        return record

    async def recover(self) -> None:
        """Do what the daemon does at its start, until all is done."""
        await self.recovery.prepare()
        await self.work()

    async def work(self) -> None:
        async with self.running():
            pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.recovery.run)
            yield
            await anyio.wait_all_tasks_blocked()
            while threads_at_work():
                await lowlevel.checkpoint()
                await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()


def threads_at_work() -> float:
    return anyio.to_thread.current_default_thread_limiter().borrowed_tokens


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_what_was_recorded_is_transcribed_and_goes_to_the_log_once(house: House) -> None:
    house.recorded()
    await house.recover()
    await House(house.folder).recover()
    assert house.lines == [f"words {OLD + 1}"]


async def test_old_words_are_never_typed_but_held_until_they_are_asked_for(house: House) -> None:
    house.recorded()
    await house.recover()
    assert (house.window.texts, house.record().fate) == ([], Fate.HELD)
    assert house.record().reason == "its moment is over; `dictated insert 1` types it"


async def test_where_there_is_only_a_log_old_words_are_delivered_and_their_sound_goes(house: House) -> None:
    house.sinks.remove(house.window)
    house.recorded()
    house.recovery = Recovery(house.engine, [house.log], house.spool, house.history)
    await house.recover()
    assert (house.fates, house.sound) == ([Fate.DELIVERED], [])


async def test_words_that_are_there_already_are_not_paid_for_again(house: House) -> None:
    house.transcribed()
    house.engine.failing = {OLD + 1: AWAY}
    await house.recover()
    assert house.lines == ["hello"]


async def test_words_need_no_sound(house: House) -> None:
    house.transcribed()
    house.spool.drop(house.record().audio)
    await house.recover()
    assert house.lines == ["hello"]


async def test_what_had_begun_and_reached_the_log_is_not_appended_again(house: House) -> None:
    number = house.transcribed()
    house.history.records.begin(number, transcript("hello"), "log", await house.log.place())
    await house.log.deliver(transcript("hello"))
    await house.recover()
    assert house.lines == ["hello"]


async def test_what_had_begun_and_not_reached_the_log_is_appended(house: House) -> None:
    await house.log.deliver(transcript("hello"))
    number = house.transcribed()
    house.history.records.begin(number, transcript("hello"), "log", await house.log.place())
    await house.recover()
    assert house.lines == ["hello", "hello"]


async def test_words_that_failed_although_they_had_reached_the_log_are_not_appended_again(
    house: House,
) -> None:
    house.failed(text="hello")
    house.history.records.begin(1, transcript("hello"), "log", await house.log.place())
    await house.log.deliver(transcript("hello"))
    await house.recover()
    assert house.lines == ["hello"]


async def test_the_same_words_said_since_the_start_are_not_taken_for_the_old_ones(house: House) -> None:
    number = house.transcribed("yes")
    house.history.records.begin(number, transcript("hello"), "log", await house.log.place())
    await house.recovery.prepare()
    await house.log.deliver(transcript("yes"))
    await house.work()
    assert house.lines == ["yes", "yes"]


@pytest.mark.parametrize("others", [[], [ListSink("clipboard")]])
@pytest.mark.parametrize("begun_first", [True, False])
async def test_words_whose_typing_had_begun_are_held_as_perhaps_there(
    others: list[ListSink], house: House, *, begun_first: bool
) -> None:
    house.history.records.begin(house.transcribed(), transcript("hello"), "type")
    sinks = [house.window, *others] if begun_first else [*others, house.window]
    house.recovery = Recovery(house.engine, sinks, house.spool, house.history)
    await house.recover()
    assert (house.window.texts, house.record().fate) == ([], Fate.HELD)
    assert house.record().reason.startswith("it may have reached its place already; ")


async def test_sinks_that_have_the_words_are_not_asked(house: House) -> None:
    number = house.transcribed()
    for name in ("log", "type"):
        house.history.records.done(number, name)
    await house.recover()
    assert (house.lines, house.fates, house.sound) == ([], [Fate.DELIVERED], [])


async def test_sound_without_a_record_is_transcribed(house: House) -> None:
    house.spool.keep(utterance(1))
    await house.recover()
    assert (house.lines, house.fates) == ([f"words {OLD + 1}"], [Fate.HELD])


async def test_what_was_being_said_when_the_program_was_killed_is_transcribed(house: House) -> None:
    Tape(house.folder / "spool").write(0, utterance(1).pcm)
    await house.recover()
    assert house.lines == [f"words {OLD + 1}"]


async def test_a_tape_whose_utterance_was_put_down_is_not_said_twice(house: House) -> None:
    Tape(house.folder / "spool").write(0, utterance(1).pcm)
    (tape,) = (house.folder / "spool").iterdir()
    ended = SPOKEN_AT.timestamp() + 0.2
    os.utime(tape, (ended, ended))
    house.recorded()
    await house.recover()
    assert (house.lines, tape.exists()) == ([f"words {OLD + 1}"], False)


async def test_sound_that_a_crash_left_behind_delivered_words_goes(house: House) -> None:
    number = house.transcribed()
    house.history.note(Entry(SPOKEN_AT, SPOKEN_AT, Fate.DELIVERED, "hello", id=number))
    await house.recover()
    assert (house.sound, house.lines, house.record().audio) == ([], [], "")


async def test_an_unreadable_file_is_told_and_does_not_stop_the_others(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    (house.folder / "spool" / house.record(2).audio).write_bytes(b"RIFF")
    await house.recover()
    assert house.fates == [Fate.HELD, Fate.FAILED, Fate.HELD]
    assert "cannot be read" in house.record(2).reason


async def test_sound_that_lost_its_end_is_transcribed_as_far_as_it_goes(house: House) -> None:
    house.recorded()
    path = house.folder / "spool" / house.record().audio
    path.write_bytes(path.read_bytes()[:-1000])
    await house.recover()
    assert [(heard.segment.offset, heard.segment.frames) for heard in house.engine.heard] == [(8, 8)]
    assert house.lines == [f"words {OLD + 1}"]


async def test_no_words_are_no_words(house: House) -> None:
    house.recorded()
    house.engine.texts[OLD + 1] = ""
    await house.recover()
    assert (house.lines, house.fates, house.sound) == ([], [Fate.EMPTY], [])


async def test_doubtful_words_are_held_from_the_log_too(house: House) -> None:
    house.recorded()
    house.engine.doubts[OLD + 1] = "no speech under it"
    await house.recover()
    assert (house.lines, house.record().fate, house.record().reason) == ([], Fate.HELD, "no speech under it")


async def test_old_words_come_in_the_order_of_speaking(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    await house.recover()
    assert house.lines == [f"words {OLD + number}" for number in (1, 2, 3)]


async def test_what_fails_for_the_network_waits_with_all_behind_it(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    house.engine.failing[OLD + 2] = AWAY
    await house.recover()
    assert (house.fates, house.lines) == ([Fate.HELD, Fate.FAILED, Fate.RECORDED], [f"words {OLD + 1}"])


async def test_told_to_try_again_it_goes_on_where_it_stopped(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    house.engine.failing[OLD + 1] = AWAY
    await house.recover()
    house.engine.failing.clear()
    house.recovery.again()
    await house.work()
    assert house.lines == [f"words {OLD + number}" for number in (1, 2, 3)]


async def test_a_fault_that_only_a_person_can_mend_stops_it_too(house: House) -> None:
    for number in (1, 2):
        house.recorded(number)
    house.engine.failing[OLD + 1] = TranscriberError("the key is wrong", lasting=True)
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.RECORDED]


async def test_sound_that_no_engine_can_use_does_not_stop_the_others(house: House) -> None:
    for number in (1, 2):
        house.recorded(number)
    house.engine.failing[OLD + 1] = TranscriberError("this sound cannot be used")
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.HELD]


async def test_what_is_under_way_now_is_left_to_the_pipeline(house: House) -> None:
    await house.recovery.prepare()
    house.recorded()
    house.recovery.again()
    await house.work()
    assert (house.fates, house.lines) == ([Fate.RECORDED], [])


async def test_what_has_failed_now_is_tried_when_told(house: House) -> None:
    await house.recovery.prepare()
    house.failed()
    async with house.running():
        house.recovery.again()
    assert house.lines == [f"words {OLD + 1}"]


async def test_without_being_told_nothing_is_tried_twice(house: House) -> None:
    await house.recovery.prepare()
    house.failed()
    await house.work()
    assert house.fates == [Fate.FAILED]


async def test_words_the_log_refuses_are_kept_and_appended_once_when_told(house: House) -> None:
    house.recorded()
    house.log.broken = SinkError("the disk is full")
    await house.recover()
    assert (house.record().fate, house.record().reason) == (Fate.FAILED, "log: the disk is full")
    house.log.broken = None
    await house.log.deliver(transcript(f"words {OLD + 1}"))
    house.recovery.again()
    await house.work()
    assert house.lines == [f"words {OLD + 1}"] * 2


async def test_who_speaks_now_goes_first(house: House) -> None:
    house.engine = Engine(held=True)
    house.recovery = Recovery(house.engine, house.sinks, house.spool, house.history)
    house.recorded()
    await house.recovery.prepare()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(house.recovery.run)
        await house.engine.is_asked(OLD + 1)
        tasks.cancel_scope.cancel()
    assert OLD > 10_000_000


async def test_told_to_end_while_it_waits_for_text_it_leaves_all_as_it_was(house: House) -> None:
    house.engine = Engine(held=True)
    house.recovery = Recovery(house.engine, house.sinks, house.spool, house.history)
    house.recorded()
    await house.recovery.prepare()
    before = house.record()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(house.recovery.run)
        await house.engine.is_asked(OLD + 1)
        tasks.cancel_scope.cancel()
    assert (house.record(), len(house.sound), house.lines) == (before, 1, [])


async def test_a_history_that_cannot_be_read_is_told_and_nothing_is_done(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.folder / "history.sqlite3").write_bytes(b"nonsense" * 1000)
    await house.recover()
    house.recovery.again()
    await house.work()
    assert "what was said before is not looked for" in caplog.text
    assert "what has failed is not tried again" in caplog.text


async def test_a_spool_that_cannot_be_read_does_not_stop_known_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.transcribed()
    (house.folder / "spool").rename(house.folder / "elsewhere")
    (house.folder / "spool").touch()
    await house.recover()
    assert "sound of before is not looked after" in caplog.text
    assert house.lines == ["hello"]


async def test_words_that_cannot_be_marked_are_not_appended_at_each_start(house: House) -> None:
    house.transcribed()
    with largest_file(1000):  # room for the log, none for the history
        await house.recover()
    assert house.lines == []


async def test_old_failures_without_sound_or_words_are_not_sent_to_any_engine(house: House) -> None:
    house.history.note(Entry(SPOKEN_AT, SPOKEN_AT, Fate.FAILED))
    house.history.note(replace(Entry(SPOKEN_AT, SPOKEN_AT + timedelta(seconds=1), Fate.FAILED)))
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.FAILED]
