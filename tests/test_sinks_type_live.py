"""Rules of words that appear in real windows of X11 while they are said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import anyio
import pytest
from doubles import PLAIN, SPACED
from spoken_into import (
    AtKey,
    ask,
    is_held,
    let_no_window_be_active,
    line,
    rest,
    take_backspace,
    transcript,
)

from dictated import outputconfig
from dictated.errors import HeldError, NoDisplayError, SinkError
from dictated.sinks.appearing import STEP
from dictated.sinks.type import MOST_CHARACTERS, PIECE, TypeSink

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen, Window

    from dictated.types import Transcript

pytestmark = pytest.mark.desktop

Policy = Literal["hold", "type", "refocus"]

GUESSES = (
    "Ça",
    "Ça coûte",
    "Ça goûte 3 €",
    "Ça coûte 3 € — При",
    "Ça coûte 3 € — Привет, 中文 “🙂",
    "Ça coûte",
)
WORDS = "Ça coûte 3 € — Привет, Ξένε; 中文 한국어 “🙂”"

BACK = "\x7f"
"""What xterm sends for BackSpace."""


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = typist()
    yield made
    await made.close()


def typist(policy: Policy = "hold") -> TypeSink:
    return TypeSink(outputconfig.TypeSink(live=True, modifier_wait_ms=300, on_focus_change=policy), SPACED)


def words(text: str, number: int = 1, *, age: float = 0, window: str = "") -> Transcript:
    said = transcript(text, age=age, window=window)
    return replace(said, utterance=replace(said.utterance, number=number))


async def appear(sink: TypeSink, *texts: str, number: int = 1) -> None:
    for text in texts:
        said = words(text, number)
        await sink.appear(said.utterance, text)


@pytest.mark.parametrize("kind", ["readline", "cooked", "entry"])
async def test_whatever_appeared_the_words_stand_there_in_the_end_after_what_was_before(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    await sink.deliver(words("x é🙂"))
    await appear(sink, *GUESSES)
    await sink.deliver(words(WORDS))
    assert await line(window) == f"x é🙂 {WORDS} "


@pytest.mark.parametrize("kind", ["readline", "cooked", "entry"])
async def test_no_program_loses_more_than_ours_by_a_character_of_several(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    await sink.deliver(words("x 🇫🇷"))
    await appear(sink, "go 👩‍👧 a", "go 🇩🇪 b", "no e\N{COMBINING ACUTE ACCENT}")
    await sink.deliver(words("go home"))
    assert await line(window) == "x 🇫🇷 go home "


async def test_what_appears_is_there_before_the_rest_is_said(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    await appear(sink, "Ask not")
    assert await window.wait_for_text(7) == "Ask not"


async def test_only_what_differs_is_taken_back_and_counted(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    await appear(sink, "Ask nut", "Ask not")
    await sink.deliver(words("Ask nothing"))
    assert (await rest(window), sink.corrections) == ([f"Ask nut{BACK * 2}othing "], 2)


async def test_nothing_more_appears_once_another_window_has_the_focus(screen: Screen, sink: TypeSink) -> None:
    first = screen.window()
    await appear(sink, "Ask")
    second = screen.window("gtk")
    with pytest.raises(HeldError, match="another window"):
        await appear(sink, "Ask not")
    first.focus()
    await appear(sink, "Ask nut")
    assert await rest(first, second) == ["Ask nut", ""]


async def test_no_control_character_appears(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    await appear(sink, "a\rb\n\x1b[31mc\td\x03\x7f")
    assert await rest(window) == ["a b [31mc d"]


@pytest.mark.parametrize(
    ("policy", "appeared", "typed"),
    [
        ("hold", "Ask", ["Ask", "", "held"]),
        ("refocus", "Ask", ["Ask not ", "", ""]),
        ("refocus", "Asked", [f"Asked{BACK * 2} not ", "", ""]),
        ("type", "Ask", ["Ask", " not ", ""]),
        ("type", "Act", ["Act", "Ask not ", ""]),
    ],
)
async def test_the_rest_goes_where_it_is_told_to_when_another_window_has_the_focus(
    screen: Screen, policy: Policy, appeared: str, typed: list[str]
) -> None:
    sink, first = typist(policy), screen.window()
    await appear(sink, appeared)
    second = screen.window("gtk")
    held = "held" if await is_held(sink, words("Ask not")) else ""
    await sink.close()
    assert [*await rest(first, second), held] == typed


async def test_held_words_say_that_a_part_of_them_stands(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    await appear(sink, "Ask")
    with pytest.raises(HeldError, match=r"11 s after .*; the beginning of the words stands"):
        await sink.deliver(words("Ask not", age=10.6))
    assert await rest(window) == ["Ask"]


async def test_the_next_words_wait_until_those_before_are_complete(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await appear(sink, "one", number=1)
    with pytest.raises(HeldError, match="not complete"):
        await appear(sink, "one", number=2)
    await sink.deliver(words("one", 1))
    await appear(sink, "two", number=2)
    assert await line(window) == "one two"


async def test_what_appeared_is_completed_by_keys_and_not_pasted(screen: Screen) -> None:
    typed: list[bool] = []
    own = AtKey(len("Ask not what"), lambda: typed.append(True))
    sink, window = TypeSink(outputconfig.TypeSink(paste_from=5), SPACED, own), screen.window("entry")
    await appear(sink, "Ask")
    await sink.deliver(words("Ask not what"))
    await sink.close()
    assert (await line(window), typed) == ("Ask not what ", [True])


async def test_the_rest_for_another_window_is_not_pasted(screen: Screen) -> None:
    typed: list[bool] = []
    own = AtKey(len("Ask not what"), lambda: typed.append(True))
    settings = outputconfig.TypeSink(paste_from=5, on_focus_change="type")
    sink, first = TypeSink(settings, SPACED, own), screen.window()
    await appear(sink, "Ask")
    second = screen.window("entry")
    await sink.deliver(words("Ask not what"))
    await sink.close()
    assert (await rest(first), await line(second), typed) == (["Ask"], " not what ", [True])


async def test_words_that_all_appeared_are_delivered_wherever_the_focus_is(screen: Screen) -> None:
    sink, first = TypeSink(outputconfig.TypeSink(), PLAIN), screen.window()
    await appear(sink, "Ask not")
    second = screen.window("gtk")
    await sink.deliver(words("Ask not"))
    await sink.close()
    assert await rest(first, second) == ["Ask not", ""]


async def test_a_long_rest_breaks_off_when_another_window_takes_the_focus(screen: Screen) -> None:
    second, first = screen.window("gtk"), screen.window("gtk")
    sink = TypeSink(outputconfig.TypeSink(), PLAIN, AtKey(len("Ask") + PIECE, second.focus))
    await appear(sink, "Ask")
    with pytest.raises(SinkError, match="another window took the focus") as told:
        await sink.deliver(words("Ask" + "x" * 3 * PIECE))
    await sink.close()
    assert (type(told.value), "".join(await rest(first, second))) == (SinkError, "Ask" + "x" * PIECE)


async def test_a_correction_of_several_steps_is_whole(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await appear(sink, "x" * (2 * STEP + 1))
    await sink.deliver(words("y"))
    assert await line(window) == "y "


async def test_no_further_step_is_taken_back_once_another_window_has_the_focus(screen: Screen) -> None:
    second, first = screen.window(), screen.window()
    sink = TypeSink(outputconfig.TypeSink(on_focus_change="type"), PLAIN, AtKey(4 * STEP, second.focus))
    await appear(sink, "x" * 3 * STEP)
    await sink.deliver(words("y"))
    await sink.close()
    assert "".join(await rest(first, second)) == "x" * 3 * STEP + BACK * STEP + "y"


async def test_a_window_changed_by_a_held_alt_key_gets_nothing_of_what_appears(screen: Screen) -> None:
    sink = TypeSink(outputconfig.TypeSink(modifier_wait_ms=20_000), PLAIN)
    first = screen.window()
    await appear(sink, "Ask")
    screen.xdotool("keydown", "alt")
    async with anyio.create_task_group() as group:
        handle = group.start_soon(is_refused, sink, "Act")
        came = await anyio.to_thread.run_sync(first.rest)
        second = screen.window()
        screen.xdotool("keyup", "alt")
    await sink.close()
    assert (await handle, came, await rest(first, second)) == (True, "Ask", ["", ""])


async def test_what_could_not_be_corrected_while_wayland_had_the_focus_is_corrected_later(
    screen: Screen, sink: TypeSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = screen.window()
    await appear(sink, "Ask nut")
    ask(let_no_window_be_active)
    with monkeypatch.context() as wayland:
        wayland.setenv("WAYLAND_DISPLAY", "wayland-0")
        with pytest.raises(NoDisplayError, match="Wayland"):
            await appear(sink, "Ask not")
    await sink.deliver(words("Ask not"))
    assert await rest(window) == [f"Ask nut{BACK * 2}ot "]


async def test_what_could_not_be_corrected_while_there_was_no_key_for_it_is_corrected_later(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window()
    await appear(sink, "Ask nut")
    ask(take_backspace)
    with pytest.raises(HeldError, match="BackSpace"):
        await appear(sink, "Ask not")
    screen.layout("us")
    await sink.deliver(words("Ask not"))
    assert await rest(window) == [f"Ask nut{BACK * 2}ot "]


async def test_what_is_longer_than_can_be_typed_does_not_appear(screen: Screen, sink: TypeSink) -> None:
    window: Window = screen.window()
    with pytest.raises(HeldError, match="too long"):
        await appear(sink, "x" * (MOST_CHARACTERS + 1))
    assert await rest(window) == [""]


async def is_refused(sink: TypeSink, text: str) -> bool:
    try:
        await appear(sink, text)
    except HeldError:
        return True
    return False
