from __future__ import annotations

import logging
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import (
    ListHistory,
    ListSink,
    ListSpool,
    LoudnessVad,
    NumberingTranscriber,
    SpokenRecorder,
    utterance,
)

from dictated import outputconfig
from dictated.archive import DiskArchive, Tally
from dictated.delivery import Delivery
from dictated.errors import RecorderLostError, SinkError, TranscriberError
from dictated.pipeline import Pipeline, listen
from dictated.records import Fate
from dictated.segmenter import Rules, Segmenter
from dictated.sinks.log import LogSink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from dictated.ports import Sink
    from dictated.types import Segment


class Line:
    """A pipeline with its ends in the hands of the test."""

    def __init__(
        self,
        *more: Sink,
        held: bool = False,
        backlog: int = 50,
        full: bool = False,
        engine: NumberingTranscriber | None = None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine or NumberingTranscriber(held=held)
        self.sink = ListSink()
        self.rescue = ListSink("log")
        self.spool = ListSpool(full=full)
        self.tally = Tally()
        delivery = Delivery([self.sink, *more], self.rescue)
        self.history = ListHistory()
        archive = DiskArchive(self.tally, self.spool, self.history)
        self.pipeline = Pipeline(self.engine, delivery, archive, backlog=backlog, stop=stop)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Pipeline]:
        """At the end, finish and wait until all is delivered."""
        async with anyio.create_task_group() as tasks:
            await tasks.start(self.pipeline.run)
            yield self.pipeline
            self.pipeline.finish()


async def test_words_come_out_in_the_order_of_speaking_however_late_each_one_comes() -> None:
    line = Line(held=True)
    async with line.running() as pipeline:
        for number in range(1, 9):
            await pipeline.put(utterance(number))
        for number in random.Random(7).sample(range(1, 9), 8):
            line.engine.release(number)
            await anyio.wait_all_tasks_blocked()
    assert line.sink.texts == [f"words {number}" for number in range(1, 9)]


async def test_nothing_is_delivered_before_the_oldest_is_there() -> None:
    line = Line(held=True)
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
        await pipeline.put(utterance(2))
        line.engine.release(2)
        await anyio.wait_all_tasks_blocked()
        before = list(line.sink.texts)
        line.engine.release(1)
    assert (before, line.sink.texts) == ([], ["words 1", "words 2"])


async def test_a_slow_first_one_does_not_keep_the_others_from_being_transcribed() -> None:
    line = Line(held=True)
    async with line.running() as pipeline:
        for number in range(1, 7):
            await pipeline.put(utterance(number))
        for number in range(2, 7):
            line.engine.release(number)
        await anyio.wait_all_tasks_blocked()
        still_running = list(line.engine.running)
        line.engine.release(1)
    assert still_running == [1]


async def test_a_full_backlog_makes_a_file_wait() -> None:
    line = Line(held=True, backlog=2)
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))  # is awaited by the deliverer
        await pipeline.put(utterance(2))
        await pipeline.put(utterance(3))
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.05) as waited:
            await pipeline.put(utterance(4))
        for number in range(1, 5):
            line.engine.release(number)
    assert waited.cancelled_caught


async def test_a_full_backlog_sends_live_speech_to_disk_instead_of_losing_it() -> None:
    line = Line(held=True, backlog=2)
    async with line.running() as pipeline:
        for number in range(1, 5):
            await pipeline.offer(utterance(number))
        for number in range(1, 5):
            line.engine.release(number)
    assert (line.sink.texts, line.spool.kept) == (["words 1", "words 2"], [3, 4])


async def test_a_failed_utterance_is_kept_and_the_words_behind_it_still_come() -> None:
    line = Line()
    line.engine.failing[2] = TranscriberError("the engine refused it")
    async with line.running() as pipeline:
        for number in range(1, 4):
            await pipeline.put(utterance(number))
    assert (line.sink.texts, line.spool.kept) == (["words 1", "words 3"], [2])


async def test_an_utterance_in_which_nothing_was_understood_is_not_delivered() -> None:
    line = Line()
    line.engine.texts[1] = ""
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
    assert (line.sink.texts, line.tally.empty, line.spool.kept) == ([], 1, [])


