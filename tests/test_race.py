from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import utterance
from engines import NEVER, TERMS, ScriptedEngine, Stage, busy, unclear, wrong_key
from leaping import LEAPING

from dictated.breaker import Breaker
from dictated.lane import Lane
from dictated.race import BACKOFF_S, MOST_BACKOFF_S, Race, together
from dictated.turns import Turns
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from dictated.errors import TranscriberError

WORDS = (1.0, "words")
BUSY = (0.0, busy("one"))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


async def test_an_engine_that_answers_is_the_only_one_asked() -> None:
    stage = Stage(one=[WORDS], two=[WORDS])
    await stage.say(1)
    assert stage.story == ["0 one asked", "1 one answers"]


@pytest.mark.parametrize("fault", [busy("one"), unclear("one"), wrong_key("one")])
async def test_an_engine_that_has_failed_for_good_is_followed_by_the_next(fault: TranscriberError) -> None:
    stage = Stage(one=[(1.0, fault)], two=[WORDS])
    await stage.say(1)
    assert stage.story == ["0 one asked", "1 one fails", "1 two asked", "2 two answers"]


@pytest.mark.parametrize("fault", [unclear("one"), wrong_key("one")])
async def test_what_cannot_help_is_not_tried_again(fault: TranscriberError) -> None:
    stage = Stage(replace(TERMS, tries=5), one=[(0.0, fault)])
    await stage.say(1)
    assert stage.story == ["0 one asked", "0 one fails"]


async def test_what_may_help_is_tried_again() -> None:
    stage = Stage(replace(TERMS, tries=3), one=[BUSY, BUSY, WORDS])
    assert await stage.say(1) == ["words"]


async def test_an_engine_is_tried_no_more_often_than_agreed() -> None:
    stage = Stage(replace(TERMS, tries=3, skip_after=100), one=[BUSY])
    await stage.say(1)
    assert stage.engines["one"].asked == [1, 1, 1]


async def _pauses(tries: int) -> list[float]:
    """The time between failing and asking again, try by try."""
    stage = Stage(replace(TERMS, tries=tries, skip_after=100), one=[BUSY])
    await stage.say(1)
    return [later - earlier for earlier, later in pairwise(stage.engines["one"].times)]


async def test_pauses_between_tries_are_spread_from_nothing_to_a_bound_that_doubles() -> None:
    pauses = [await _pauses(7) for _ in range(100)]
    bounds = [min(MOST_BACKOFF_S, BACKOFF_S * 2**number) for number in range(6)]
    shortest, longest = map(min, zip(*pauses, strict=True)), map(max, zip(*pauses, strict=True))
    for bound, least, most in zip(bounds, shortest, longest, strict=True):
        assert least < bound / 4
        assert bound * 3 / 4 < most <= bound


async def test_a_service_that_asks_for_more_time_between_tries_gets_it() -> None:
    stage = Stage(replace(TERMS, tries=2), one=[(0.0, busy("one", retry_after=1.5)), WORDS])
    await stage.say(1)
    assert stage.story == ["0 one asked", "0 one fails", "1.5 one asked", "2.5 one answers"]


async def test_a_service_that_asks_for_more_time_than_there_is_is_given_up() -> None:
    stage = Stage(replace(TERMS, tries=2, deadline_s=5), one=[(0.0, busy("one", retry_after=5))])
    assert (await stage.say(1), anyio.current_time()) == (["one is busy"], 0.0)


async def test_a_service_that_asks_for_long_is_not_waited_for_where_there_is_another() -> None:
    stage = Stage(replace(TERMS, tries=2), one=[(0.0, busy("one", retry_after=20))], two=[WORDS])
    await stage.say(1)
    assert stage.story[2:] == ["0 two asked", "1 two answers"]


async def test_after_a_slow_failure_the_next_engine_is_asked_while_the_first_is_tried_again() -> None:
    stage = Stage(replace(TERMS, tries=2), one=[(30.0, busy("one")), NEVER], two=[WORDS])
    await stage.say(1)
    assert stage.story[:3] == ["0 one asked", "30 one fails", "30 two asked"]


async def test_after_quick_failures_the_first_engine_is_tried_again_for_two_seconds() -> None:
    stage = Stage(replace(TERMS, tries=2), one=[BUSY, NEVER], two=[WORDS])
    await stage.say(1)
    assert stage.story[3:] == ["2 two asked", "3 two answers", "3 one cut off"]


async def test_a_hedge_asks_the_next_engine_too_and_cuts_off_the_loser() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0), one=[NEVER], two=[WORDS])
    assert await stage.say(1) == ["words"]
    assert stage.story == ["0 one asked", "2 two asked", "3 two answers", "3 one cut off"]


