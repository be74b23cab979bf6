"""Rules of transcribing ahead: the answer is used where the supposition comes true, and else never seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SPOKEN_AT, NumberingTranscriber
from foresight import ForesightedTranscriber, spoken
from test_pipeline import Line

from dictated.errors import TranscriberError
from dictated.records import Fate

if TYPE_CHECKING:
    from dictated.pipeline import Pipeline

SUPPOSED, SAID, LONGER, NEXT = spoken(1, 5, 2), spoken(1, 5, 9), spoken(1, 6, 2), spoken(2, 3, 2)


def foresighted(*, held: bool = False, backlog: int = 50) -> Line:
    return Line(engine=ForesightedTranscriber(held=held), backlog=backlog)


async def suppose_and_wait(pipeline: Pipeline) -> None:
    pipeline.suppose(SUPPOSED)
    await anyio.wait_all_tasks_blocked()


async def test_the_answer_to_what_was_supposed_is_that_to_what_was_said() -> None:
    line = foresighted()
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
    assert (line.engine.utterances, line.sink.texts) == ([SUPPOSED], ["7 frames"])


async def test_an_answer_that_is_still_on_its_way_is_waited_for() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
        await anyio.wait_all_tasks_blocked()
        before = list(line.sink.texts)
        line.engine.release(1)
    assert (before, line.engine.utterances, line.sink.texts) == ([], [SUPPOSED], ["7 frames"])


async def test_words_are_noted_with_the_times_of_what_was_said() -> None:
    line = foresighted()
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(replace(SAID, ended=SPOKEN_AT + timedelta(seconds=1)))
    assert line.history.entries[0].ended == SPOKEN_AT + timedelta(seconds=1)


async def test_the_sound_is_on_the_disk_before_words_that_were_there_before_it_go_anywhere() -> None:
    line = foresighted()
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
    assert line.history.story[:2] == ["recorded 1 in 1.wav", "begin 1 list: 7 frames"]


async def test_nothing_is_delivered_before_it_was_said() -> None:
    line = foresighted()
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        assert (line.sink.texts, line.history.story, pipeline.waiting) == ([], [], 0)


@pytest.mark.parametrize("held", [True, False])
async def test_what_was_said_is_transcribed_itself_where_it_is_not_what_was_supposed(held: bool) -> None:  # noqa: FBT001 (of a table)
    line = foresighted(held=held)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(LONGER)
        await anyio.wait_all_tasks_blocked()
        running = list(line.engine.running)
        line.engine.release(1)
    assert (running, line.sink.texts) == ([1] if held else [], ["8 frames"])


async def test_of_several_suppositions_only_the_last_is_pursued() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        for speech in range(1, 6):
            pipeline.suppose(spoken(1, speech, 2))
            await anyio.wait_all_tasks_blocked()
        running = list(line.engine.running)
        await pipeline.put(SAID)
        line.engine.release(1)
    assert (running, line.sink.texts) == ([1], ["7 frames"])


async def test_nothing_is_supposed_while_an_utterance_waits_for_its_text() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        await pipeline.put(SAID)
        pipeline.suppose(NEXT)
        await anyio.wait_all_tasks_blocked()
        running = list(line.engine.running)
        line.engine.release(1)
    assert running == [1]


async def test_a_supposition_that_fails_does_not_fail_what_was_said() -> None:
    line = foresighted()
    line.engine.failing[1] = TranscriberError("no network", retryable=True)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        del line.engine.failing[1]
        await pipeline.put(SAID)
    assert line.sink.texts == ["14 frames"]


async def test_what_fails_once_it_was_said_has_failed() -> None:
    line = foresighted(held=True)
    line.engine.failing[1] = TranscriberError("no network", retryable=True)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
        line.engine.release(1)
    assert [entry.fate for entry in line.history.entries] == [Fate.FAILED]
    assert line.engine.utterances == [SUPPOSED]


async def test_what_was_supposed_is_cancelled_with_all_that_was_heard() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        pipeline.cancel()
        await anyio.wait_all_tasks_blocked()
        assert line.engine.running == []


async def test_what_was_said_is_cancelled_though_its_words_were_there_before() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
        pipeline.cancel()
    assert (line.sink.texts, line.tally.cancelled) == ([], 1)


async def test_a_supposition_does_not_keep_the_pipeline_from_coming_to_its_end() -> None:
    line = foresighted()
    with anyio.fail_after(5):
        async with line.running() as pipeline:
            await suppose_and_wait(pipeline)
    assert line.sink.texts == []


async def test_nothing_is_supposed_when_the_pipeline_has_come_to_its_end() -> None:
    line = foresighted()
    async with line.running() as pipeline:
        pass
    pipeline.suppose(SUPPOSED)
    assert line.engine.utterances == []


async def test_where_the_backlog_is_full_what_was_supposed_is_let_go() -> None:
    line = foresighted(held=True, backlog=0)
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.offer(SAID)
        await anyio.wait_all_tasks_blocked()
        assert line.engine.running == []


async def test_an_engine_that_cannot_be_asked_ahead_is_not() -> None:
    line = Line(engine=NumberingTranscriber())
    async with line.running() as pipeline:
        await suppose_and_wait(pipeline)
        await pipeline.put(SAID)
    assert line.engine.utterances == [SAID]
