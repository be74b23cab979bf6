from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import anyio
import anyio.to_thread
import pytest
from fixtures.screen import x_server
from Xlib import X

from dictated import config
from dictated.errors import HeldError, NoDisplayError, SinkError
from dictated.sinks.type import PIECE, TypeSink, reason_to_hold
from dictated.types import Segment, Transcript, Utterance
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from fixtures.screen import Screen, Window
    from Xlib.display import Display

pytestmark = pytest.mark.desktop

TEXTS = (Path(__file__).parent / "fixtures" / "texts.txt").read_text("utf-8").splitlines()
LAYOUTS = ["us", "de", "fr", "ru", "cz"]
MANY = "".join(chr(0x4E00 + number) for number in range(100))
"""More distinct characters than any keyboard has free keys."""

LONG = "So be it." * (PIECE // 9 + 1)
"""More than is typed between two looks at the focus."""


def transcript(text: str, *, age: float = 0, window: str = "") -> Transcript:
    ended = datetime.now(tz=UTC) - timedelta(seconds=age)
    return Transcript(Utterance(1, Segment(b"", 0, 0, 0, 0), ended, ended, window), text, "none", 0.0)


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(config.TypeSink(modifier_wait_ms=300), " ")
    yield made
    await made.close()


async def typed(sink: TypeSink, screen: Screen, text: str) -> str:
    """Return what reaches a fresh xterm."""
    window = screen.window()
    await sink.deliver(transcript(text))
    return await window.wait_for_text(len(text) + 1)


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
@pytest.mark.parametrize("layout", LAYOUTS)
async def test_every_script_reaches_every_window_exactly_under_every_layout(
    screen: Screen, sink: TypeSink, layout: str, kind: str
) -> None:
    screen.layout(layout)
    window = screen.window(kind)
    got = []
    for text in TEXTS:
        await sink.deliver(transcript(text))
        got.append(await window.wait_for_text(len(text) + 1))
    assert got == [f"{text} " for text in TEXTS]


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
async def test_more_characters_than_there_are_free_keys_arrive_in_order(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    await sink.deliver(transcript(MANY))
    assert await window.wait_for_text(len(MANY) + 1) == f"{MANY} "


async def test_a_window_that_is_slow_to_read_gets_every_character(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("gtk")
    window.process.send_signal(signal.SIGSTOP)
    async with anyio.create_task_group() as group:
        group.start_soon(sink.deliver, transcript(MANY))
        await anyio.to_thread.run_sync(window.rest)
        window.process.send_signal(signal.SIGCONT)
    assert await window.wait_for_text(len(MANY) + 1) == f"{MANY} "


async def test_nothing_is_typed_after_the_text_but_what_joins_it_to_the_next(screen: Screen) -> None:
    window = screen.window()
    sink = TypeSink(config.TypeSink(), "")
    await sink.deliver(transcript("So be it"))
    await sink.close()
    assert await anyio.to_thread.run_sync(window.rest) == "So be it"


@pytest.mark.parametrize("group", [0, 1])
async def test_the_active_group_of_two_layouts_makes_no_difference(
    screen: Screen, sink: TypeSink, group: int
) -> None:
    screen.layout("us,ru", "-option", "grp:menu_toggle")
    if group:
        screen.tap(135)  # Menu
    assert state().group == group
    assert [await typed(sink, screen, text) for text in TEXTS[:3]] == [f"{text} " for text in TEXTS[:3]]


async def test_a_layout_set_by_somebody_else_between_two_texts_is_noticed(
    screen: Screen, sink: TypeSink
) -> None:
    await typed(sink, screen, TEXTS[1])
    screen.layout("fr")
    assert await typed(sink, screen, TEXTS[1]) == f"{TEXTS[1]} "


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
async def test_caps_lock_neither_changes_the_text_nor_is_changed(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    screen.layout("fr")
    window = screen.window(kind)
    screen.xdotool("key", "Caps_Lock")
    await sink.deliver(transcript("été É, 12 Ab"))
    assert (await window.wait_for_text(13), state().locked) == ("été É, 12 Ab ", 2)


async def test_a_held_modifier_is_waited_for(screen: Screen) -> None:
    sink, window = TypeSink(config.TypeSink(modifier_wait_ms=20_000), ""), screen.window()
    screen.xdotool("keydown", "ctrl")
    async with anyio.create_task_group() as group:
        group.start_soon(sink.deliver, transcript("abc"))
        early = await anyio.to_thread.run_sync(window.rest)
        screen.xdotool("keyup", "ctrl")
    await sink.close()
    assert (early, await window.wait_for_text(3), state().held) == ("", "abc", 0)


async def test_a_modifier_held_too_long_spoils_nothing_and_is_held_again_afterwards(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window()
    screen.xdotool("keydown", "ctrl", "keydown", "alt")
    await sink.deliver(transcript("Never mind, é"))
    assert (await window.wait_for_text(14), state().held) == ("Never mind, é ", 12)


async def test_a_modifier_let_go_while_typing_is_not_held_again(screen: Screen) -> None:
    window, hand = screen.window(), Hand(screen)
    sink = TypeSink(config.TypeSink(modifier_wait_ms=100), " ", hand)
    screen.xdotool("keydown", "ctrl")
    await sink.deliver(transcript("abc"))
    await sink.close()
    assert (await window.wait_for_text(4), state().held) == ("abc ", 0)


async def test_a_letter_that_a_hand_holds_is_typed_all_the_same(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    screen.run("xset", "r", "off")
    screen.xdotool("keydown", "e")
    await sink.deliver(transcript("seen"))
    assert await window.wait_for_text(6) == "eseen "


async def test_borrowed_keys_are_given_back_at_the_end(screen: Screen) -> None:
    sink = TypeSink(config.TypeSink(), " ")
    before = syms()
    await typed(sink, screen, "中é")
    during = syms()
    await sink.close()
    assert (during == before, syms() == before) == (False, True)


async def test_no_display_is_told_once_and_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    sink = TypeSink(config.TypeSink(), " ")
    with pytest.raises(NoDisplayError, match="DISPLAY is not set"):
        await sink.deliver(transcript("lost"))
    await sink.close()


async def test_a_wayland_window_in_focus_is_refused(
    screen: Screen, sink: TypeSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert screen.display
    monkeypatch.setenv(
        "WAYLAND_DISPLAY", "wayland-0"
    )  # no X11 window is active: the focused one is Wayland's
    with pytest.raises(NoDisplayError, match="Wayland"):
        await sink.deliver(transcript("lost"))


async def test_no_window_with_the_keyboard_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = TypeSink(config.TypeSink(), " ")
    with x_server(tmp_path) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        ask(lambda display: display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime))
        with pytest.raises(SinkError, match="no window has the keyboard"):
            await sink.deliver(transcript("lost"))
        await sink.close()


async def test_a_server_that_went_and_came_back_is_typed_on_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = TypeSink(config.TypeSink(), " ")
    with x_server(tmp_path) as (display, _):
        monkeypatch.setenv("DISPLAY", display)
        await sink.deliver(transcript("é"))
    with pytest.raises(NoDisplayError, match="no X server answers"):
        await sink.deliver(transcript("lost"))
    with x_server(tmp_path, display.removeprefix(":")):
        await sink.deliver(transcript("é"))
        await sink.close()


@pytest.mark.parametrize(
    ("age", "same", "held"),
    [
        (0.3, False, ""),
        (9.9, False, ""),
        (10.1, False, "the words came 10 s after they were spoken; output.type.max_delay is 10"),
        (10.1, True, "the words came 10 s after they were spoken; output.type.max_delay is 10"),
        (-0.9, False, ""),
        (-3600, True, ""),
        (-3600, False, "the clock was set back, so how old the words are is not known"),
    ],
)
def test_words_are_held_when_late_or_when_their_age_is_unknown_and_their_window_not_there(
    age: float,
    same: bool,  # noqa: FBT001  (a column of the table)
    held: str,
) -> None:
    now = datetime.now(tz=UTC)
    assert reason_to_hold(now - timedelta(seconds=age), now, 10, same=same) == held


async def test_late_words_are_held_and_not_typed(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    with pytest.raises(HeldError, match="11 s after"):
        await sink.deliver(transcript("late", age=11))
    assert await anyio.to_thread.run_sync(window.rest) == ""


async def test_words_wait_as_long_as_they_are_told_to(screen: Screen) -> None:
    sink, window = TypeSink(config.TypeSink(max_delay=60), ""), screen.window()
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
    sink = TypeSink(config.TypeSink(on_focus_change=policy), "")
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
    sink = TypeSink(config.TypeSink(on_focus_change=policy), "")
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
    sink = TypeSink(config.TypeSink(modifier_wait_ms=20_000), "")
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
    sink = TypeSink(config.TypeSink(), "", Turning(second))
    with pytest.raises(SinkError, match="another window took the focus") as told:
        await sink.deliver(transcript("x" * 3 * PIECE))
    await sink.close()
    assert (type(told.value), len("".join(await rest(first, second)))) == (SinkError, PIECE)


async def test_no_window_is_known_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    sink = TypeSink(config.TypeSink(), " ")
    assert await sink.window() == ""
    await sink.close()


async def test_a_server_that_hangs_delays_no_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = TypeSink(config.TypeSink(), " ")
    with x_server(tmp_path) as (name, process):
        monkeypatch.setenv("DISPLAY", name)
        process.send_signal(signal.SIGSTOP)
        with anyio.fail_after(5):
            assert await sink.window() == ""
        process.send_signal(signal.SIGCONT)
        await sink.close()


class Turning(OwnKeys):
    """A hand that turns to another window just as the last letter of the first piece is typed."""

    def __init__(self, other: Window) -> None:
        super().__init__()
        self._other = other
        self._left = PIECE

    def expect(self, keycode: int, *, down: bool) -> None:
        super().expect(keycode, down=down)
        self._left -= down
        if down and not self._left:
            self._other.focus()


async def is_held(sink: TypeSink, words: Transcript) -> bool:
    try:
        await sink.deliver(words)
    except HeldError:
        return True
    return False


async def rest(*windows: Window) -> list[str]:
    return [await anyio.to_thread.run_sync(window.rest) for window in windows]


def close(window: Window) -> None:
    window.process.terminate()
    window.process.wait()


class Hand(OwnKeys):
    """A hand that lets go of Ctrl just as the first letter is typed."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen
        self._holds = True

    def expect(self, keycode: int, *, down: bool) -> None:
        super().expect(keycode, down=down)
        if down and self._holds:
            self._holds = False
            self._screen.xdotool("keyup", "ctrl")


def state() -> xkb.State:
    return ask(xkb.state)


def syms() -> list[tuple[int, ...]]:
    return [key.syms for key in ask(xkb.keymap).keys.values()]


def ask(question: Callable[[Display], Any]) -> Any:
    """Ask the server something over a connection of our own."""
    display = connect()
    xkb.enable(display)
    answer = question(display)
    disconnect(display)
    return answer