async def test_the_hedged_engine_may_still_win() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0), one=[(2.5, "first")], two=[WORDS])
    assert await stage.say(1) == ["first"]


async def test_of_two_answers_at_the_same_moment_one_is_taken_and_both_are_counted() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0, context_words=1), one=[(3.0, "a")], two=[(1.0, "b")])
    (text,) = await stage.say(1)
    await stage.say(2)
    assert [spent.answers for spent in stage.ledger.figures()] == [2, 2]
    assert stage.engines["one"].hints[1].context == text


async def test_an_engine_keeps_nothing_of_an_utterance_that_is_over() -> None:
    stage = Stage()
    engine = ScriptedEngine("one", [WORDS], [])
    lane = Lane(engine, Breaker(1, 1), Turns(1), stage.ledger, lambda _: None)
    await Race(utterance(1), TERMS, lambda _: NO_HINTS, lambda answer, _: answer).run([lane])
    assert lane.patiences == []


async def test_no_hedge_is_laid_before_its_time_nor_while_an_utterance_waits_for_its_turn() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0, in_flight=1), one=[(1.9, "words")], two=[WORDS])
    await stage.say(1, 2, 3)
    assert stage.engines["two"].asked == []


async def test_a_hedge_needs_no_turn_of_the_engine_that_hangs() -> None:
    stage = Stage(replace(TERMS, hedge_after=2.0, in_flight=1), one=[NEVER], two=[WORDS])
    assert await stage.say(1, 2) == ["words", "words"]


async def test_without_a_hedge_a_slow_engine_is_waited_for() -> None:
    stage = Stage(one=[(29.0, "words")], two=[WORDS])
    await stage.say(1)
    assert stage.engines["two"].asked == []


async def test_lost_hedges_do_not_count_as_failures() -> None:
    stage = Stage(replace(TERMS, hedge_after=10.0), one=[NEVER], two=[WORDS])
    await stage.say(1, 2, 3, 4)
    assert stage.state("one") == "ok"


async def test_an_utterance_without_an_answer_fails_when_its_time_is_over() -> None:
    stage = Stage(replace(TERMS, deadline_s=20), one=[NEVER])
    assert (await stage.say(1), anyio.current_time()) == (["one gave no answer within 20 s"], 20.0)


async def test_answers_that_do_not_come_in_time_are_failures_of_the_engine() -> None:
    stage = Stage(replace(TERMS, deadline_s=20), one=[NEVER], two=[NEVER])
    await stage.say(1, 2, 3)
    assert (stage.state("one"), stage.state("two")) == ("skipped", "ok")


async def test_an_engine_that_had_little_time_is_not_blamed_for_that() -> None:
    stage = Stage(replace(TERMS, deadline_s=20, skip_after=1), one=[(15.0, unclear("one"))], two=[NEVER])
    await stage.say(1)
    assert stage.state("two") == "ok"


async def test_waiting_behind_older_utterances_does_not_count_as_time() -> None:
    stage = Stage(replace(TERMS, in_flight=1, deadline_s=5), one=[(4.0, "words")])
    assert await stage.say(1, 2, 3) == ["words", "words", "words"]


async def test_no_engine_is_asked_more_often_at_once_than_agreed() -> None:
    stage = Stage(one=[WORDS])
    await stage.say(*range(10))
    assert stage.engines["one"].most_at_once == 3


async def test_whoever_waits_for_another_try_lets_the_others_go_first() -> None:
    stage = Stage(
        replace(TERMS, tries=2, in_flight=1), one=[(0.0, busy("one", retry_after=1.5)), (2.0, "a"), WORDS]
    )
    await stage.say(1, 2, 3)
    assert stage.engines["one"].asked == [1, 2, 1, 3]  # and the oldest is next when it is ready


async def test_a_failure_names_the_reason_of_every_engine() -> None:
    stage = Stage(one=[BUSY], two=[(0.0, wrong_key("two"))], three=[NEVER])
    assert await stage.say(1) == ["one is busy; then two: wrong key; then three gave no answer within 60 s"]


@pytest.mark.parametrize(
    ("faults", "worth"),
    [
        ([busy("one"), wrong_key("two")], "retrying"),
        ([wrong_key("one"), wrong_key("two")], "mending"),
        ([unclear("one"), wrong_key("two")], "neither"),
    ],
)
def test_a_failure_is_worth_retrying_where_one_engine_is_and_lasts_where_all_do(
    faults: list[TranscriberError], worth: str
) -> None:
    error = together(faults)
    assert {"retrying": error.retryable, "mending": error.lasting}.get(worth, True)
    assert [error.retryable, error.lasting].count(True) == (worth != "neither")
