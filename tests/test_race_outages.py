"""Rules of a race while an engine is down: who is asked instead, who tries it, and who waits for it."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from engines import NEVER, TERMS, Stage, busy, wrong_key
from leaping import LEAPING

WORDS = (1.0, "words")
BUSY = (0.0, busy("one"))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


async def test_after_failures_in_a_row_an_engine_is_skipped() -> None:
    stage = Stage(one=[BUSY], two=[WORDS])
    await stage.say(1, 2, 3)
    await stage.say(4)
    assert (stage.engines["one"].asked, stage.engines["two"].asked) == ([1, 2, 3], [1, 2, 3, 4])


async def test_who_hangs_at_an_engine_that_is_found_down_asks_the_next_at_once() -> None:
    stage = Stage(replace(TERMS, in_flight=9), one=[NEVER, (3.0, busy("one"))], two=[WORDS])
    await stage.say(1, 2, 3, 4)
    assert (sorted(stage.engines["two"].asked), anyio.current_time()) == ([1, 2, 3, 4], 4.0)


async def test_who_waits_for_a_turn_at_an_engine_that_is_found_down_asks_the_next_at_once() -> None:
    script = [(3.0, busy("one")), (3.0, wrong_key("one")), NEVER]
    stage = Stage(one=script, two=[(0.0, "words")])
    await stage.say(1, 2, 3, 4)
    assert (stage.engines["one"].asked, anyio.current_time()) == ([1, 2, 3], 3.0)


async def test_after_the_skip_one_utterance_tries_the_engine_and_the_others_do_not_wait_for_that() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, (1.5, "well again")], two=[WORDS])
    await stage.say(1, 2, 3)
    await anyio.sleep(30)
    assert await stage.say(4, 5, 6) == ["well again", "words", "words"]


async def test_a_trial_is_waited_for_two_seconds() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, NEVER], two=[WORDS])
    await stage.say(1, 2, 3)
    await anyio.sleep(39)
    await stage.say(4)
    assert stage.story[-4:] == ["40 one asked", "42 two asked", "43 two answers", "43 one cut off"]


async def test_a_lost_trial_has_failed() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, NEVER], two=[WORDS])
    await stage.say(1, 2, 3)
    await anyio.sleep(39)
    await stage.say(4)
    await anyio.sleep(59)  # skipped for twice as long now
    await stage.say(5)
    assert stage.engines["one"].asked[3:] == [4]


async def test_a_trial_that_loses_before_its_patience_is_over_has_not_failed() -> None:
    terms = replace(TERMS, skip_after=1, hedge_after=1.0)
    stage = Stage(terms, one=[BUSY, (1.5, "words")], two=[(0.0, busy("two")), NEVER])
    await stage.say(1)
    await anyio.sleep(30)
    await stage.say(2)
    await stage.say(3)
    assert stage.engines["two"].asked == [1, 2, 3]


async def test_an_engine_that_is_slow_but_not_down_comes_back() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, (3.5, "well again")], two=[WORDS])
    await stage.say(1, 2, 3)
    for number in (4, 5):
        await anyio.sleep(300)
        await stage.say(number)
    assert stage.state("one") == "ok"


async def test_a_trial_that_the_user_cancels_leaves_that_to_the_next() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, NEVER, WORDS])
    await stage.say(1, 2, 3)
    await anyio.sleep(30)
    with anyio.move_on_after(10):
        await stage.say(4)
    await stage.say(5)
    assert stage.engines["one"].times[3:] == [30.0, 40.0]


async def test_where_there_is_no_other_engine_words_wait_for_the_one_that_is_down() -> None:
    stage = Stage(one=[BUSY, BUSY, BUSY, WORDS])
    await stage.say(1, 2, 3)
    assert await stage.say(4, 5, 6) == ["words", "words", "words"]
    assert stage.engines["one"].times[3:] == [5.0, 6.0, 6.0]


async def test_only_one_utterance_at_a_time_asks_a_sole_engine_that_is_down() -> None:
    stage = Stage(replace(TERMS, deadline_s=17), one=[BUSY])
    await stage.say(1, 2, 3)
    await stage.say(*range(4, 20))
    asked = [line for line in stage.story[6:] if line.endswith("asked")]
    assert asked == ["5 one asked", "10 one asked", "15 one asked"]


async def test_no_utterance_waits_longer_for_an_engine_that_is_down_than_an_answer_may_take() -> None:
    stage = Stage(replace(TERMS, deadline_s=20), one=[BUSY, BUSY, BUSY, NEVER])
    await stage.say(1, 2, 3)
    began = anyio.current_time()
    with anyio.move_on_after(24):  # utterance 4 has its trial from 5 s to 25 s
        await stage.say(4, 5)
    assert (began, stage.ended[5]) == (0.0, 20.0)


async def test_words_that_would_wait_too_long_for_an_engine_that_is_down_fail_at_once() -> None:
    stage = Stage(one=[(0.0, busy("one", retry_after=90))])
    await stage.say(1)
    assert (await stage.say(2), anyio.current_time()) == (["one is busy"], 0.0)


async def test_an_engine_that_only_a_person_can_mend_is_not_waited_for() -> None:
    stage = Stage(one=[(0.0, wrong_key("one")), WORDS])
    await stage.say(1)
    assert (await stage.say(2), anyio.current_time()) == (["one: wrong key"], 0.0)


async def test_an_engine_that_has_cost_enough_today_is_not_asked() -> None:
    stage = Stage(cost_per_day=1.0, one=[(0.0, "dear")], two=[(0.0, "cheap")])
    assert [await stage.say(number) for number in range(3)] == [["dear"], ["dear"], ["cheap"]]


async def test_where_all_have_cost_enough_today_that_is_the_reason() -> None:
    stage = Stage(cost_per_day=0.5, one=[WORDS])
    await stage.say(1)
    assert await stage.say(2) == ["one has cost what limits.cost_per_day allows"]


async def test_utterances_wait_for_the_one_that_finds_out_whether_a_key_was_mended() -> None:
    stage = Stage(one=[(0.0, wrong_key("one")), (1.0, "words")])
    await stage.say(1)
    await anyio.sleep(3600)
    assert await stage.say(2, 3, 4) == ["words", "words", "words"]


async def test_utterances_do_not_wait_longer_than_for_that_one_where_the_key_is_still_wrong() -> None:
    stage = Stage(one=[(0.0, wrong_key("one")), (1.0, wrong_key("one"))])
    await stage.say(1)
    await anyio.sleep(3600)
    began = anyio.current_time()
    await stage.say(2, 3, 4)
    assert (anyio.current_time() - began, len(stage.engines["one"].asked)) == (pytest.approx(1.0), 2)
