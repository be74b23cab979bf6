from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import PLAIN
from spoken_into import AtKey, ask, let_no_window_be_active, line, rest, take_backspace, transcript

from dictated import outputconfig
from dictated.errors import NoDisplayError, SinkError
from dictated.sinks.type import PIECE, TypeSink

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen

pytestmark = pytest.mark.desktop

WORDS = "Ça coûte 3 € — Привет, Ξένε; 中文 한국어 “🙂”"
"""Of what every program takes back by one BackSpace a character."""

CLUSTERS = "👩‍👩‍👧‍👦 🇩🇪 👍🏽 e\N{COMBINING ACUTE ACCENT} 1️⃣"
"""Of what GTK and Chromium take back by one BackSpace, terminals by several."""


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(modifier_wait_ms=300), PLAIN)
    yield made
    await made.close()


@pytest.mark.parametrize("kind", ["readline", "cooked", "entry"])
async def test_what_was_typed_is_taken_back_and_nothing_else(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    await sink.deliver(transcript("x é🙂"))
    await sink.deliver(transcript(WORDS))
    assert (await sink.undo(), await line(window)) == (len(WORDS), "x é🙂")


async def test_a_family_a_flag_and_an_accent_of_its_own_are_one_character_each(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    await sink.deliver(transcript("x 🇫🇷"))
    await sink.deliver(transcript(CLUSTERS))
    assert (await sink.undo(), await line(window)) == (9, "x 🇫🇷")


@pytest.mark.parametrize("kind", ["readline", "cooked"])
async def test_a_terminal_may_keep_a_part_of_a_family_and_loses_nothing_before_it(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    await sink.deliver(transcript("x 🇫🇷"))
    await sink.deliver(transcript("👩‍👩‍👧‍👦"))
    assert (await sink.undo(), (await line(window)).startswith("x 🇫🇷👩")) == (1, True)


async def test_one_text_after_the_other_is_taken_back(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    for text in ("one", "two", "three"):
        await sink.deliver(transcript(text))
    assert ([await sink.undo(), await sink.undo()], await line(window)) == ([5, 3], "one")


async def test_a_text_longer_than_a_piece_is_taken_back_whole(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(transcript("before"))
    await sink.deliver(transcript("é" * (2 * PIECE + 1)))
    assert (await sink.undo(), await line(window)) == (2 * PIECE + 1, "before")


async def test_what_was_pasted_is_taken_back(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(paste_from=20), PLAIN), screen.window("entry")
    await sink.deliver(transcript("before"))
    await sink.deliver(transcript(WORDS))
    count = await sink.undo()
    await sink.close()
    assert (count, await line(window)) == (len(WORDS), "before")


async def test_the_held_keys_of_the_hotkey_spoil_nothing(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(transcript("one two"))
    await sink.deliver(transcript("three"))
    screen.xdotool("keydown", "ctrl", "keydown", "alt")
    await sink.undo()
    screen.xdotool("keyup", "ctrl", "keyup", "alt")
    assert await line(window) == "one two"


async def test_nothing_is_taken_back_from_another_window(screen: Screen, sink: TypeSink) -> None:
    first = screen.window()
    await sink.deliver(transcript("here"))
    second = screen.window("gtk")
    with pytest.raises(SinkError, match="in another window"):
        await sink.undo()
    first.focus()
    assert (await sink.undo(), await rest(first, second)) == (4, ["here" + "\x7f" * 4, ""])


async def test_nothing_is_left_to_take_back_after_typing_broke_off(screen: Screen) -> None:
    second, first = screen.window("gtk"), screen.window("gtk")
    sink = TypeSink(outputconfig.TypeSink(), PLAIN, AtKey(len("before") + PIECE, second.focus))
    await sink.deliver(transcript("before"))
    with pytest.raises(SinkError, match="another window took the focus"):
        await sink.deliver(transcript("x" * 3 * PIECE))
    first.focus()
    with pytest.raises(SinkError, match="nothing that was typed"):
        await sink.undo()
    await sink.close()


async def test_nothing_typed_is_nothing_to_take_back(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    with pytest.raises(SinkError, match="nothing that was typed"):
        await sink.undo()
    assert await rest(window) == [""]


async def test_what_was_typed_is_taken_back_after_words_of_which_nothing_was_typed(
    screen: Screen, sink: TypeSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = screen.window("entry")
    for text in ("one", "two"):
        await sink.deliver(transcript(text))
    ask(let_no_window_be_active)
    with monkeypatch.context() as wayland:
        wayland.setenv("WAYLAND_DISPLAY", "wayland-0")
        with pytest.raises(NoDisplayError, match="Wayland"):
            await sink.deliver(transcript("three"))
    assert (await sink.undo(), await line(window)) == (3, "one")


async def test_what_was_typed_is_taken_back_once_there_is_a_key_for_it(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    for text in ("one", "two"):
        await sink.deliver(transcript(text))
    ask(take_backspace)
    with pytest.raises(SinkError, match="BackSpace"):
        await sink.undo()
    screen.layout("us")
    assert (await sink.undo(), await line(window)) == (3, "one")
