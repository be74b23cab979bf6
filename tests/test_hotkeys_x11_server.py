"""Hotkeys outlive the X server: they are there when it comes late, and come back with the next one."""

from __future__ import annotations

import logging
import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import x_server
from test_hotkeys_x11 import F9, SECONDS, Pressed, own_number
from Xlib import X

from dictated.types import Command
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = pytest.mark.desktop


@pytest.fixture
def said() -> Generator[Said]:
    logger, heard = logging.getLogger("dictated.hotkeys.x11"), Said()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(heard)
    yield heard
    logger.removeHandler(heard)
    logger.setLevel(level)


def test_hotkeys_started_before_the_screen_work_when_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    monkeypatch.setenv("DISPLAY", f":{own_number()}")
    watched = Pressed("<f9>", late=True)
    with x_server(tmp_path, own_number()):
        said.wait_for("hotkeys work now")
        tap(F9)
        seen = watched.next()
        watched.hotkeys.stop()
    assert seen is Command.TOGGLE


def test_hotkeys_come_back_with_the_server_and_say_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    with x_server(tmp_path, own_number()) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        watched = Pressed("<f9>")
    said.wait_for("hotkey: the X server is gone; ")
    with x_server(tmp_path, own_number()):
        said.wait_for("hotkeys work again")
        tap(F9)
        seen = watched.next()
        watched.hotkeys.stop()
    assert (seen, len(said.lines)) == (Command.TOGGLE, 2)


def test_a_key_held_when_the_server_goes_counts_as_let_go_and_can_be_pressed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    with x_server(tmp_path, own_number()) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        watched = Pressed("", "<f9>")
        tap(F9, up=False)
        seen = [watched.next()]
    seen.append(watched.next())
    with x_server(tmp_path, own_number()):
        said.wait_for("hotkeys work again")
        tap(F9)
        seen.append(watched.next())
        watched.hotkeys.stop()
    assert seen == [Command.START, Command.STOP, Command.START]


def test_nothing_is_left_open_when_a_server_comes_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Said
) -> None:
    with x_server(tmp_path, own_number()) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        Pressed("<f9>").hotkeys.stop()  # what is imported stays
    before = left()
    watched = Pressed("<f9>", late=True)
    for _ in range(3):
        with x_server(tmp_path, own_number()):
            said.wait_for("hotkeys work")
        said.wait_for("the X server is gone")
    watched.hotkeys.stop()
    assert left() == before


class Said(logging.Handler):
    """What the hotkeys say, at INFO and above."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._fresh: queue.SimpleQueue[str] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self._fresh.put(record.getMessage())

    def wait_for(self, words: str) -> None:
        while words not in self._fresh.get(timeout=SECONDS):
            pass


def tap(keycode: int, *, up: bool = True) -> None:
    """Press a key as a hand would, and let it go."""
    display = connect()
    display.xtest_fake_input(X.KeyPress, keycode)
    if up:
        display.xtest_fake_input(X.KeyRelease, keycode)
    disconnect(display)


def left() -> tuple[int, int]:
    """Return the numbers of threads and of open files."""
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
