"""Rules of taking back, on X11, what appeared while it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import SPACED
from spoken_into import AtKey, line, rest
from test_sinks_type_live import BACK, appear, sink, typist, words

from dictated import outputconfig
from dictated.errors import HeldError, SinkError
from dictated.sinks.type import TypeSink

if TYPE_CHECKING:
    from fixtures.screen import Screen

__all__ = ["sink"]

pytestmark = pytest.mark.desktop


async def test_a_part_that_was_left_is_taken_back_by_undo_and_then_what_was_before(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    for text in ("one", "two"):
        await sink.deliver(words(text))
    await appear(sink, "Ask", number=2)
    with pytest.raises(HeldError):
        await sink.deliver(words("Ask not", 2, age=11))
    assert ([await sink.undo(), await sink.undo()], await line(window)) == ([3, 4], "one ")


async def test_undo_takes_back_all_of_what_appeared_and_was_completed(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(words("before"))
    await appear(sink, "Ask nut", number=2)
    await sink.deliver(words("Ask not", 2))
    assert (await sink.undo(), await line(window)) == (8, "before ")


async def test_undo_takes_back_what_was_said_before_the_words_that_appear(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    for text in ("one", "two"):
        await sink.deliver(words(text))
    await appear(sink, "Ask", number=2)
    count = await sink.undo()
    await appear(sink, "Ask not", number=2)
    await sink.deliver(words("Ask not", 2))
    assert (count, await line(window)) == (4, "one Ask not ")


async def test_the_rest_and_the_beginning_in_two_windows_are_taken_back_one_by_one(screen: Screen) -> None:
    sink, first = typist("type"), screen.window("entry")
    await appear(sink, "Ask")
    second = screen.window("entry")
    await sink.deliver(words("Ask not"))
    counts = [await sink.undo()]
    first.focus()
    counts += [await sink.undo()]
    await sink.close()
    assert (counts, await line(first), await line(second.focus())) == ([5, 3], "", "")


async def test_what_appears_in_another_window_is_completed_after_an_undo(
    screen: Screen, sink: TypeSink
) -> None:
    first = screen.window("entry")
    await sink.deliver(words("one"))
    second = screen.window("entry")
    await appear(sink, "Ask", number=2)
    first.focus()
    count = await sink.undo()
    second.focus()
    await sink.deliver(words("Ask not", 2))
    assert (count, await line(second), await line(first.focus())) == (4, "Ask not ", "")


async def test_nothing_vanishes_where_an_unknown_part_stands(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(), SPACED, AtKey(7, break_off)), screen.window()
    await appear(sink, "ask")
    with pytest.raises(SinkError, match="broke off"):
        await appear(sink, "ask not")
    await sink.vanish()
    await sink.close()
    assert BACK not in (await rest(window))[0]


async def test_what_is_not_delivered_vanishes(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(words("before"))
    await appear(sink, "Ask", "Ask not", number=2)
    await sink.vanish()
    assert (await line(window), sink.corrections) == ("before ", 7)


async def test_what_stands_in_another_window_stays_when_it_should_vanish(
    screen: Screen, sink: TypeSink
) -> None:
    first = screen.window()
    await appear(sink, "Ask")
    second = screen.window("gtk")
    await sink.vanish()
    await sink.deliver(words("Ask not"))
    assert await rest(first, second) == ["Ask", "Ask not "]


async def test_words_of_before_that_come_late_stand_before_those_that_appeared(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    await appear(sink, "two", number=2)
    await sink.deliver(words("one", 1))
    await sink.deliver(words("two", 2))
    assert await line(window) == "one two "


async def test_an_unknown_part_is_not_completed_and_nothing_taken_back(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(), SPACED, AtKey(9, break_off)), screen.window()
    await sink.deliver(words("before"))
    with pytest.raises(SinkError, match="broke off"):
        await appear(sink, "Ask", number=2)
    with pytest.raises(HeldError, match="how much of them stands there is not known"):
        await sink.deliver(words("Ask not", 2))
    with pytest.raises(SinkError, match="nothing that was typed"):
        await sink.undo()
    await sink.close()
    assert "not" not in (await rest(window))[0]


async def test_nothing_is_taken_back_while_an_unknown_part_stands(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(), SPACED, AtKey(9, break_off)), screen.window()
    await sink.deliver(words("before"))
    with pytest.raises(SinkError, match="broke off"):
        await appear(sink, "Ask", number=2)
    with pytest.raises(SinkError, match="nothing that was typed"):
        await sink.undo()
    await sink.close()
    assert BACK not in (await rest(window))[0]


def break_off() -> None:
    raise SinkError("the server broke off")
