"""Rules of the recovery: what a crash left comes to its end, once, and never blind into a window."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SPOKEN_AT, ListSink, transcript, utterance
from house import Engine, House
from restrictions import largest_file

from dictated.errors import TranscriberError
from dictated.history import Entry
from dictated.recollection import OLD
from dictated.records import Fate
from dictated.recovery import Recovery
from dictated.resending import Resending
from dictated.tape import Tape

if TYPE_CHECKING:
    from pathlib import Path

AWAY = TranscriberError("no network", retryable=True)


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
    assert house.record().reason == "its moment is over; `dictated insert 1` inserts it"


async def test_where_there_is_only_a_log_old_words_are_delivered_and_their_sound_goes(house: House) -> None:
    house.sinks.remove(house.window)
    house.recorded()
    house.recovery = Recovery(house.engine, [house.log], house.spool, house.history, house.resending)
    await house.recover()
    assert (house.fates, house.sound) == ([Fate.DELIVERED], [])


async def test_words_that_are_there_already_are_not_paid_for_again(house: House) -> None:
    house.transcribed()
    house.engine.failing = {OLD + 1: AWAY}
    await house.recover()
    assert house.lines == ["hello"]


async def test_the_log_has_the_number_of_the_history_and_the_times_of_the_speech(tmp_path: Path) -> None:
    house = House(tmp_path, "jsonl")
    house.recorded()
    await house.recover()
    line = json.loads((tmp_path / "log").read_text())
    assert (line["number"], datetime.fromisoformat(line["start"])) == (1, SPOKEN_AT)


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
    house.recovery = Recovery(house.engine, sinks, house.spool, house.history, house.resending)
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


async def test_who_speaks_now_goes_first(house: House) -> None:
    house.engine = Engine(held=True)
    house.recovery = Recovery(house.engine, house.sinks, house.spool, house.history, Resending(60, 60))
    house.recorded()
    await house.recovery.prepare()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(house.recovery.run)
        await house.engine.is_asked(OLD + 1)
        tasks.cancel_scope.cancel()
    assert OLD > 10_000_000


async def test_told_to_end_while_it_waits_for_text_it_leaves_all_as_it_was(house: House) -> None:
    house.engine = Engine(held=True)
    house.recovery = Recovery(house.engine, house.sinks, house.spool, house.history, Resending(60, 60))
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
    house.resending.now()
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
