"""Rules of a lane: what is said of an engine, when it is warmed, and what it may cost."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from engines import TERMS, Stage, busy, unclear, wrong_key
from leaping import LEAPING

from dictated.types import Usage

WORDS = (1.0, "words")
BUSY = (0.0, busy("one"))
WRONG_KEY = (0.0, wrong_key("one"))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "dictated")
    return caplog


async def test_an_engine_that_goes_down_is_told_once_and_which_is_asked_instead(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    for number in range(6):
        await stage.say(number)
        await anyio.sleep(20)
    assert log.messages == ["one is busy; two is asked instead"]


async def test_an_engine_that_comes_back_is_told(log: pytest.LogCaptureFixture) -> None:
    stage = Stage(one=[WRONG_KEY, WORDS], two=[WORDS])
    await stage.say(1)
    await anyio.sleep(30)
    await stage.say(2)
    await stage.say(3)
    assert log.messages == ["one: wrong key; two is asked instead", "one works again"]


async def test_where_no_other_engine_is_left_it_is_told_when_that_one_is_asked_again(
    log: pytest.LogCaptureFixture,
) -> None:
    await Stage(one=[BUSY]).say(1, 2, 3)
    assert log.messages == ["one is busy; asked again in 5 s"]


async def test_an_engine_that_is_down_itself_is_not_named_as_the_one_asked_instead(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(one=[WRONG_KEY], two=[(0.0, wrong_key("two"))], three=[WORDS])
    await stage.say(1)
    assert log.messages == ["one: wrong key; two is asked instead", "two: wrong key; three is asked instead"]


async def test_a_single_failure_is_not_told(log: pytest.LogCaptureFixture) -> None:
    await Stage(one=[BUSY], two=[WORDS]).say(1)
    assert log.messages == []


async def test_a_spent_budget_is_told_once(log: pytest.LogCaptureFixture) -> None:
    stage = Stage(cost_per_day=0.5, one=[WORDS], two=[WORDS])
    for number in range(3):
        await stage.say(number)
    assert log.messages == [
        "one has cost what limits.cost_per_day allows; two is asked instead",
        "two has cost what limits.cost_per_day allows; until tomorrow, what is said is kept as sound",
    ]


async def test_a_budget_that_was_spent_elsewhere_is_told_when_the_engine_would_be_asked(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(cost_per_day=0.9, one=[WORDS], two=[WORDS])
    await stage.ledger.spend("one", Usage(cost=0.9))
    await stage.say(1)
    assert log.messages == ["one has cost what limits.cost_per_day allows; two is asked instead"]


async def test_on_the_next_day_an_engine_may_cost_as_much_again(log: pytest.LogCaptureFixture) -> None:
    stage = Stage(cost_per_day=1.0, one=[WORDS])
    await stage.say(1)
    await stage.say(2)
    stage.day += timedelta(days=1)
    assert (await stage.say(3), log.messages[1:]) == (["words"], ["one works again"])


async def test_answers_count_for_the_engine_that_gave_them() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    await stage.say(1, 2)
    assert [(spent.engine, spent.answers, spent.usage.cost) for spent in stage.ledger.figures()] == [
        ("two", 2, 1.0)
    ]


async def test_a_fault_in_warming_that_may_pass_is_told_once_until_it_has_passed(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(one=[WORDS])
    for cold in (busy("one"), busy("one"), None, busy("one")):
        stage.engines["one"].cold = cold
        await stage.chain.warm()
    assert log.messages == 2 * ["one is busy; the first utterance tries again"]


async def test_an_engine_that_could_not_be_warmed_for_now_is_asked_all_the_same() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    stage.engines["one"].cold = busy("one")
    await stage.chain.warm()
    await stage.say(1)
    assert stage.engines["one"].asked == [1]


@pytest.mark.parametrize("fault", [wrong_key("one"), unclear("one")])
async def test_an_engine_that_cannot_work_is_told_when_it_is_warmed_and_not_asked(
    fault: Exception, log: pytest.LogCaptureFixture
) -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    stage.engines["one"].cold = fault  # type: ignore[assignment]
    await stage.chain.warm()
    await stage.say(1)
    assert (log.messages, stage.engines["one"].asked) == ([f"{fault}; two is asked instead"], [])


async def test_an_engine_that_somebody_has_mended_is_asked_as_soon_as_it_is_warm(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(one=[WRONG_KEY, WORDS], two=[WORDS])
    await stage.say(1)
    await stage.chain.warm()
    await stage.say(2)
    assert (stage.engines["one"].asked, log.messages[1:]) == ([1, 2], ["one works again"])


async def test_that_it_can_be_warmed_does_not_show_that_a_service_transcribes_again() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    await stage.say(1, 2, 3)
    await stage.chain.warm()
    assert stage.state("one") == "skipped"


async def test_an_engine_that_is_skipped_and_found_to_need_mending_is_told_again(
    log: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    await stage.say(1, 2, 3)
    stage.engines["one"].cold = wrong_key("one")
    await stage.chain.warm()
    assert log.messages[1:] == ["one: wrong key; two is asked instead"]


async def test_what_was_said_is_not_in_the_log(log: pytest.LogCaptureFixture) -> None:
    stage = Stage(replace(TERMS, context_words=5), one=[BUSY, WORDS], two=[(0.0, "my secret")])
    await stage.say(1, 2, 3)
    assert "secret" not in log.text
