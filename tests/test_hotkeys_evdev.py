"""Keys as the kernel tells them, read by evdev's own code; see fixtures/keyboards for what stands in."""

from __future__ import annotations

import logging
import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixtures.keyboards import Inputs

from dictated.config import Hotkeys
from dictated.errors import HotkeyError
from dictated.hotkeys.chord import bindings
from dictated.hotkeys.evdev import EvdevHotkeys
from dictated.hotkeys.keyboards import Keyboards
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import Generator

    from fixtures.keyboards import Keyboard

SECONDS = 10.0
CTRL_L, CTRL_R, SHIFT, ALT, D, K, U, F9, F10 = 29, 97, 42, 56, 32, 37, 22, 67, 68
ALL = Hotkeys(
    toggle="<ctrl>+<alt>+d",
    hold="<f9>",
    tap_or_hold="<f10>",
    tap_ms=0,
    cancel="<ctrl>+<alt>+k",
    undo="<cmd>+u",
)
LOG = "dictated.hotkeys.evdev"


class Watched:
    """Hotkeys at work, and the commands they gave, in order."""

    def __init__(self, inputs: Inputs, settings: Hotkeys = ALL) -> None:
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.hotkeys = EvdevHotkeys(bindings(settings), inputs.folder, inputs.open)

    def start(self) -> None:
        self.hotkeys.start(self._commands.put)

    def next(self) -> Command:
        return self._commands.get(timeout=SECONDS)

    def commands(self, number: int) -> list[Command]:
        return [self.next() for _ in range(number)]


@pytest.fixture
def inputs(tmp_path: Path) -> Generator[Inputs]:
    made = Inputs(tmp_path / "input")
    yield made
    made.close()


@pytest.fixture
def watched(inputs: Inputs) -> Generator[Watched]:
    made = Watched(inputs)
    yield made
    made.hotkeys.stop()


def watched_now(keyboard: Keyboard) -> Keyboard:
    """Wait until it has been looked at: what is down before then is no press."""
    assert keyboard.looked_at.wait(SECONDS)
    return keyboard


def test_each_combination_asks_for_what_it_is_bound_to(inputs: Inputs, watched: Watched) -> None:
    keyboard = inputs.plug(0)
    watched.start()
    for keys in ((CTRL_L, ALT, D), (F9,), (F10,), (ALT, CTRL_R, K), (125, U)):
        keyboard.tap(*keys)
    assert watched.commands(7) == ["toggle", "start", "stop", "toggle", "stop", "cancel", "undo"]


def test_a_key_that_repeats_and_one_with_another_modifier_ask_for_nothing(
    inputs: Inputs, watched: Watched
) -> None:
    keyboard = inputs.plug(0)
    watched.start()
    keyboard.press(F9)
    for _ in range(5):
        keyboard.repeat(F9)
    keyboard.release(F9)
    keyboard.tap(SHIFT, CTRL_L, ALT, D)
    keyboard.tap(CTRL_L, ALT, K)
    assert watched.commands(3) == ["start", "stop", "cancel"]


def test_a_combination_may_be_pressed_on_two_keyboards(inputs: Inputs, watched: Watched) -> None:
    left, right = inputs.plug(0), inputs.plug(1)
    watched.start()
    left.press(CTRL_L, ALT)
    left.tap(K)
    first = watched.next()
    right.tap(D)
    assert (first, watched.next()) == (Command.CANCEL, Command.TOGGLE)


def test_a_keyboard_that_is_plugged_in_later_is_watched(
    inputs: Inputs, watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOG)
    watched.start()
    watched_now(inputs.plug(7)).tap(F10)
    seen = watched.commands(2)
    watched.hotkeys.stop()
    said = [record.getMessage() for record in caplog.records]
    assert (seen, said) == (
        ["toggle", "stop"],
        ["hotkey: there is no keyboard; one that is plugged in is watched", "hotkeys work now"],
    )


def test_a_keyboard_that_is_unplugged_while_its_key_is_held_stops_and_may_come_back(
    inputs: Inputs, watched: Watched
) -> None:
    keyboard = inputs.plug(0)
    watched.start()
    keyboard.press(F9)
    seen = watched.commands(1)
    keyboard.unplug()
    seen += watched.commands(1)
    watched_now(inputs.plug(0)).tap(F9)
    assert seen + watched.commands(2) == ["start", "stop", "start", "stop"]


