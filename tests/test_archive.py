"""Rules of the archive: every step is on the disk before the next is taken; a disk that fails costs no words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from doubles import ListHistory, ListSpool, transcript, utterance

from dictated.archive import Archive, DiskArchive, Tally
from dictated.errors import HistoryError
from dictated.records import Fate
from dictated.refuge import Refuge
from dictated.resending import Resending

if TYPE_CHECKING:
    import pytest


class Desk:
    """An archive with its disk in the hands of the test."""

    def __init__(self, *, full: bool = False) -> None:
        self.history = ListHistory()
        self.spool = ListSpool(full=full)
        self.tally = Tally()
        self.archive = DiskArchive(self.tally, self.spool, self.history)

    @property
    def noted(self) -> list[tuple[int, Fate, str, str]]:
        return [(entry.id, entry.fate, entry.text, entry.reason) for entry in self.history.entries]


async def test_the_sound_is_on_the_disk_before_it_is_noted() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    assert (desk.spool.kept, desk.history.story) == ([1], ["recorded 1 in 1.wav"])


async def test_words_are_put_down_before_they_go_anywhere() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.begin(transcript("hello"), "type")
    assert desk.history.story[-1] == "begin 1 type: hello"


async def test_delivered_words_are_noted_with_the_engine_that_wrote_them() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.delivered(replace(transcript("hello"), engine="openrouter", generation="gen-1"))
    (entry,) = desk.history.entries
    assert (entry.id, entry.fate, entry.text, entry.engine, entry.generation) == (
        1,
        Fate.DELIVERED,
        "hello",
        "openrouter",
        "gen-1",
    )


async def test_the_sound_of_what_is_delivered_is_kept_no_longer() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.delivered(transcript("hello"))
    assert (desk.spool.kept, desk.history.story[-1]) == ([], "no sound of 1")


async def test_words_held_back_are_noted_with_the_reason_and_their_sound_stays() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.held(transcript("hello"), "no speech")
    assert (desk.noted, desk.tally.held, desk.spool.kept) == ([(1, Fate.HELD, "hello", "no speech")], 1, [1])


async def test_words_held_back_are_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        await Desk().archive.held(transcript("hello"), "no speech under it")
    assert ("no speech under it" in caplog.text, "hello" in caplog.text) == (True, False)


async def test_the_sound_of_a_failed_utterance_stays() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.failed(utterance(1), "the network is away")
    assert (desk.noted, desk.spool.kept, desk.tally.kept) == (
        [(1, Fate.FAILED, "", "the network is away")],
        [1],
        1,
    )


async def test_words_that_no_sink_took_are_in_the_history() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.failed(utterance(1), "no sink could take its text", transcript("hello"))
    assert desk.noted == [(1, Fate.FAILED, "hello", "no sink could take its text")]


async def test_of_what_the_user_threw_away_neither_word_nor_sound_is_kept() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.cancelled(utterance(1))
    assert (desk.noted, desk.spool.kept) == ([(1, Fate.CANCELLED, "", "")], [])


async def test_an_utterance_without_words_is_noted_as_empty() -> None:
    desk = Desk()
    await desk.archive.heard(utterance(1))
    await desk.archive.empty(transcript(""))
    assert (desk.noted, desk.tally.empty) == ([(1, Fate.EMPTY, "", "")], 1)


async def test_a_disk_that_does_not_work_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(full=True)
    for number in (1, 2, 3):
        await desk.archive.heard(utterance(number))
    assert caplog.messages == ["what is said is not put down: the disk is full"]


async def test_a_disk_on_which_one_step_fails_and_another_works_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(full=True)
    for number in (1, 2, 3):
        await desk.archive.heard(utterance(number))
        await desk.archive.delivered(transcript("hello", number))
    assert caplog.messages == ["what is said is not put down: the disk is full"]


async def test_what_was_not_put_down_is_noted_all_the_same_when_it_is_delivered() -> None:
    desk = Desk(full=True)
    await desk.archive.heard(utterance(1))
    await desk.archive.delivered(transcript("hello"))
    assert desk.noted == [(0, Fate.DELIVERED, "hello", "")]


async def test_a_history_that_cannot_be_written_costs_no_words(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.history.broken = HistoryError("the history is damaged")
    await desk.archive.heard(utterance(1))
    await desk.archive.begin(transcript("hello"), "type")
    await desk.archive.delivered(transcript("hello"))
    assert (desk.tally.delivered, len(caplog.messages)) == (1, 1)


async def test_sound_that_could_not_be_kept_is_told_as_lost(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(full=True)
    await desk.archive.heard(utterance(1))
    await desk.archive.failed(utterance(1), "the network is away")
    assert caplog.messages[-1] == "utterance 1: the network is away; it is lost"


async def test_words_that_neither_disk_nor_sink_took_go_to_the_refuge_and_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(full=True)
    refuge = Refuge(desk.spool, desk.history, Resending(60, 60))
    archive = DiskArchive(desk.tally, desk.spool, desk.history, refuge=refuge)
    await archive.heard(utterance(1))
    await archive.failed(utterance(1), "no network")
    desk.spool.full = False
    await refuge.close()
    assert (desk.spool.kept, desk.noted) == ([1], [(1, Fate.FAILED, "", "no network")])
    assert caplog.messages[-1] == "utterance 1: no network; it is kept in memory until the disk takes it"


async def test_an_utterance_is_called_by_the_number_that_the_history_has_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    desk.archive.found(utterance(1), 345, "1.wav")
    await desk.archive.failed(utterance(1), "no network")
    assert caplog.messages == ["utterance 345: no network; its sound is kept: `dictated retry 345`"]


async def test_who_watches_is_told_of_each_end_once_it_is_put_down() -> None:
    desk, seen = Desk(), []
    archive = DiskArchive(
        desk.tally,
        desk.spool,
        desk.history,
        lambda fate, why: seen.append((fate, why, len(desk.history.entries))),
    )
    await archive.delivered(transcript("hello"))
    await archive.held(transcript("hello"), "it comes too late")
    assert seen == [(Fate.DELIVERED, "", 1), (Fate.HELD, "it comes too late", 2)]


async def test_sound_that_could_not_be_noted_stays_while_its_words_are_not_delivered() -> None:
    desk = Desk()
    desk.history.broken = HistoryError("the history is damaged")
    await desk.archive.heard(utterance(1))
    desk.history.broken = None
    await desk.archive.failed(utterance(1), "the network is away")
    assert desk.spool.kept == [1]


async def test_without_a_disk_everything_is_counted_all_the_same() -> None:
    archive = Archive(Tally())
    await archive.heard(utterance(1))
    await archive.delivered(transcript("hello"))
    assert (archive.tally.heard, archive.tally.delivered) == (1, 1)
