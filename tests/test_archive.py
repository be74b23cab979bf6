"""Rules of the archive: everything is counted and noted, a disk that fails costs no words and is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from doubles import ListSpool, transcript, utterance

from dictated.archive import Archive, Tally
from dictated.errors import HistoryError
from dictated.history import Fate

if TYPE_CHECKING:
    import pytest

    from dictated.history import Entry


class Desk:
    """An archive with its disk in the hands of the test."""

    def __init__(self, *, full: bool = False) -> None:
        self.entries: list[Entry] = []
        self.broken: HistoryError | None = None
        self.spool = ListSpool(full=full)
        self.tally = Tally()
        self.archive = Archive(self.tally, self.spool.keep, self.note)

    def note(self, entry: Entry) -> None:
        if self.broken:
            raise self.broken
        self.entries.append(entry)

    @property
    def noted(self) -> list[tuple[Fate, str, str]]:
        return [(entry.fate, entry.text, entry.reason) for entry in self.entries]


async def test_delivered_words_are_noted_with_the_engine_that_wrote_them() -> None:
    desk = Desk()
    await desk.archive.delivered(replace(transcript("hello"), engine="openrouter", generation="gen-1"))
    (entry,) = desk.entries
    assert (entry.fate, entry.text, entry.engine, entry.generation) == (
        Fate.DELIVERED,
        "hello",
        "openrouter",
        "gen-1",
    )


async def test_words_held_back_are_noted_with_the_reason() -> None:
    desk = Desk()
    await desk.archive.held(replace(transcript("hello"), doubt="no speech"))
    assert (desk.noted, desk.tally.held) == ([(Fate.HELD, "hello", "no speech")], 1)


async def test_words_held_back_are_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        await Desk().archive.held(replace(transcript("hello"), doubt="no speech under it"))
    assert ("no speech under it" in caplog.text, "hello" in caplog.text) == (True, False)


async def test_a_failed_utterance_is_noted_and_its_sound_kept() -> None:
    desk = Desk()
    await desk.archive.failed(utterance(1), "the network is away")
    assert (desk.noted, desk.spool.kept) == ([(Fate.FAILED, "", "the network is away")], [1])


async def test_words_that_no_sink_took_are_in_the_history() -> None:
    desk = Desk()
    await desk.archive.failed(utterance(1), "no sink could take its text", transcript("hello"))
    assert desk.noted == [(Fate.FAILED, "hello", "no sink could take its text")]


async def test_of_what_the_user_threw_away_no_word_is_noted() -> None:
    desk = Desk()
    await desk.archive.cancelled(utterance(1))
    assert (desk.noted, desk.spool.kept) == ([(Fate.CANCELLED, "", "")], [])


async def test_an_utterance_without_words_is_noted_as_empty() -> None:
    desk = Desk()
    await desk.archive.empty(transcript(""))
    assert (desk.noted, desk.tally.empty) == ([(Fate.EMPTY, "", "")], 1)


async def test_a_history_that_cannot_be_written_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.broken = HistoryError("the disk is full")
    for _ in range(3):
        await desk.archive.delivered(transcript("hello"))
    assert [r.getMessage() for r in caplog.records] == ["the history is not written: the disk is full"]


async def test_sound_that_cannot_be_kept_is_told_as_lost(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(full=True)
    await desk.archive.failed(utterance(1), "the network is away")
    assert "utterance 1 is lost: the network is away, and the disk is full" in caplog.text


async def test_without_a_history_everything_is_counted_all_the_same() -> None:
    tally = Tally()
    await Archive(tally, ListSpool().keep).delivered(transcript("hello"))
    assert tally.delivered == 1
