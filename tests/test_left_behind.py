"""Rules of what the program leaves when it ends in the middle: as far as it has come, it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import ListSink, ListSpool, NumberingTranscriber, transcript, utterance

from dictated import outputconfig
from dictated.archive import DiskArchive, Tally
from dictated.delivery import Delivery
from dictated.errors import HistoryError
from dictated.history import MOST_ENTRIES, Entry, History
from dictated.pipeline import Pipeline
from dictated.records import Fate
from dictated.sinks.log import LogSink
from dictated.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.types import Transcript, Utterance


class EndlessSink(ListSink):
    """Never comes to an end with the words."""

    async def deliver(self, transcript: Transcript) -> None:
        await super().deliver(transcript)
        self.arrived.set()
        await anyio.sleep_forever()


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


async def test_words_that_are_on_their_way_when_the_program_ends_stay_known(
    tmp_path: Path, history: History
) -> None:
    log = LogSink(outputconfig.LogSink(path=str(tmp_path / "log.txt")))
    window = EndlessSink("type")
    archive = DiskArchive(Tally(), Spool(tmp_path / "spool"), history)
    pipeline = Pipeline(NumberingTranscriber(), Delivery([log, window], log), archive, backlog=3)
    async with anyio.create_task_group() as tasks:
        await tasks.start(pipeline.run)
        await pipeline.put(utterance(1))
        await window.arrived.wait()
        tasks.cancel_scope.cancel()
    (left,) = history.records.undone()
    assert (left.fate, left.text, left.marks["log"][0], left.marks["type"][0]) == (
        Fate.TRANSCRIBED,
        "words 1",
        "done",
        "begun",
    )


async def test_sound_that_could_not_be_noted_goes_when_its_words_are_delivered(history: History) -> None:
    class Unnoted:
        """A history whose disk works again after the first note."""

        def open(self, _: Utterance, __: str) -> int:
            raise HistoryError("busy")

    spool = ListSpool()
    archive = DiskArchive(Tally(), spool, history)
    history.records = Unnoted()
    await archive.heard(utterance(1))
    kept = list(spool.kept)
    await archive.delivered(transcript("hello"))
    assert (kept, spool.kept) == ([1], [])


def test_the_oldest_entries_go_whether_or_not_they_were_under_way(history: History) -> None:
    for number in range(3):
        said = utterance(number)
        done = history.records.open(said, f"{number}.wav")
        history.note(Entry(said.began, said.ended, Fate.DELIVERED, "words", id=done))
    with history._database.writing("NORMAL") as db:  # noqa: SLF001 (a hundred thousand entries take long)
        db.execute("UPDATE entries SET id = id + ? WHERE id = 3", (MOST_ENTRIES,))
    history.records.forget_audio(1, 2)
    last = history.records.open(utterance(9), "9.wav")
    history.note(Entry(said.began, said.ended, Fate.DELIVERED, "words", id=last))
    assert [entry.id for entry in history.entries(9)] == [3 + MOST_ENTRIES, last]