def test_a_key_held_when_we_stop_counts_as_let_go(inputs: Inputs, watched: Watched) -> None:
    keyboard = inputs.plug(0)
    watched.start()
    keyboard.press(F9)
    started = watched.next()
    watched.hotkeys.stop()
    assert (started, watched.next()) == (Command.START, Command.STOP)


def test_what_our_own_typing_presses_asks_for_nothing(inputs: Inputs, watched: Watched) -> None:
    own, hand = inputs.plug(0, "ydotoold virtual device"), inputs.plug(1)
    watched.start()
    own.tap(CTRL_L, ALT, D)
    hand.tap(CTRL_L, ALT, K)
    assert (watched.next(), own.opened) == (Command.CANCEL, 1)


def test_a_hotkey_held_since_before_we_looked_starts_nothing(inputs: Inputs, watched: Watched) -> None:
    keyboard = inputs.plug(0)
    keyboard.down = {CTRL_L, ALT, D}
    watched.start()
    keyboard.release(D)
    keyboard.tap(D)
    keyboard.tap(K)
    assert watched.commands(2) == ["toggle", "cancel"]


def test_keyboards_that_may_not_be_read_are_told_and_watched_from_when_they_may(
    inputs: Inputs, watched: Watched
) -> None:
    keyboard = inputs.plug(0)
    keyboard.path.chmod(0)
    with pytest.raises(HotkeyError, match=r"^the keyboards may not be read.*usermod -aG input.*$"):
        watched.start()
    keyboard.path.chmod(0o660)
    watched_now(keyboard).tap(F10)
    assert watched.next() is Command.TOGGLE


def test_a_device_that_may_not_be_read_is_no_fault_beside_a_keyboard(
    inputs: Inputs, watched: Watched
) -> None:
    keyboard = inputs.plug(0)
    inputs.plug(1).path.chmod(0)
    watched.start()
    keyboard.tap(F10)
    assert watched.next() is Command.TOGGLE


def test_two_keyboards_may_go_at_once(inputs: Inputs) -> None:
    watched, going, gone = Watched(inputs), queue.SimpleQueue[Command](), threading.Event()

    def send(command: Command) -> None:
        going.put(command)
        gone.wait(SECONDS)  # both go before the next look at either

    one, other = inputs.plug(0), inputs.plug(1)
    watched.hotkeys.start(send)
    one.press(F9)
    assert going.get(timeout=SECONDS) is Command.START
    one.unplug()
    other.unplug()
    gone.set()
    assert going.get(timeout=SECONDS) is Command.STOP
    watched_now(inputs.plug(2)).tap(F10)
    assert going.get(timeout=SECONDS) is Command.TOGGLE
    watched.hotkeys.stop()


def test_the_folder_is_not_looked_through_for_each_key(
    inputs: Inputs, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Keyboards] = []
    look = Keyboards.look
    monkeypatch.setattr(Keyboards, "look", lambda self: looks.append(self) or look(self))
    watched.start()
    keyboard = watched_now(inputs.plug(0))
    for _ in range(30):
        keyboard.tap(F10)
        watched.commands(2)
    assert len(looks) < 10


def test_without_a_folder_of_devices_there_are_no_keyboards(tmp_path: Path) -> None:
    hotkeys = EvdevHotkeys(bindings(ALL), tmp_path / "none")
    with pytest.raises(
        HotkeyError, match=r"^there are no keyboards in .*none \(No such file or directory\)$"
    ):
        hotkeys.start(print)
    hotkeys.stop()


def test_without_the_extra_the_line_that_brings_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    with pytest.raises(HotkeyError, match=r"pip install 'dictated\[evdev\]'"):
        EvdevHotkeys(bindings(ALL), tmp_path).start(print)


def test_a_key_that_is_not_on_a_us_keyboard_is_told_at_the_start(inputs: Inputs) -> None:
    with pytest.raises(HotkeyError, match="US keyboard"):
        Watched(inputs, Hotkeys(toggle="<ctrl>+é")).start()


def test_without_combinations_nothing_is_opened(tmp_path: Path) -> None:
    hotkeys = EvdevHotkeys((), tmp_path / "none")
    hotkeys.start(print)
    hotkeys.stop()


def test_stopping_leaves_nothing_behind_and_it_can_be_started_again(inputs: Inputs, watched: Watched) -> None:
    keyboard = inputs.plug(0)
    before = left()
    watched.start()
    watched.hotkeys.stop()
    after = left()
    watched.start()
    keyboard.tap(F10)
    assert (after, watched.next()) == (before, Command.TOGGLE)


def left() -> tuple[int, int]:
    """Return the numbers of threads and of open files."""
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
