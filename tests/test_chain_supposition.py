"""Rules of asking engines ahead: only the first, and what was never said leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from engines import NEVER, TERMS, Stage, busy, wrong_key
from foresight import spoken
from leaping import LEAPING

from dictated.errors import TranscriberError
from dictated.supposition import Foresighted, Supposition

if TYPE_CHECKING:
    from anyio import TaskHandle
    from anyio.abc import TaskGroup

    from dictated.types import Transcript

SUPPOSED, SAID = spoken(1, 5, 2), spoken(1, 5, 9)
WORDS = (1.0, "one two")
TOO_MUCH = (1.0, "no one can say so much in a tenth of a second")
BUSY = (1.0, busy("one"))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


class Guess:
    """A supposition that a chain pursues."""

    def __init__(self, stage: Stage, tasks: TaskGroup) -> None:
        self.told: list[Transcript] = []
        self.supposition = Supposition(SUPPOSED, self.told.append)
        self.handle: TaskHandle[Transcript] = tasks.start_soon(stage.chain.suppose, self.supposition)

    def comes_true(self) -> None:
        self.supposition.come_true(SAID)


def test_the_chain_can_be_asked_ahead() -> None:
    assert isinstance(Stage(one=[WORDS]).chain, Foresighted)


@pytest.mark.parametrize("after", [0.5, 1.5])
async def test_the_answer_comes_as_soon_as_it_is_there_and_was_said(after: float) -> None:
    stage = Stage(one=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(after)
        guess.comes_true()
        answer = await guess.handle
        ended = anyio.current_time()
    assert (answer.text, answer.utterance, ended) == ("one two", SAID, max(after, 1.0))


@pytest.mark.parametrize("after", [0.5, 1.5])
async def test_its_last_words_go_along_with_the_next_utterance(after: float) -> None:
    stage = Stage(replace(TERMS, context_words=1, in_flight=1), one=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(after)
        guess.comes_true()
        tasks.start_soon(stage.hear, 2)
    assert [hints.context for hints in stage.engines["one"].hints] == ["", "two"]


@pytest.mark.parametrize("after", [0.5, 1.5])
async def test_the_words_of_what_was_never_said_go_along_with_nothing(after: float) -> None:
    stage = Stage(replace(TERMS, context_words=1), one=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(after)
        guess.handle.cancel()
        await stage.hear(2)
    assert [hints.context for hints in stage.engines["one"].hints] == ["", ""]


@pytest.mark.parametrize(("hold_doubtful", "doubtful"), [(True, True), (False, False)])
async def test_what_is_told_before_it_was_said_is_told_with_its_doubt(
    *, hold_doubtful: bool, doubtful: bool
) -> None:
    stage = Stage(replace(TERMS, hold_doubtful=hold_doubtful), one=[TOO_MUCH])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(2)
        guess.handle.cancel()
    assert [(told.text, bool(told.doubt)) for told in guess.told] == [(TOO_MUCH[1], doubtful)]


async def test_doubt_judges_what_was_said() -> None:
    stage = Stage(replace(TERMS, hold_doubtful=True), one=[TOO_MUCH])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(2)
        guess.comes_true()
        assert (await guess.handle).doubt


async def test_what_is_given_up_is_no_failure_of_the_engine() -> None:
    stage = Stage(replace(TERMS, skip_after=1), one=[NEVER])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(20)
        guess.handle.cancel()
    assert stage.state("one") == "ok"


async def test_what_is_given_up_makes_room_at_once() -> None:
    stage = Stage(replace(TERMS, in_flight=1), one=[NEVER, WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(0.5)
        guess.handle.cancel()
        await stage.hear(1)
    assert stage.story == ["0 one asked", "0.5 one cut off", "0.5 one asked", "1.5 one answers"]


async def test_an_answer_costs_what_it_costs_though_nobody_wants_it() -> None:
    stage = Stage(one=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(2)
        guess.handle.cancel()
    assert [(spent.answers, spent.usage.cost) for spent in stage.ledger.figures()] == [(1, 0.5)]


async def test_no_other_engine_is_asked_before_it_was_said() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0), one=[NEVER], two=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(10)
        before = list(stage.engines["two"].asked)
        guess.comes_true()
        answer = await guess.handle
    assert (before, answer.engine, answer.utterance) == ([], "two", SAID)


async def test_where_the_first_engine_has_failed_the_next_one_is_asked_once_it_was_said() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(5)
        guess.comes_true()
        assert (await guess.handle).engine == "two"
    assert stage.story[2:] == ["5 two asked", "6 two answers"]


async def test_where_no_engine_is_left_that_is_told_before_it_was_said() -> None:
    stage = Stage(one=[BUSY])
    with pytest.raises(TranscriberError, match="one is busy"):
        await stage.chain.suppose(Supposition(SUPPOSED))


async def test_an_engine_that_is_down_is_asked_only_for_what_was_said() -> None:
    stage = Stage(one=[(0.0, wrong_key("one"))], two=[WORDS])
    await stage.hear(7)
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(60)
        asked = len(stage.story)
        guess.comes_true()
        await guess.handle
    assert (asked, stage.story[asked:]) == (
        4,
        ["61 one asked", "61 one fails", "61 two asked", "62 two answers"],
    )


async def test_the_next_engine_gets_what_was_said_not_what_was_supposed() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    async with anyio.create_task_group() as tasks:
        guess = Guess(stage, tasks)
        await anyio.sleep(5)
        guess.comes_true()
    assert [spent.usage.seconds for spent in stage.ledger.figures()] == [SAID.seconds]
