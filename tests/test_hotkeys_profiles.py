"""Rules of hotkeys of profiles, with a real X server, keyboards of the kernel's kind and a real portal."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest
from fixtures.keyboards import Inputs
from fixtures.screen import DEADLINE
from test_hotkeys_portal import Said, bound, desktop, said

from dictated.config import Hotkeys
from dictated.hotkeys.chord import bindings
from dictated.hotkeys.evdev import EvdevHotkeys
from dictated.hotkeys.portal import PortalHotkeys
from dictated.hotkeys.x11 import X11Hotkeys
from dictated.profileconfig import Profile
from dictated.types import Command, ToggleWith

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fixtures.notifications import Bus
    from fixtures.portal import Portal
    from fixtures.screen import Screen

    from dictated.ports import Hotkey
    from dictated.types import Wish

__all__ = ["desktop", "said"]

WANTED = bindings(
    Hotkeys(toggle="<f9>"),
    {"german": Profile(hotkey="<ctrl>+<f9>"), "code": Profile(), "mail": Profile(hotkey="<f8>")},
)
CTRL_L, F8, F9 = 29, 66, 67  # linux/input-event-codes.h
ALL = [Command.TOGGLE, ToggleWith("german"), ToggleWith("mail")]


class Pressed:
    """Hotkeys at work; what was asked for, in order."""

    def __init__(self, hotkeys: Hotkey) -> None:
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        self.hotkeys = hotkeys
        hotkeys.start(self._wishes.put)

    def wishes(self, number: int) -> list[Wish]:
        return [self._wishes.get(timeout=DEADLINE) for _ in range(number)]


@pytest.fixture
def inputs(tmp_path: Path) -> Iterator[Inputs]:
    made = Inputs(tmp_path / "input")
    yield made
    made.close()


@pytest.mark.desktop
def test_on_x11_each_profile_has_its_own_key(screen: Screen) -> None:
    window = screen.window()
    pressed = Pressed(X11Hotkeys(WANTED))
    screen.xdotool("key", "F9", "ctrl+F9", "F8")
    asked = pressed.wishes(3)
    pressed.hotkeys.stop()
    assert (asked, window.rest()) == (ALL, "")


def test_by_evdev_each_profile_has_its_own_key(inputs: Inputs) -> None:
    keyboard = inputs.plug(0)
    pressed = Pressed(EvdevHotkeys(WANTED, inputs.folder, inputs.open))
    for keys in ((F9,), (CTRL_L, F9), (F8,)):
        keyboard.tap(*keys)
    asked = pressed.wishes(3)
    pressed.hotkeys.stop()
    assert asked == ALL


def test_by_the_portal_each_profile_has_its_own_key(desktop: Portal, bus: Bus, said: Said) -> None:
    pressed = Pressed(PortalHotkeys(WANTED, bus.environ))
    session, shortcuts = bound(desktop, said)
    for name in ("toggle", "profile-german", "profile-mail"):
        desktop.backend.press(session, name)
    asked = pressed.wishes(3)
    pressed.hotkeys.stop()
    assert (asked, dict(shortcuts)["profile-mail"]["preferred_trigger"]) == (ALL, ("s", "F8"))
