"""Rules of the chain as a whole: what engines are told, what is held back, and that words always come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from doubles import SPOKEN_AT, utterance
from engines import NEVER, TERMS, Stage, Step, busy, unclear, wrong_key
from hypothesis import given, settings
from hypothesis import strategies as st
from leaping import LEAPING

from dictated.chain import FRESH, REMEMBERED, Terms
from dictated.errors import TranscriberError
from dictated.types import Hints

WORDS = (1.0, "one two three four")
BUSY = (0.0, busy("one"))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


async def test_the_transcript_names_the_engine_that_gave_it() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    assert (await stage.hear(1)).engine == "two"


async def test_engines_are_told_what_the_configuration_says() -> None:
    stage = Stage(one=[WORDS])
    await stage.hear(1)
    assert stage.engines["one"].hints == [Hints(prompt="a prompt")]


async def test_hints_that_an_utterance_brings_go_before_those_of_the_configuration() -> None:
    stage = Stage(one=[WORDS])
    await stage.chain.transcribe(utterance(1), Hints(prompt="another"))
    assert stage.engines["one"].hints == [Hints(prompt="another")]


def contexts(stage: Stage) -> list[str]:
    return [hints.context for hints in stage.engines["one"].hints]


async def test_the_last_words_go_along_with_the_next_utterance_where_that_is_wanted() -> None:
    stage = Stage(replace(TERMS, context_words=3), one=[WORDS])
    await stage.hear(1)
    await stage.hear(2)
    assert contexts(stage) == ["", "two three four"]


async def test_no_words_go_along_unless_that_is_wanted() -> None:
    stage = Stage(one=[WORDS])
    await stage.hear(1)
    await stage.hear(2)
    assert contexts(stage) == ["", ""]


async def test_words_that_were_said_later_do_not_go_along() -> None:
    stage = Stage(replace(TERMS, context_words=3), one=[(1.0, "before"), (1.0, "after"), WORDS])
    for number in (3, 7, 5):
        await stage.hear(number)
    assert contexts(stage) == ["", "before", "before"]


async def test_words_that_come_while_an_utterance_waits_for_its_turn_go_along() -> None:
    stage = Stage(replace(TERMS, context_words=3, in_flight=1), one=[(1.0, "first"), (1.0, "second"), WORDS])
    await stage.say(1, 2, 3)
    assert contexts(stage) == ["", "first", "second"]


async def test_a_silence_between_does_not_take_their_place() -> None:
    stage = Stage(replace(TERMS, context_words=3), one=[(1.0, "before"), (1.0, ""), WORDS])
    for number in (1, 2, 3):
        await stage.hear(number)
    assert contexts(stage) == ["", "before", "before"]


@pytest.mark.parametrize(("pause", "context"), [(FRESH, "four"), (FRESH + timedelta(milliseconds=1), "")])
async def test_words_of_long_ago_do_not_go_along(pause: timedelta, context: str) -> None:
    stage = Stage(replace(TERMS, context_words=1), one=[WORDS])
    await stage.hear(1)
    await stage.chain.transcribe(replace(utterance(2), began=SPOKEN_AT + pause))
    assert contexts(stage) == ["", context]


async def test_words_that_are_held_back_do_not_go_along() -> None:
    looping = (1.0, "again and again " * 50)
    stage = Stage(replace(TERMS, context_words=3, hold_doubtful=True), one=[looping, WORDS])
    await stage.hear(1)
    await stage.hear(2)
    assert contexts(stage) == ["", ""]


async def test_the_memory_for_words_is_bounded() -> None:
    stage = Stage(replace(TERMS, context_words=3), one=[WORDS])
    for number in range(2, REMEMBERED + 3):
        await stage.hear(number)
    await stage.hear(2)
    assert contexts(stage)[-1] == ""


@pytest.mark.parametrize("engine", ["one", "local"])
async def test_text_that_is_likely_not_what_was_said_is_marked_whoever_wrote_it(engine: str) -> None:
    looping = (1.0, "again and again " * 50)
    stage = Stage(replace(TERMS, hold_doubtful=True), **{engine: [looping], "two": [WORDS]})
    transcript = await stage.hear(1)
    assert (transcript.engine, bool(transcript.text), bool(transcript.doubt)) == (engine, True, True)


async def test_nothing_is_held_back_where_that_is_not_wanted() -> None:
    stage = Stage(one=[(1.0, "again and again " * 50)])
    assert (await stage.hear(1)).doubt == ""


async def test_engines_are_warmed_all_at_once() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    for engine in stage.engines.values():
        engine.warming = 3.0
    await stage.chain.warm()
    assert anyio.current_time() == 3.0


async def test_where_no_engine_can_work_until_it_is_mended_warming_says_so() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    for name, engine in stage.engines.items():
        engine.cold = wrong_key(name)
    with pytest.raises(TranscriberError, match=r"^one: wrong key; then two: wrong key$"):
        await stage.chain.warm()


async def test_where_one_engine_may_work_warming_goes_well() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    stage.engines["one"].cold, stage.engines["two"].cold = wrong_key("one"), busy("two")
    await stage.chain.warm()
    assert (stage.state("one"), stage.state("two")) == ("broken", "ok")


async def test_closing_closes_every_engine() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    await stage.chain.close()
    assert [engine.closed for engine in stage.engines.values()] == [True, True]


async def test_the_status_says_of_each_engine_what_it_is_good_for_what_it_did_and_what_that_cost() -> None:
    stage = Stage(cost_per_day=1.0, one=[(0.0, wrong_key("one"))], two=[WORDS], three=[WORDS])
    await stage.say(1, 2)
    assert stage.chain.status() == [
        {"name": "one", "state": "broken", "reason": "one: wrong key", "answers": 0, "cost": 0.0},
        {
            "name": "two",
            "state": "over budget",
            "reason": "two has cost what limits.cost_per_day allows",
            "answers": 2,
            "cost": 1.0,
        },
        {"name": "three", "state": "ok", "reason": "", "answers": 0, "cost": 0.0},
    ]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    fault = st.sampled_from(
        [busy("it"), busy("it", 1.0), busy("it", 7.0), busy("it", 500.0), wrong_key("it"), unclear("it")]
    )
    outcome: st.SearchStrategy[Step] = st.tuples(st.floats(0, 40), st.just("words") | fault)
    return draw(outcome | st.just(NEVER))


scripts = st.lists(st.lists(steps(), min_size=1, max_size=8), min_size=1, max_size=3)
terms = st.builds(
    Terms,
    in_flight=st.integers(1, 3),
    tries=st.integers(1, 4),
    deadline_s=st.floats(1, 60),
    hedge_after=st.just(0.0) | st.floats(0.1, 10),
    skip_after=st.integers(1, 4),
    skip_s=st.floats(1, 60),
    context_words=st.integers(0, 3),
    hold_doubtful=st.just(value=False),
)


def company(terms: Terms, scripts: list[list[Step]]) -> Stage:
    return Stage(terms, **{f"engine{number}": script for number, script in enumerate(scripts)})


@settings(max_examples=50)
@given(terms=terms, scripts=scripts)
async def test_an_utterance_has_an_answer_or_a_reason_before_its_time_is_over(
    terms: Terms, scripts: list[list[Step]]
) -> None:
    stage, began = company(terms, scripts), anyio.current_time()
    (outcome,) = await stage.say(1)
    assert outcome == "words" or all(name in outcome or "it" in outcome for name in stage.engines)
    assert anyio.current_time() - began <= terms.deadline_s + 1e-6
    assert max(len(engine.asked) for engine in stage.engines.values()) <= terms.tries


@settings(max_examples=50)
@given(terms=terms, scripts=scripts, leaves=st.lists(st.floats(0, 100), max_size=12))
async def test_whatever_has_been_words_come_again_when_the_engines_are_well(
    terms: Terms, scripts: list[list[Step]], leaves: list[float]
) -> None:
    stage = company(terms, scripts)

    async def speak(number: int, patience: float) -> None:
        with anyio.move_on_after(patience):
            await stage.say(number)

    async with anyio.create_task_group() as tasks:
        for number, patience in enumerate(leaves):
            tasks.start_soon(speak, number, patience)
    assert {engine.running for engine in stage.engines.values()} == {0}
    assert max(engine.most_at_once for engine in stage.engines.values()) <= terms.in_flight
    for engine in stage.engines.values():
        engine.script = [(0.0, "words")]
    await anyio.sleep(3600)
    assert await stage.say(*range(20, 30)) == 10 * ["words"]
