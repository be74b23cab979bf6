"""Rules of hotkeys by the desktop's portal, which is xdg-desktop-portal itself before a desktop of ours."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest
from fixtures.portal import Portal
from fixtures.screen import DEADLINE

from dictated.errors import HotkeyError
from dictated.hotkeys.chord import Binding
from dictated.hotkeys.portal import PortalHotkeys
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from fixtures.notifications import Bus

BINDINGS = (Binding("<ctrl>+<alt>+d", Command.TOGGLE), Binding("<f9>", Command.START, Command.STOP))


@pytest.fixture
def desktop(tmp_path: Path, bus: Bus) -> Iterator[Portal]:
    portal = Portal(tmp_path, bus)
    yield portal
    portal.close()


class Pressed:
    """Hotkeys at work, and the commands they gave, in order."""

    def __init__(self, bus: Bus, dialog: float = 20.0) -> None:
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.hotkeys = PortalHotkeys(
            BINDINGS, bus.environ, first_wait=0.02, longest_wait=0.1, dialog_seconds=dialog
        )

    def start(self) -> None:
        self.hotkeys.start(self._commands.put)

    def next(self) -> Command:
        return self._commands.get(timeout=DEADLINE)


@pytest.fixture
def pressed(bus: Bus) -> Generator[Pressed]:
    watched = Pressed(bus)
    yield watched
    watched.hotkeys.stop()


class Said(logging.Handler):
    """What the hotkeys say, at INFO and above."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._fresh: queue.SimpleQueue[str] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self._fresh.put(record.getMessage())

    def wait_for(self, words: str) -> str:
        while words not in (line := self._fresh.get(timeout=DEADLINE)):
            pass
        return line


@pytest.fixture
def said() -> Generator[Said]:
    logger, heard = logging.getLogger("dictated.hotkeys.portal"), Said()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(heard)
    yield heard
    logger.removeHandler(heard)
    logger.setLevel(level)


def bound(desktop: Portal, said: Said) -> tuple[str, Any]:
    """Return the session and what it asked for, when the desktop has bound that."""
    session, shortcuts = desktop.backend.wait_for("BindShortcuts")[1:3]
    said.wait_for("hotkeys work")
    return session, shortcuts


