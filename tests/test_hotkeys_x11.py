from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from doubles import PLAIN
from test_sinks_type import transcript

from dictated import config, outputconfig
from dictated.errors import HotkeyError
from dictated.hotkeys.chord import Binding, bindings
from dictated.hotkeys.combination import parse
from dictated.hotkeys.x11 import X11Hotkeys
from dictated.sinks.type import TypeSink
from dictated.types import Command
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Generator

    from fixtures.screen import Screen

SECONDS = 10.0
CTRL_L, ALT, D, F9, MENU = 37, 64, 40, 75, 135

desktop = pytest.mark.desktop


class Pressed:
    """Hotkeys at work, and the commands they gave, in order."""

    def __init__(
        self, toggle: str = "", hold: str = "", cancel: str = "", *, late: bool = False, **others: Any
    ) -> None:
        """`late`: there is no screen yet; `others`: further keys of the configuration."""
        self.own = OwnKeys()
        wanted = bindings(config.Hotkeys(toggle=toggle, hold=hold, cancel=cancel, **others))
        self.hotkeys = X11Hotkeys(wanted, self.own, first_wait=0.02, longest_wait=0.1)
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        with pytest.raises(HotkeyError) if late else nullcontext():
            self.hotkeys.start(self._commands.put)

    def next(self) -> Command:
        return self._commands.get(timeout=SECONDS)

    def all(self) -> list[Command]:
        """Return what came until now and was not asked for."""
        return [self._commands.get() for _ in range(self._commands.qsize())]


@pytest.fixture
def pressed(screen: Screen) -> Generator[Pressed]:
    assert screen.display
    watched = Pressed("<ctrl>+<alt>+d", "<ctrl>+<alt>+e", "<ctrl>+<alt>+k")
    yield watched
    watched.hotkeys.stop()


def test_a_combination_is_checked_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    parse("<ctrl>+<alt>+d")
    with pytest.raises(HotkeyError, match="did you mean"):
        parse("<contrl>+d")


def test_the_module_is_imported_where_there_is_no_display() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    subprocess.run([sys.executable, "-c", "import dictated.hotkeys.x11"], env=environment, check=True)


def test_no_display_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    hotkeys = X11Hotkeys([Binding("<ctrl>+<alt>+d", Command.TOGGLE)])
    with pytest.raises(HotkeyError, match=r"^there is no X display .*DISPLAY is not set.*$"):
        hotkeys.start(print)
    hotkeys.stop()


def test_without_combinations_no_display_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    hotkeys = X11Hotkeys([])
    hotkeys.start(print)
    hotkeys.stop()


@desktop
def test_each_press_toggles_once(pressed: Pressed, screen: Screen) -> None:
    for _ in range(2):
        screen.xdotool("key", "ctrl+alt+d")
    screen.xdotool("key", "ctrl+alt+k")
    assert [pressed.next() for _ in range(3)] == [Command.TOGGLE, Command.TOGGLE, Command.CANCEL]


@desktop
def test_a_key_held_until_it_repeats_still_toggles_once(pressed: Pressed, screen: Screen) -> None:
    window = screen.window()
    screen.run("xset", "r", "rate", "50", "50")
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "d")
    window.rest()  # long enough for a dozen repeats
    screen.xdotool("keyup", "d", "keyup", "alt", "keyup", "ctrl", "key", "ctrl+alt+k")
    assert [pressed.next(), pressed.next()] == [Command.TOGGLE, Command.CANCEL]


@desktop
@pytest.mark.parametrize("first", ["ctrl", "alt", "e"])
def test_holding_starts_and_letting_go_of_any_key_stops(pressed: Pressed, screen: Screen, first: str) -> None:
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "e")
    started = pressed.next()
    screen.xdotool("keyup", first)
    assert (started, pressed.next()) == (Command.START, Command.STOP)


