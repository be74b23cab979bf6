from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import anyio
import anyio.to_thread
import pytest
from doubles import PLAIN, SPACED
from fixtures.screen import DEADLINE
from spoken_into import AtKey, is_held, rest, transcript

from dictated import outputconfig
from dictated.errors import HeldError, SinkError
from dictated.sinks.type import PIECE, TypeSink

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen, Window

pytestmark = pytest.mark.desktop

LONG = "So be it." * (PIECE // 9 + 1)
"""More than is typed between two looks at the focus."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for: nothing here is about the time."""
    monkeypatch.setattr("dictated.sinks.type._WINDOW_PATIENCE", DEADLINE)
    monkeypatch.setattr("dictated.x11.focus._PATIENCE", DEADLINE)


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(modifier_wait_ms=300), SPACED)
    yield made
    await made.close()


async def test_late_words_are_held_and_not_typed(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    with pytest.raises(HeldError, match=r"1\d s after"):
        await sink.deliver(transcript("late", age=11))
    assert await anyio.to_thread.run_sync(window.rest) == ""


async def test_words_wait_as_long_as_they_are_told_to(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(max_delay=60), PLAIN), screen.window()
    await sink.deliver(transcript("late", age=11))
    await sink.close()
    assert await window.wait_for_text(4) == "late"


async def test_a_clock_set_back_stops_no_words_for_the_window_they_were_spoken_to(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window()
    await sink.deliver(transcript("now", age=-3600, window=await sink.window()))
    assert await window.wait_for_text(4) == "now "


async def test_a_clock_set_back_holds_words_whose_window_is_not_known(screen: Screen, sink: TypeSink) -> None:
    assert screen.display
    assert await is_held(sink, transcript("whose", age=-3600, window=await sink.window()))


async def test_words_spoken_to_the_focused_window_reach_it(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("gtk")
    await sink.deliver(transcript("here", window=await sink.window()))
    assert await window.wait_for_text(5) == "here "


@pytest.mark.parametrize(
    ("policy", "typed"),
    [("hold", ("", "", True)), ("type", ("", LONG, False)), ("refocus", (LONG, "", False))],
)
async def test_words_spoken_to_another_window_go_where_they_are_told_to(
    screen: Screen, policy: Literal["hold", "type", "refocus"], typed: tuple[str, str, bool]
) -> None:
    sink = TypeSink(outputconfig.TypeSink(on_focus_change=policy), PLAIN)
    first = screen.window()
    name = await sink.window()
    second = screen.window("gtk")
    held = await is_held(sink, transcript(LONG, window=name))
    await sink.close()
    assert (*await rest(first, second), held) == typed


@pytest.mark.parametrize("policy", ["hold", "refocus"])
async def test_words_spoken_to_a_window_that_has_closed_are_held(
    screen: Screen, policy: Literal["hold", "refocus"]
) -> None:
    sink = TypeSink(outputconfig.TypeSink(on_focus_change=policy), PLAIN)
    first = screen.window()
    name = await sink.window()
    close(first)
    second = screen.window()  # gets the id of the first
    held = await is_held(sink, transcript("on", window=name))
    await sink.close()
    assert (held, second.identity, await rest(second)) == (True, first.identity, [""])


async def test_words_whose_window_closed_are_held_though_no_window_has_the_focus(
    screen: Screen, sink: TypeSink
) -> None:
    first = screen.window()
    name = await sink.window()
    close(first)
    assert await is_held(sink, transcript("on", window=name))


async def test_a_window_changed_by_a_held_alt_key_is_noticed(screen: Screen) -> None:
    sink = TypeSink(outputconfig.TypeSink(modifier_wait_ms=20_000), PLAIN)
    first = screen.window()
    name = await sink.window()
    screen.xdotool("keydown", "alt")
    async with anyio.create_task_group() as group:
        handle = group.start_soon(is_held, sink, transcript("on", window=name))
        await anyio.to_thread.run_sync(first.rest)
        second = screen.window()
        screen.xdotool("keyup", "alt")
    await sink.close()
    assert (await handle, await rest(first, second)) == (True, ["", ""])


async def test_a_long_text_breaks_off_when_another_window_takes_the_focus(screen: Screen) -> None:
    second, first = screen.window("gtk"), screen.window("gtk")
    sink = TypeSink(outputconfig.TypeSink(), PLAIN, AtKey(PIECE, second.focus))
    with pytest.raises(SinkError, match="another window took the focus") as told:
        await sink.deliver(transcript("x" * 3 * PIECE))
    await sink.close()
    assert (type(told.value), len("".join(await rest(first, second)))) == (SinkError, PIECE)


def close(window: Window) -> None:
    window.process.terminate()
    window.process.wait()
