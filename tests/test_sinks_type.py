from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from doubles import PLAIN, SPACED
from fixtures.screen import own_display, x_server
from spoken_into import ask, transcript, typed
from Xlib import X

from dictated import outputconfig
from dictated.errors import NoDisplayError
from dictated.sinks.type import TypeSink
from dictated.x11 import xkb
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen

pytestmark = pytest.mark.desktop

TEXTS = (Path(__file__).parent / "fixtures" / "texts.txt").read_text("utf-8").splitlines()
MANY = "".join(chr(0x4E00 + number) for number in range(100))
"""More distinct characters than any keyboard has free keys."""


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(modifier_wait_ms=300), SPACED)
    yield made
    await made.close()


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
    sink = TypeSink(outputconfig.TypeSink(), PLAIN)
    await sink.deliver(transcript("So be it"))
    await sink.close()
    assert await anyio.to_thread.run_sync(window.rest) == "So be it"


async def test_a_layout_set_by_somebody_else_between_two_texts_is_noticed(
    screen: Screen, sink: TypeSink
) -> None:
    await typed(sink, screen, TEXTS[1])
    screen.layout("fr")
    assert await typed(sink, screen, TEXTS[1]) == f"{TEXTS[1]} "


async def test_a_held_modifier_is_waited_for(screen: Screen) -> None:
    sink, window = TypeSink(outputconfig.TypeSink(modifier_wait_ms=20_000), PLAIN), screen.window()
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
    sink = TypeSink(outputconfig.TypeSink(modifier_wait_ms=100), SPACED, hand)
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
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
    before = syms()
    await typed(sink, screen, "中é")
    during = syms()
    await sink.close()
    assert (during == before, syms() == before) == (False, True)


async def test_no_display_is_told_once_and_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
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
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
    with x_server(tmp_path) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        ask(lambda display: display.set_input_focus(X.NONE, X.RevertToNone, X.CurrentTime))
        with pytest.raises(NoDisplayError, match="no window has the keyboard"):
            await sink.deliver(transcript("lost"))
        await sink.close()


async def test_a_server_that_went_and_came_back_is_typed_on_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
    number = own_display()  # another test would take one that is free, and get what is typed here
    with x_server(tmp_path, number) as (display, _):
        monkeypatch.setenv("DISPLAY", display)
        await sink.deliver(transcript("é"))
    with pytest.raises(NoDisplayError, match="no X server answers"):
        await sink.deliver(transcript("lost"))
    with x_server(tmp_path, number):
        await sink.deliver(transcript("é"))
        await sink.close()


async def test_no_window_is_known_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
    assert await sink.window() == ""
    await sink.close()


async def test_a_server_that_hangs_delays_no_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = TypeSink(outputconfig.TypeSink(), SPACED)
    with x_server(tmp_path) as (name, process):
        monkeypatch.setenv("DISPLAY", name)
        process.send_signal(signal.SIGSTOP)
        with anyio.fail_after(5):
            assert await sink.window() == ""
        process.send_signal(signal.SIGCONT)
        await sink.close()


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
