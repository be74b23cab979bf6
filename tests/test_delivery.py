from __future__ import annotations

from typing import TYPE_CHECKING

from doubles import ListSink, transcript

from dictated.delivery import Delivery
from dictated.errors import NoDisplayError, SinkError

if TYPE_CHECKING:
    import pytest


async def test_every_sink_gets_the_words() -> None:
    sinks = [ListSink("type"), ListSink("log"), ListSink("clipboard")]
    await Delivery(sinks, sinks[1]).deliver(transcript("hello"))
    assert [sink.texts for sink in sinks] == [["hello"]] * 3


async def test_one_sink_that_fails_does_not_stop_the_others() -> None:
    broken, well = ListSink("type", SinkError("no")), ListSink("clipboard")
    await Delivery([broken, well], ListSink("log")).deliver(transcript("hello"))
    assert well.texts == ["hello"]


async def test_what_one_sink_cannot_take_goes_to_the_log() -> None:
    rescue = ListSink("log")
    taken = await Delivery([ListSink("type", NoDisplayError("no display"))], rescue).deliver(
        transcript("hello")
    )
    assert (taken, rescue.texts) == (True, ["hello"])


async def test_the_log_gets_the_words_once_where_it_is_a_sink_itself() -> None:
    rescue = ListSink("log")
    await Delivery([ListSink("type", SinkError("no")), rescue], rescue).deliver(transcript("hello"))
    assert rescue.texts == ["hello"]


async def test_the_log_gets_nothing_where_all_goes_well() -> None:
    rescue = ListSink("log")
    await Delivery([ListSink("type")], rescue).deliver(transcript("hello"))
    assert rescue.texts == []


async def test_words_that_nobody_took_are_told() -> None:
    broken = SinkError("no")
    assert not await Delivery([ListSink("type", broken)], ListSink("log", broken)).deliver(
        transcript("hello")
    )


async def test_a_sink_that_stays_broken_is_complained_of_once(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery([ListSink("type", NoDisplayError("there is no display"))], ListSink("log"))
    for _ in range(3):
        await delivery.deliver(transcript("hello"))
    assert caplog.messages == ["type: there is no display; the words go to log instead"]


async def test_a_sink_that_breaks_again_is_complained_of_again(caplog: pytest.LogCaptureFixture) -> None:
    sink, no = ListSink("type"), SinkError("no")
    delivery = Delivery([sink], ListSink("log"))
    for broken in (no, None, no):
        sink.broken = broken
        await delivery.deliver(transcript("hello"))
    assert [message[:8] for message in caplog.messages if "no;" in message] == ["type: no"] * 2


async def test_the_words_are_not_in_the_complaint(caplog: pytest.LogCaptureFixture) -> None:
    await Delivery([ListSink("type", SinkError("no"))], ListSink("log")).deliver(transcript("secret"))
    assert "secret" not in caplog.text
