from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import ListHistory, ListSink, ListSpool, transcript, utterance

from dictated import outputconfig
from dictated.archive import Archive, DiskArchive, Tally
from dictated.delivery import Delivery, Outcome
from dictated.errors import HeldError, NoDisplayError, RequestError, SinkError
from dictated.sinks.log import LogSink

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = Archive(Tally())
"""An archive that puts nothing down."""


class ErasingSink(ListSink):
    """A list whose last text can be taken back."""

    async def undo(self) -> int:
        if not self.texts:
            raise SinkError("there is nothing left")
        return len(self.texts.pop())


async def test_every_sink_gets_the_words() -> None:
    sinks = [ListSink("type"), ListSink("log"), ListSink("clipboard")]
    await Delivery(sinks, sinks[1]).deliver(transcript("hello"), NOTHING)
    assert [sink.texts for sink in sinks] == [["hello"]] * 3


async def test_one_sink_that_fails_does_not_stop_the_others() -> None:
    broken, well = ListSink("type", SinkError("no")), ListSink("clipboard")
    await Delivery([broken, well], ListSink("log")).deliver(transcript("hello"), NOTHING)
    assert well.texts == ["hello"]


async def test_what_one_sink_cannot_take_goes_to_the_log() -> None:
    rescue = ListSink("log")
    taken = await Delivery([ListSink("type", NoDisplayError("no display"))], rescue).deliver(
        transcript("hello"), NOTHING
    )
    assert (taken.takers, rescue.texts) == (1, ["hello"])


async def test_the_log_gets_the_words_once_where_it_is_a_sink_itself() -> None:
    rescue = ListSink("log")
    await Delivery([ListSink("type", SinkError("no")), rescue], rescue).deliver(transcript("hello"), NOTHING)
    assert rescue.texts == ["hello"]


async def test_the_log_gets_nothing_where_all_goes_well() -> None:
    rescue = ListSink("log")
    await Delivery([ListSink("type")], rescue).deliver(transcript("hello"), NOTHING)
    assert rescue.texts == []


async def test_words_that_nobody_took_are_told() -> None:
    broken = SinkError("no")
    came = await Delivery([ListSink("type", broken)], ListSink("log", broken)).deliver(
        transcript("hello"), NOTHING
    )
    assert came == Outcome(takers=0)


async def test_a_sink_that_keeps_words_and_has_not_got_them_is_told_of_even_where_others_have(
    tmp_path: Path,
) -> None:
    log = LogSink(outputconfig.LogSink(path=str(tmp_path)))  # a folder
    came = await Delivery([ListSink("type"), log], log).deliver(transcript("hello"), NOTHING)
    assert (came.takers, came.missed.startswith("log: ")) == (1, True)


async def test_words_that_a_sink_holds_do_not_go_to_the_log_instead() -> None:
    rescue = ListSink("log")
    came = await Delivery([ListSink("type", HeldError("too late"))], rescue).deliver(
        transcript("hello"), NOTHING
    )
    assert (came, rescue.texts) == (Outcome(takers=0, held="too late"), [])


async def test_words_that_one_sink_holds_still_reach_the_others() -> None:
    other = ListSink("clipboard")
    held = ListSink("type", HeldError("too late"))
    came = await Delivery([held, other], ListSink("log")).deliver(transcript("hello"), NOTHING)
    assert (came, other.texts) == (Outcome(takers=1, held="too late"), ["hello"])


async def test_each_sink_is_marked_before_the_words_go_there_and_when_they_are_there() -> None:
    history = ListHistory()
    archive = DiskArchive(Tally(), ListSpool(), history)
    await archive.heard(utterance(1))
    broken = ListSink("type", SinkError("no"))
    await Delivery([broken, ListSink("clipboard")], ListSink("log")).deliver(transcript("hello"), archive)
    assert history.story[1:] == [
        "begin 1 type: hello",
        "begin 1 clipboard: hello",
        "done 1 clipboard",
        "begin 1 log: hello",
        "done 1 log",
    ]


async def test_a_sink_that_stays_broken_is_complained_of_once(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery([ListSink("type", NoDisplayError("there is no display"))], ListSink("log"))
    for _ in range(3):
        await delivery.deliver(transcript("hello"), NOTHING)
    assert caplog.messages == ["type: there is no display; the words go to log instead"]


async def test_a_sink_that_breaks_again_is_complained_of_again(caplog: pytest.LogCaptureFixture) -> None:
    sink, no = ListSink("type"), SinkError("no")
    delivery = Delivery([sink], ListSink("log"))
    for broken in (no, None, no):
        sink.broken = broken
        await delivery.deliver(transcript("hello"), NOTHING)
    assert [message[:8] for message in caplog.messages if "no;" in message] == ["type: no"] * 2


async def test_the_words_are_not_in_the_complaint(caplog: pytest.LogCaptureFixture) -> None:
    await Delivery([ListSink("type", SinkError("no"))], ListSink("log")).deliver(
        transcript("secret"), NOTHING
    )
    assert "secret" not in caplog.text


async def test_what_is_taken_back_is_taken_back_where_it_was_typed_only() -> None:
    log, window = ListSink("log"), ErasingSink("type")
    delivery = Delivery([log, window], log)
    await delivery.deliver(transcript("hello"), NOTHING)
    assert (await delivery.undo(), window.texts, log.texts) == (5, [], ["hello"])


async def test_why_nothing_is_taken_back_is_told() -> None:
    with pytest.raises(RequestError, match="nothing left"):
        await Delivery([ErasingSink("type")], ListSink("log")).undo()


async def test_nothing_is_taken_back_while_windows_are_shut() -> None:
    window, shut = ErasingSink("type"), []
    delivery = Delivery([window], ListSink("log"), lambda: "".join(shut))
    await delivery.deliver(transcript("hello"), NOTHING)
    shut.append("the screen is locked")
    with pytest.raises(RequestError, match="the screen is locked"):
        await delivery.undo()
    assert window.texts == ["hello"]


async def test_where_nothing_is_typed_nothing_can_be_taken_back() -> None:
    with pytest.raises(RequestError, match="nothing is typed here"):
        await Delivery([ListSink("log")], ListSink("log")).undo()


async def test_nothing_goes_into_a_window_while_windows_are_shut() -> None:
    log, window = ListSink("log"), ErasingSink("type")
    came = await Delivery([window, log], log, lambda: "the screen is locked").deliver(
        transcript("hello"), NOTHING
    )
    assert (came, window.texts, log.texts) == (Outcome(1, held="the screen is locked"), [], ["hello"])
