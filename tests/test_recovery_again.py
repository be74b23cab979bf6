"""Rules of the recovery: what has failed is sent again, when it may help and when it is asked for, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import transcript
from house import House

from dictated.errors import RequestError, SinkError, TranscriberError
from dictated.recollection import OLD
from dictated.records import Fate, Records
from dictated.recovery import GIVE_UP, Recovery
from dictated.resending import Resending

if TYPE_CHECKING:
    from pathlib import Path

AWAY = TranscriberError("no network", retryable=True)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_where_two_fail_for_the_network_all_behind_them_wait(house: House) -> None:
    for number in (1, 2, 3, 4):
        house.recorded(number)
    house.engine.failing |= {OLD + 2: AWAY, OLD + 3: AWAY}
    await house.recover()
    assert (house.fates, house.lines) == (
        [Fate.HELD, Fate.FAILED, Fate.FAILED, Fate.RECORDED],
        [f"words {OLD + 1}"],
    )


async def test_one_that_fails_alone_does_not_keep_the_others_waiting(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    house.engine.failing[OLD + 1] = AWAY
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.HELD, Fate.HELD]


async def test_one_that_fails_once_keeps_its_place(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    house.engine.failing_once.add(OLD + 1)
    await house.recover()
    assert house.lines == [f"words {OLD + number}" for number in (1, 2, 3)]


async def test_what_the_log_refuses_is_not_overtaken_by_what_was_said_later(house: House) -> None:
    for number in (1, 2):
        house.failed(number)
    house.log.broken = SinkError("the disk is full")
    await house.retry()
    assert [heard.number for heard in house.engine.heard] == [OLD + 1]


async def test_words_that_are_known_are_no_sign_that_an_engine_works(house: House) -> None:
    house.engine.failing[OLD + 1] = AWAY
    house.failed(1)
    for number in range(2, GIVE_UP + 3):
        house.failed(number, "hello")
        house.resending.now()
        await house.work()
    house.engine.failing.clear()
    house.resending.now()
    await house.work()
    assert house.lines[-1] == f"words {OLD + 1}"


async def test_one_that_fails_twice_beside_another_is_told_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2):
        house.recorded(number)
    house.engine.failing[OLD + 1] = AWAY
    await house.recover()
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


async def test_one_that_always_fails_alone_is_left_alone_until_it_is_asked_for(house: House) -> None:
    house.engine.failing[OLD + 1] = AWAY
    house.failed(1)
    for number in range(2, GIVE_UP + 4):
        house.recorded(number)
        await house.recover()
    tried = [heard.number for heard in house.engine.heard].count(OLD + 1)
    await house.recovery.retry(None)
    await house.work()
    all_in_all = [heard.number for heard in house.engine.heard].count(OLD + 1)
    assert (tried, all_in_all) == (2 * GIVE_UP, 2 * GIVE_UP + 1)  # each time, once more beside the next one


async def test_told_to_try_again_it_goes_on_where_it_stopped(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    house.engine.failing |= {OLD + 1: AWAY, OLD + 2: AWAY}
    await house.recover()
    house.engine.failing.clear()
    await house.recovery.retry(None)
    await house.work()
    assert house.lines == [f"words {OLD + number}" for number in (1, 2, 3)]


async def test_a_fault_that_only_a_person_can_mend_stops_it_too(house: House) -> None:
    for number in (1, 2, 3):
        house.recorded(number)
    wrong = TranscriberError("the key is wrong", lasting=True)
    house.engine.failing |= {OLD + 1: wrong, OLD + 2: wrong}
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.FAILED, Fate.RECORDED]


async def test_sound_that_no_engine_can_use_does_not_stop_the_others(house: House) -> None:
    for number in (1, 2):
        house.recorded(number)
    house.engine.failing[OLD + 1] = TranscriberError("this sound cannot be used")
    await house.recover()
    assert house.fates == [Fate.FAILED, Fate.HELD]


async def test_what_is_under_way_now_is_left_to_the_pipeline(house: House) -> None:
    await house.recovery.prepare()
    house.recorded()
    house.resending.now()
    await house.work()
    assert (house.fates, house.lines) == ([Fate.RECORDED], [])


async def test_what_has_failed_now_is_tried_when_told(house: House) -> None:
    await house.recovery.prepare()
    house.failed()
    async with house.running():
        await house.recovery.retry(None)
    assert house.lines == [f"words {OLD + 1}"]


async def test_without_being_told_nothing_is_tried_twice(house: House) -> None:
    await house.recovery.prepare()
    house.failed()
    await house.work()
    assert house.fates == [Fate.FAILED]


async def test_words_the_log_refuses_are_kept_and_appended_once_when_told(house: House) -> None:
    house.recorded()
    house.log.broken = SinkError("the disk is full")
    await house.recover()
    assert (house.record().fate, house.record().reason) == (Fate.FAILED, "log: the disk is full")
    house.log.broken = None
    await house.log.deliver(transcript(f"words {OLD + 1}"))
    await house.recovery.retry(None)
    await house.work()
    assert house.lines == [f"words {OLD + 1}"] * 2


async def test_what_failed_for_the_network_is_sent_again_by_itself(house: House) -> None:
    house.resending = Resending(0.01, 0.01)
    house.recovery = Recovery(house.engine, house.sinks, house.spool, house.history, house.resending)
    house.failed()
    house.engine.failing[OLD + 1] = AWAY
    async with house.running():
        await house.recovery.retry(None)
        await house.engine.is_asked(OLD + 1)
        house.engine.failing.clear()
        with anyio.fail_after(5):
            await house.log.appended.wait()
    assert house.lines == [f"words {OLD + 1}"]


async def test_what_failed_is_sent_again_as_soon_as_other_words_arrive(house: House) -> None:
    house.failed()
    async with house.running():
        for fate in (Fate.FAILED, Fate.DELIVERED):
            house.recovery.saw(fate)
    assert house.lines == [f"words {OLD + 1}"]


async def test_what_was_thrown_away_does_not_mean_that_the_network_is_back(house: House) -> None:
    house.failed()
    async with house.running():
        for fate in (Fate.FAILED, Fate.CANCELLED):
            house.recovery.saw(fate)
    assert house.engine.heard == []


async def test_a_failure_is_told_once_however_often_it_is_tried(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.recorded()
    house.engine.failing[OLD + 1] = AWAY
    await house.recover()
    for _ in range(3):
        await house.retry()
    assert [record.levelname for record in caplog.records].count("WARNING") == 1


async def test_sound_that_no_engine_can_use_is_not_sent_again_by_itself(house: House) -> None:
    house.failed()
    house.engine.failing[OLD + 1] = TranscriberError("this sound cannot be used")
    for _ in range(3):
        house.resending.now()
        await house.work()
    assert len(house.engine.heard) == 1


@pytest.mark.parametrize("fate", [Fate.HELD, Fate.DELIVERED, Fate.EMPTY])
async def test_what_has_an_end_and_is_asked_for_has_new_words_that_wait(fate: Fate, house: House) -> None:
    house.ended(fate, "" if fate is Fate.EMPTY else "old words")
    await house.retry(1)
    assert (house.record().fate, house.record().text, house.lines) == (Fate.HELD, f"words {OLD + 1}", [])


async def test_new_words_of_what_the_log_has_do_not_go_to_the_log(house: House) -> None:
    house.ended(Fate.DELIVERED, "old words")
    await house.retry(1)
    assert house.record().marks["log"][0] == "done"


@pytest.mark.parametrize("text", ["", None])
async def test_where_nothing_new_is_understood_the_old_words_stay(text: str | None, house: House) -> None:
    house.ended(Fate.DELIVERED, "old words")
    if text is None:
        house.engine.failing[OLD + 1] = AWAY
    else:
        house.engine.texts[OLD + 1] = text
    await house.retry(1)
    assert (house.record().fate, house.record().text) == (Fate.DELIVERED, "old words")


async def test_the_one_that_is_asked_for_comes_first(house: House) -> None:
    for number in (1, 2, 3):
        house.failed(number)
    await house.retry(3)
    assert [heard.number - OLD for heard in house.engine.heard] == [3, 1, 2]


async def test_what_is_not_there_or_under_way_or_without_sound_cannot_be_tried(house: House) -> None:
    house.ended(Fate.DELIVERED, "hello")
    house.history.records.forget_audio(1)
    house.recorded(2)
    told = {1: "no longer kept", 2: "under way", 7: "there is no number 7"}
    for number, why in told.items():
        with pytest.raises(RequestError, match=why):
            await house.recovery.retry(number)


async def test_what_is_said_just_now_has_not_failed(house: House) -> None:
    await house.recovery.prepare()
    house.recorded()
    with pytest.raises(RequestError, match="nothing has failed"):
        await house.recovery.retry(None)


async def test_however_many_wait_all_of_them_are_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Records.undone, "__defaults__", (0, 2))  # read two at once
    for number in range(1, 8):
        house.failed(number)
    await house.retry()
    assert house.lines == [f"words {OLD + number}" for number in range(1, 8)]


async def test_where_nothing_has_failed_that_is_told(house: House) -> None:
    with pytest.raises(RequestError, match="nothing has failed"):
        await house.recovery.retry(None)


async def test_a_history_that_is_damaged_is_told_to_who_asks(house: House) -> None:
    (house.folder / "history.sqlite3").write_bytes(b"nonsense" * 1000)
    with pytest.raises(RequestError, match="is damaged"):
        await house.recovery.retry(None)
