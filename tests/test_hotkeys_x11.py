from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import x_server
from test_sinks_type import transcript

from dictated import config
from dictated.errors import HotkeyError
from dictated.hotkeys.combination import parse
from dictated.hotkeys.x11 import Chord, X11Hotkeys
from dictated.sinks.type import TypeSink
from dictated.types import Command
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from fixtures.screen import Screen

SECONDS = 10.0
CTRL_L, CTRL_R, ALT, SHIFT, D, E, MENU = 37, 105, 64, 50, 40, 26, 135

desktop = pytest.mark.desktop


class Pressed:
    """Hotkeys at work, and the commands they gave, in order."""

    def __init__(self, toggle: str, hold: str = "", cancel: str = "") -> None:
        self.own = OwnKeys()
        self.hotkeys = X11Hotkeys(toggle, hold, cancel, self.own)
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
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


@pytest.mark.parametrize(
    ("events", "answers"),
    [
        ([CTRL_L, ALT, D], [False, False, True]),
        ([D, ALT, CTRL_R], [False, False, True]),
        ([CTRL_L, ALT, D, D, D], [False, False, True, False, False]),
        ([CTRL_L, ALT, D, -D, D], [False, False, True, True, True]),
        ([CTRL_L, ALT, D, -ALT, -D], [False, False, True, True, False]),
        ([CTRL_L, CTRL_R, ALT, D, -CTRL_L, -CTRL_R], [False, False, False, True, False, True]),
        ([CTRL_L, ALT, E, -E, D], [False, False, False, False, True]),
        ([CTRL_L, SHIFT, ALT, D], [False, False, False, False]),
        ([CTRL_L, SHIFT, ALT, -SHIFT, D], [False, False, False, False, True]),
        ([CTRL_L, SHIFT, ALT, D, -SHIFT, D], [False, False, False, False, False, False]),
        ([CTRL_L, D], [False, False]),
        ([-D, CTRL_L, ALT, D], [False, False, False, True]),
    ],
)
def test_a_chord_answers_the_press_that_completes_it_and_the_release_that_breaks_it(
    events: list[int], answers: list[bool]
) -> None:
    chord = Chord((frozenset({CTRL_L, CTRL_R}), frozenset({ALT}), frozenset({D})), frozenset({SHIFT}))
    assert [chord.press(key) if key > 0 else chord.release(-key) for key in events] == answers


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
    with pytest.raises(HotkeyError, match=r"^there is no X display .*DISPLAY is not set.*$"):
        X11Hotkeys("<ctrl>+<alt>+d", "", "").start(print)


def test_without_combinations_no_display_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    hotkeys = X11Hotkeys("", "", "")
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
    window, sink = screen.window(), TypeSink(config.TypeSink(modifier_wait_ms=100), "", pressed.own)
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
    sink = TypeSink(config.TypeSink(), "", pressed.own)
    await sink.deliver(transcript("d"))
    screen.tap(CTRL_L, ALT, D)
    await sink.close()
    assert pressed.next() is Command.TOGGLE


@desktop
def test_stopping_ends_both_threads(screen: Screen) -> None:
    assert screen.display
    before = threading.active_count()
    watched = Pressed("<f9>")
    during = threading.active_count()
    watched.hotkeys.stop()
    assert (during, threading.active_count()) == (before + 2, before)


@desktop
def test_it_can_be_started_again(pressed: Pressed, screen: Screen) -> None:
    pressed.hotkeys.stop()
    pressed.hotkeys.start(pressed._commands.put)  # noqa: SLF001  (the same queue)
    screen.xdotool("key", "ctrl+alt+k")
    assert pressed.next() is Command.CANCEL


@desktop
def test_a_server_that_goes_away_is_one_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with x_server(tmp_path) as (display, _):
        monkeypatch.setenv("DISPLAY", display)
        watched = Pressed("<f9>")
    with caplog.at_level(logging.WARNING):
        watched.hotkeys.stop()
    assert [record.getMessage()[:23] for record in caplog.records] == ["the X server has gone, "]
