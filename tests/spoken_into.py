"""Words as they come to the sink that types, and what tests of it ask of the screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from Xlib import XK, X

from dictated.errors import HeldError
from dictated.types import Segment, Transcript, Utterance
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from fixtures.screen import Screen, Window
    from Xlib.display import Display

    from dictated.sinks.type import TypeSink


def transcript(text: str, *, age: float = 0, window: str = "") -> Transcript:
    ended = datetime.now(tz=UTC) - timedelta(seconds=age)
    return Transcript(Utterance(1, Segment(b"", 0, 0, 0, 0), ended, ended, window), text, "none", 0.0)


async def typed(sink: TypeSink, screen: Screen, text: str) -> str:
    """Return what reaches a fresh xterm."""
    window = screen.window()
    await sink.deliver(transcript(text))
    return await window.wait_for_text(len(text) + 1)


async def is_held(sink: TypeSink, words: Transcript) -> bool:
    try:
        await sink.deliver(words)
    except HeldError:
        return True
    return False


async def rest(*windows: Window) -> list[str]:
    return [await anyio.to_thread.run_sync(window.rest) for window in windows]


async def line(window: Window) -> str:
    """Press Enter, and return what stood in a window that edits lines."""
    return await anyio.to_thread.run_sync(window.read_line)


def ask(question: Callable[[Display], Any]) -> Any:
    """Ask the server something over a connection of our own."""
    display = connect()
    xkb.enable(display)
    answer = question(display)
    disconnect(display)
    return answer


def let_no_window_be_active(display: Display) -> None:
    """Look as a screen does while a window of Wayland has the focus."""
    display.screen().root.delete_property(display.get_atom("_NET_ACTIVE_WINDOW"))
    display.sync()


def take_backspace(display: Display) -> None:
    """Have no key mean BackSpace; `setxkbmap` brings it back."""
    display.change_keyboard_mapping(display.keysym_to_keycode(XK.XK_BackSpace), [(X.NoSymbol, X.NoSymbol)])
    display.sync()


class AtKey(OwnKeys):
    """Does something just as we press our key of that number."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._left = number
        self._act = act

    def expect(self, keycode: int, *, down: bool) -> None:
        super().expect(keycode, down=down)
        self._left -= down
        if down and not self._left:
            self._act()