@desktop
@pytest.mark.parametrize(("tap_ms", "asked"), [(0, ["toggle", "stop"]), (60_000, ["toggle"])])
def test_a_key_that_repeats_is_held_and_not_tapped_again(
    screen: Screen, tap_ms: int, asked: list[str]
) -> None:
    screen.run("xset", "r", "rate", "50", "50")
    window, watched = screen.window(), Pressed(tap_or_hold="<f9>", tap_ms=tap_ms, undo="<ctrl>+<f9>")
    screen.xdotool("keydown", "F9")
    window.rest()  # long enough for a dozen repeats
    screen.xdotool("keyup", "F9", "key", "ctrl+F9")
    seen = [watched.next() for _ in [*asked, "undo"]]
    watched.hotkeys.stop()
    assert seen == [*asked, Command.UNDO]


@desktop
@pytest.mark.parametrize(
    ("layout", "key"), [(["ru"], D), (["us,ru"], D), (["de"], D), (["fr"], D), (["us", "dvorak"], 43)]
)
def test_a_layout_set_while_we_watch_does_not_lose_the_hotkey(
    pressed: Pressed, screen: Screen, layout: list[str], key: int
) -> None:
    screen.layout(*layout)
    screen.tap(CTRL_L, ALT, key)
    assert pressed.next() is Command.TOGGLE


@desktop
def test_the_second_group_has_the_same_hotkey(pressed: Pressed, screen: Screen) -> None:
    screen.layout("us,ru", "-option", "grp:menu_toggle")
    screen.tap(MENU)
    screen.tap(CTRL_L, ALT, D)
    assert pressed.next() is Command.TOGGLE


@desktop
async def test_typing_while_the_hotkey_is_held_does_not_let_it_go(pressed: Pressed, screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(modifier_wait_ms=100), PLAIN, pressed.own)
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "e")
    window.rest()
    await sink.deliver(transcript("dear é"))
    screen.xdotool("key", "k", "keyup", "e")
    await sink.close()
    assert [pressed.next() for _ in range(3)] == [Command.START, Command.CANCEL, Command.STOP]


@desktop
def test_a_hotkey_let_go_while_typing_had_it_stops(pressed: Pressed, screen: Screen) -> None:
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "e")
    started = pressed.next()
    pressed.own.let_go(CTRL_L)
    assert (started, pressed.next()) == (Command.START, Command.STOP)


@desktop
async def test_a_typed_character_does_not_become_part_of_the_hotkey(pressed: Pressed, screen: Screen) -> None:
    screen.layout("ru")
    sink = TypeSink(outputconfig.TypeSink(), PLAIN, pressed.own)
    await sink.deliver(transcript("d"))
    screen.tap(CTRL_L, ALT, D)
    await sink.close()
    assert pressed.next() is Command.TOGGLE


@desktop
def test_stopping_ends_every_thread(screen: Screen) -> None:
    assert screen.display
    before = threading.active_count()
    watched = Pressed("<f9>")
    during = threading.active_count()
    watched.hotkeys.stop()
    assert (during, threading.active_count()) == (before + 3, before)


@desktop
def test_a_key_held_when_we_stop_counts_as_let_go(pressed: Pressed, screen: Screen) -> None:
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "e")
    started = pressed.next()
    pressed.hotkeys.stop()
    assert (started, pressed.next()) == (Command.START, Command.STOP)


@desktop
def test_it_can_be_started_again(pressed: Pressed, screen: Screen) -> None:
    pressed.hotkeys.stop()
    pressed.hotkeys.start(pressed._commands.put)  # noqa: SLF001  (the same queue)
    screen.xdotool("key", "ctrl+alt+k")
    assert pressed.next() is Command.CANCEL


@pytest.mark.alone
def test_stopping_ends_the_wait_for_a_screen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    hotkeys = X11Hotkeys([Binding("<f9>", Command.TOGGLE)], first_wait=60)
    before = threading.active_count()
    with pytest.raises(HotkeyError):
        hotkeys.start(print)
    started = time.monotonic()
    hotkeys.stop()
    assert (threading.active_count(), time.monotonic() - started < 1) == (before, True)


def own_number(place: int = 0) -> str:
    """Return a display number that no other test run takes as soon as it is free."""
    return str(5000 + 2 * (os.getpid() % 20_000) + place)
