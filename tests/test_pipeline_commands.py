"""Rules of what words ask for besides being written: carried out in their place among the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
from doubles import NumberingTranscriber, utterance
from test_pipeline import Line

from dictated.errors import SinkError
from dictated.records import Fate
from dictated.types import NO_HINTS, Hints, Transcript, Utterance

if TYPE_CHECKING:
    import pytest


class Commanding(NumberingTranscriber):
    """Its answers ask for more."""

    def __init__(self, asking: dict[int, dict[str, object]]) -> None:
        super().__init__()
        self._asking = asking

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        answer = await super().transcribe(utterance, hints)
        return replace(answer, **self._asking.get(utterance.number, {}))


class Window:
    """A sink that can take words back."""

    name = "type"

    def __init__(self) -> None:
        self.shows: list[str] = []

    async def deliver(self, transcript: Transcript) -> None:
        self.shows.append(transcript.text)

    async def undo(self) -> int:
        if not self.shows:
            raise SinkError("nothing is left")
        return len(self.shows.pop())

    async def close(self) -> None:
        """Nothing to close."""


async def said(asking: dict[int, dict[str, object]], count: int = 3) -> tuple[Window, Line]:
    window = Window()
    line = Line(window, engine=Commanding(asking))
    async with line.running() as pipeline:
        for number in range(1, count + 1):
            await pipeline.put(utterance(number))
    return window, line


async def test_words_that_take_back_take_back_what_was_said_before_them_and_not_after() -> None:
    window, _ = await said({2: {"text": "", "takes_back": 1}})
    assert window.shows == ["words 3"]


async def test_words_behind_such_a_command_are_delivered_after_it() -> None:
    window, _ = await said({3: {"text": "others", "takes_back": 2}})
    assert window.shows == ["others"]


async def test_a_command_alone_is_no_text_and_ends_as_one_without_words() -> None:
    _, line = await said({2: {"text": "", "takes_back": 1, "raw": "scratch that"}})
    assert [entry.fate for entry in line.history.entries] == [Fate.DELIVERED, Fate.EMPTY, Fate.DELIVERED]


async def test_what_cannot_be_taken_back_is_told_and_keeps_nothing_from_being_delivered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    window, _ = await said({1: {"takes_back": 3}})
    assert window.shows == ["words 1", "words 2", "words 3"]
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "nothing is taken back: nothing is left"
    ]


async def test_words_in_doubt_command_nothing() -> None:
    window, _ = await said({2: {"takes_back": 1, "doubt": "it was never said"}})
    assert window.shows == ["words 1", "words 3"]


async def test_listening_is_stopped_after_the_words_that_ask_for_it_are_delivered() -> None:
    stopped: list[list[str]] = []
    engine = Commanding({1: {"stops": True}})
    line = Line(engine=engine, stop=lambda: stopped.append(list(line.sink.texts)))
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
        await anyio.wait_all_tasks_blocked()
    assert stopped == [["words 1"]]
