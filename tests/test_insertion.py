"""Rules of inserting: words that were held back go to the window, once they are asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from doubles import SPOKEN_AT, ListSink, transcript

from dictated.archive import DiskArchive, Tally
from dictated.delivery import Delivery
from dictated.errors import HeldError, RequestError
from dictated.history import History
from dictated.insertion import Insertion
from dictated.outputconfig import LogSink as LogSettings
from dictated.sinks.log import LogSink
from dictated.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

    from dictated.types import Transcript


class AgeingSink(ListSink):
    """Takes nothing that was said more than ten seconds ago, as the typing sink."""

    async def deliver(self, transcript: Transcript) -> None:
        since = transcript.utterance.asked or transcript.utterance.ended
        if datetime.now(UTC) - since > timedelta(seconds=10):
            raise HeldError("it comes too late")
        await super().deliver(transcript)


class Desk:
    """A history with words held back, over real files."""

    def __init__(self, folder: Path, *, typing: bool = True, form: Literal["text", "jsonl"] = "text") -> None:
        self.history = History(folder / "history.sqlite3", now=lambda: SPOKEN_AT)
        self.spool = Spool(folder / "spool")
        self.window = AgeingSink("type")
        self.log = LogSink(LogSettings(path=str(folder / "log.txt"), format=form))
        self.delivery = Delivery([self.window, self.log] if typing else [self.log], self.log)
        self.insertion = Insertion(self.delivery, self.spool, self.history)

    async def hold(self, *texts: str, logged: bool = True) -> None:
        archive = DiskArchive(Tally(), self.spool, self.history)
        for number, text in enumerate(texts, 1):
            said = transcript(text, number)
            await archive.heard(said.utterance)
            if logged:
                await archive.begin(said, "log")
                await archive.done(said.utterance, "log")
            await archive.held(said, "it comes too late")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_without_a_number_the_words_held_last_are_inserted(desk: Desk) -> None:
    await desk.hold("one", "two")
    assert (await desk.insertion.insert(None), desk.window.texts) == (2, ["two"])


async def test_words_are_inserted_by_their_number_however_old_they_are(desk: Desk) -> None:
    await desk.hold("one", "two")
    assert (await desk.insertion.insert(1), desk.window.texts) == (1, ["one"])


async def test_what_is_inserted_is_delivered_and_its_sound_is_kept_no_longer(desk: Desk) -> None:
    await desk.hold("one")
    await desk.insertion.insert(1)
    (entry,) = desk.history.entries(1)
    assert (entry.fate, entry.text, desk.history.records.audio()) == ("delivered", "one", set())


async def test_the_log_which_has_the_words_already_does_not_get_them_again(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.hold("one")
    await desk.insertion.insert(1)
    assert not (tmp_path / "log.txt").exists()


async def test_words_held_from_the_log_too_are_appended_to_it(desk: Desk, tmp_path: Path) -> None:
    await desk.hold("one", logged=False)
    await desk.insertion.insert(1)
    assert "one" in (tmp_path / "log.txt").read_text()


async def test_the_log_says_when_words_were_spoken_and_their_number_however_late_they_are_inserted(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, form="jsonl")
    await desk.hold("one", "two", logged=False)
    await desk.insertion.insert(2)
    line = json.loads((tmp_path / "log.txt").read_text())
    assert (line["number"], datetime.fromisoformat(line["end"])) == (2, SPOKEN_AT)


async def test_what_is_inserted_once_more_goes_to_the_window_alone(desk: Desk, tmp_path: Path) -> None:
    await desk.hold("one", logged=False)
    for _ in range(2):
        await desk.insertion.insert(1)
    assert (desk.window.texts, (tmp_path / "log.txt").read_text().count("one")) == (["one", "one"], 1)


async def test_where_words_are_only_logged_they_are_not_logged_twice(tmp_path: Path) -> None:
    desk = Desk(tmp_path, typing=False)
    await desk.hold("one")
    with pytest.raises(RequestError, match="in the log already"):
        await desk.insertion.insert(1)


async def test_words_that_do_not_arrive_stay_held(desk: Desk) -> None:
    await desk.hold("one")
    desk.window.broken = HeldError("there is no window")
    with pytest.raises(RequestError, match="there is no window"):
        await desk.insertion.insert(1)
    assert desk.history.entries(1)[0].fate == "held"


@pytest.mark.parametrize(("number", "told"), [(None, "nothing is held back"), (7, "there is no number 7")])
async def test_what_is_not_there_is_told(desk: Desk, number: int | None, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        await desk.insertion.insert(number)