async def test_doubtful_words_are_held_back_and_the_words_behind_them_still_come() -> None:
    line = Line()
    line.engine.doubts[2] = "no speech under it"
    async with line.running() as pipeline:
        for number in range(1, 4):
            await pipeline.put(utterance(number))
    assert (line.sink.texts, line.tally.held) == (["words 1", "words 3"], 1)


async def test_what_becomes_of_each_utterance_is_noted_in_the_order_of_speaking() -> None:
    line = Line()
    line.engine.failing[1] = TranscriberError("the engine refused it")
    line.engine.texts[2] = ""
    line.engine.doubts[3] = "no speech under it"
    async with line.running() as pipeline:
        for number in range(1, 5):
            await pipeline.put(utterance(number))
    assert [entry.fate for entry in line.history.entries] == [
        Fate.FAILED,
        Fate.EMPTY,
        Fate.HELD,
        Fate.DELIVERED,
    ]


async def test_words_that_no_sink_takes_are_kept_as_sound() -> None:
    line = Line()
    line.sink.broken = line.rescue.broken = SinkError("no")
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
    assert line.spool.kept == [1]


async def test_what_can_be_neither_delivered_nor_kept_is_told(caplog: pytest.LogCaptureFixture) -> None:
    line = Line(full=True)
    line.engine.failing[1] = TranscriberError("the engine refused it")
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
    assert "what is said is not put down: the disk is full" in caplog.text
    assert "utterance 1: the engine refused it; it is lost" in caplog.text


async def test_a_cancelled_utterance_is_not_delivered_even_if_its_text_is_there() -> None:
    line = Line(held=True)
    async with line.running() as pipeline:
        for number in range(1, 4):
            await pipeline.put(utterance(number))
        line.engine.release(2)
        await anyio.wait_all_tasks_blocked()
        pipeline.cancel()
        await pipeline.put(utterance(4))
        line.engine.release(4)
    assert (line.sink.texts, line.tally.cancelled, line.spool.kept) == (["words 4"], 3, [])


async def test_what_still_waits_when_the_program_must_end_is_kept() -> None:
    line = Line(held=True)
    async with anyio.create_task_group() as tasks:
        await tasks.start(line.pipeline.run)
        for number in range(1, 4):
            await line.pipeline.put(utterance(number))
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert line.spool.kept == [1, 2, 3]


async def test_no_word_that_was_said_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dictated")
    line = Line()
    line.engine.texts[1] = "my secret"
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
    assert "secret" not in caplog.text


async def test_every_utterance_is_counted_once_whatever_became_of_it() -> None:
    line = Line()
    line.engine.failing[2] = TranscriberError("no")
    line.engine.texts[3] = ""
    async with line.running() as pipeline:
        for number in range(1, 6):
            await pipeline.put(utterance(number))
    assert line.tally == Tally(heard=5, delivered=3, empty=1, kept=1, cancelled=0)


async def _heard(recorder: SpokenRecorder) -> list[Segment]:
    segments: list[Segment] = []

    async def emit(segment: Segment) -> None:
        await anyio.lowlevel.checkpoint()
        segments.append(segment)

    rules = Rules(onset=1, pre_roll=1, pause=3, tail=1, least_speech=1, longest=100, dip_window=10)
    try:
        await listen(await recorder.open(), LoudnessVad(), Segmenter(rules), emit)
    except RecorderLostError:
        return segments
    pytest.fail("the loss was not told")


async def test_a_lost_microphone_still_gives_what_was_said_until_then_and_is_told() -> None:
    recorder = SpokenRecorder()
    async with anyio.create_task_group() as tasks:
        heard = tasks.start_soon(_heard, recorder)
        await anyio.wait_all_tasks_blocked()
        await recorder.say("...sss....ss")
        await recorder.lose(RecorderLostError("unplugged"))
    assert [segment.voiced for segment in heard.return_value] == [3, 2]


async def test_words_that_the_log_has_not_got_are_tried_again_though_they_were_typed(tmp_path: Path) -> None:
    line = Line(LogSink(outputconfig.LogSink(path=str(tmp_path))))  # a folder
    async with line.running() as pipeline:
        await pipeline.put(utterance(1))
    (entry,) = line.history.entries
    assert (line.sink.texts, entry.fate, entry.text) == (["words 1"], Fate.FAILED, "words 1")