def test_the_desktop_is_asked_for_each_hotkey(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    _, shortcuts = bound(desktop, said)
    assert dict(shortcuts) == {
        "toggle": {"description": ("s", "Start or stop dictation"), "preferred_trigger": ("s", "CTRL+ALT+d")},
        "hold": {"description": ("s", "Dictate while held"), "preferred_trigger": ("s", "F9")},
    }


def test_the_log_says_which_keys_the_user_chose(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    desktop.backend.wait_for("BindShortcuts")
    assert said.wait_for("hotkeys work").endswith("toggle is Ctrl+Alt+D; hold is not set")


def test_each_press_toggles_once(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    session, _ = bound(desktop, said)
    for down in (True, False, True, False):
        desktop.backend.press(session, "toggle", down=down)
    desktop.backend.press(session, "hold")
    assert [pressed.next() for _ in range(3)] == [Command.TOGGLE, Command.TOGGLE, Command.START]


def test_holding_starts_and_letting_go_stops(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "hold")
    started = pressed.next()
    desktop.backend.press(session, "hold", down=False)
    assert (started, pressed.next()) == (Command.START, Command.STOP)


def test_who_said_no_is_told_so_and_not_asked_again(desktop: Portal, pressed: Pressed, said: Said) -> None:
    desktop.backend.answer("BindShortcuts", (1, {}))
    pressed.start()
    said.wait_for("not allowed on the desktop")
    desktop.end()
    desktop.start()
    pressed.hotkeys.stop()
    assert (len(desktop.backend.told_of("BindShortcuts")), len(said.lines)) == (1, 1)


def test_a_dialog_that_nobody_answers_is_closed(desktop: Portal, bus: Bus, said: Said) -> None:
    desktop.backend.answer("BindShortcuts", None)
    watched = Pressed(bus, dialog=1)
    watched.start()
    desktop.backend.wait_for("Request.Close")
    said.wait_for("not allowed on the desktop")
    watched.hotkeys.stop()


def test_starting_does_not_wait_for_the_dialog(desktop: Portal, pressed: Pressed) -> None:
    desktop.backend.answer("BindShortcuts", None)
    pressed.start()
    desktop.backend.wait_for("BindShortcuts")


def test_without_a_portal_the_start_says_so(bus: Bus) -> None:
    watched = Pressed(bus)
    with pytest.raises(HotkeyError, match=r"^the desktop has no portal for hotkeys \(.*\)$"):
        watched.start()
    watched.hotkeys.stop()


def test_without_a_bus_the_start_says_so() -> None:
    hotkeys = PortalHotkeys(BINDINGS, {})
    with pytest.raises(HotkeyError, match="there is no session bus"):
        hotkeys.start(print)
    hotkeys.stop()


def test_a_combination_that_is_not_understood_is_told_before_anybody_is_asked() -> None:
    hotkeys = PortalHotkeys([Binding("<contrl>+d", Command.TOGGLE)], {})
    with pytest.raises(HotkeyError, match="did you mean"):
        hotkeys.start(print)


def test_without_combinations_no_bus_is_needed() -> None:
    hotkeys = PortalHotkeys((), {})
    hotkeys.start(print)
    hotkeys.stop()


def test_hotkeys_started_before_the_portal_work_when_it_comes(
    tmp_path: Path, bus: Bus, pressed: Pressed, said: Said
) -> None:
    with pytest.raises(HotkeyError):
        pressed.start()
    desktop = Portal(tmp_path, bus)
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "toggle")
    seen = pressed.next()
    desktop.close()
    assert seen is Command.TOGGLE


def test_hotkeys_come_back_with_the_portal(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    bound(desktop, said)
    desktop.end()
    said.wait_for("the desktop's portal is gone")
    desktop.start()
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "toggle")
    assert pressed.next() is Command.TOGGLE


def test_hotkeys_come_back_with_the_bus(tmp_path: Path, bus: Bus, pressed: Pressed, said: Said) -> None:
    (tmp_path / "first").mkdir()
    first = Portal(tmp_path / "first", bus)
    pressed.start()
    bound(first, said)
    bus.kill()
    first.close()
    said.wait_for("the desktop's portal is gone")
    bus.start()
    second = Portal(tmp_path, bus)
    session, _ = bound(second, said)
    second.backend.press(session, "toggle")
    seen = pressed.next()
    second.close()
    assert seen is Command.TOGGLE


def test_a_session_that_the_desktop_ended_is_opened_again(
    desktop: Portal, pressed: Pressed, said: Said
) -> None:
    pressed.start()
    session, _ = bound(desktop, said)
    desktop.backend.end(session)
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "toggle")
    assert pressed.next() is Command.TOGGLE


def test_a_key_held_when_the_portal_goes_counts_as_let_go(
    desktop: Portal, pressed: Pressed, said: Said
) -> None:
    pressed.start()
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "hold")
    started = pressed.next()
    desktop.end()
    assert (started, pressed.next()) == (Command.START, Command.STOP)


def test_a_key_held_when_we_stop_counts_as_let_go(desktop: Portal, pressed: Pressed, said: Said) -> None:
    pressed.start()
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "hold")
    started = pressed.next()
    pressed.hotkeys.stop()
    assert (started, pressed.next()) == (Command.START, Command.STOP)


def test_stopping_ends_the_thread_and_it_can_be_started_again(
    desktop: Portal, pressed: Pressed, said: Said
) -> None:
    before = threading.active_count()
    pressed.start()
    bound(desktop, said)
    pressed.hotkeys.stop()
    stopped = threading.active_count()
    pressed.start()
    session, _ = bound(desktop, said)
    desktop.backend.press(session, "toggle")
    assert (stopped, pressed.next()) == (before, Command.TOGGLE)
