"""The window does not get the hotkeys; it gets all else."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from doubles import PLAIN, SPACED
from fixtures.screen import DEADLINE
from test_hotkeys_x11 import Pressed
from test_sinks_type import ask, transcript
from Xlib import X, error

from dictated import outputconfig
from dictated.hotkeys.keyboard import Keyboard
from dictated.sinks.type import TypeSink
from dictated.types import Command
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from fixtures.screen import Screen
    from Xlib.display import Display

pytestmark = pytest.mark.desktop

CTRL, ALT, SHIFT, CAPS, NUM, D, X_KEY = 37, 64, 50, 66, 77, 40, 53
DVORAK_D = 43
CTRL_ALT = X.ControlMask | X.Mod1Mask
TEXTS = ("Dear é,", "Jed joked: edd", "déjà vu ﬁ")
TOGGLE, HOLD, CANCEL = "<ctrl>+<alt>+d", "<cmd>+j", "<f9>"


@pytest.fixture
def pressed(screen: Screen) -> Generator[Pressed]:
    screen.run("xset", "r", "rate", "50", "100")
    watched = Pressed(TOGGLE, HOLD, CANCEL)
    yield watched
    watched.hotkeys.stop()


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
def test_a_window_gets_neither_a_hotkey_nor_its_repeats(pressed: Pressed, screen: Screen, kind: str) -> None:
    window = screen.window(kind)
    for keys in (("ctrl", "alt", "d"), ("super", "j"), ("F9",)):
        for key in keys:
            screen.xdotool("keydown", key)
        assert pressed.next()
        assert window.rest(0.15) == ""
        for key in keys:  # the modifiers first: what repeats is no hotkey any more
            screen.xdotool("keyup", key)
    assert window.rest(0.2) == ""


@pytest.mark.parametrize("layout", ["us", "de", "ru"])
def test_a_window_gets_no_hotkey_under_any_layout_with_any_lock(screen: Screen, layout: str) -> None:
    screen.layout(layout)
    window, watched = screen.window(), Pressed(TOGGLE)
    for lock in (CAPS, NUM, CAPS):
        screen.tap(CTRL, ALT, D)
        screen.tap(lock)
    screen.tap(CTRL, ALT, D)
    screen.tap(X_KEY)
    got = window.read(1)
    watched.hotkeys.stop()
    assert got == {"us": "x", "de": "x", "ru": "ч"}[layout]


def test_a_layout_set_while_we_watch_moves_what_is_kept(pressed: Pressed, screen: Screen) -> None:
    window = screen.window()
    screen.layout("us", "dvorak")
    until(lambda: not free(DVORAK_D))
    screen.tap(CTRL, ALT, DVORAK_D)
    assert (pressed.next(), window.rest(0.2), free(D)) == (Command.TOGGLE, "", True)


def test_what_is_typed_right_after_a_hotkey_reaches_the_window(pressed: Pressed, screen: Screen) -> None:
    assert pressed.own
    window = screen.window()
    for _ in range(50):
        screen.tap(CTRL, ALT, D)
        screen.tap(X_KEY)
    assert window.read(50) + window.rest(0.2) == "x" * 50


def test_what_is_typed_while_a_hotkey_is_held_reaches_the_window_at_once(
    pressed: Pressed, screen: Screen
) -> None:
    window = screen.window()
    screen.xdotool("keydown", "F9")
    assert pressed.next() is Command.CANCEL
    screen.tap(SHIFT, 38)  # at once: a key that a slow program lets go late would repeat
    for keycode in (56, 59, 54):
        screen.tap(keycode)
    typed = window.read(4)
    screen.xdotool("keyup", "F9")
    assert typed + window.rest(0.2) == "Ab,c"


def test_one_hotkey_pressed_while_another_is_held_is_kept_too(screen: Screen) -> None:
    window, watched = screen.window(), Pressed("", HOLD, "<cmd>+k")
    screen.xdotool("keydown", "super", "keydown", "j", "key", "k", "keyup", "j", "keyup", "super")
    commands = [watched.next() for _ in range(3)]
    watched.hotkeys.stop()
    assert (commands, window.rest(0.2)) == ([Command.START, Command.CANCEL, Command.STOP], "")


@pytest.mark.parametrize(
    ("kind", "hold", "keys"),
    [
        ("xterm", TOGGLE, ["ctrl", "alt", "d"]),
        ("gtk", HOLD, ["super", "j"]),
        ("xterm", CANCEL, ["F9"]),
    ],
)
async def test_a_text_typed_while_the_hold_key_repeats_arrives_exactly(
    screen: Screen, kind: str, hold: str, keys: list[str]
) -> None:
    screen.run("xset", "r", "rate", "50", "200")
    window, watched = screen.window(kind), Pressed("", hold)
    sink = TypeSink(outputconfig.TypeSink(modifier_wait_ms=50), SPACED, watched.own)
    for key in keys:
        screen.xdotool("keydown", key)
    for text in TEXTS:
        await sink.deliver(transcript(text))
    screen.xdotool("keyup", *keys)
    await sink.close()
    watched.hotkeys.stop()
    wanted = "".join(f"{text} " for text in TEXTS)
    assert window.read(len(wanted)) + window.rest(0.2) == wanted


@pytest.mark.parametrize("late", [False, True], ids=["at once", "told when the text is over"])
async def test_a_window_that_is_typed_into_sees_the_hotkeys_modifiers_let_go(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    pressed, typed = threading.Event(), threading.Event()
    take = Keyboard._take  # noqa: SLF001 (where a busy machine lets it wait)

    def take_late(keyboard: Keyboard, events: list[Any]) -> None:
        if pressed.is_set() and late:
            typed.wait(DEADLINE)
        take(keyboard, events)
        if any(event.type == X.KeyPress for event in events):
            pressed.set()

    monkeypatch.setattr(Keyboard, "_take", take_late)
    watched, seen = Pressed("", TOGGLE), connect()
    root = seen.screen().root
    window = root.create_window(
        0, 0, 9, 9, 0, X.CopyFromParent, override_redirect=1, event_mask=X.KeyReleaseMask
    )
    window.map()
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    seen.sync()
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "d")
    assert pressed.wait(DEADLINE)
    sink = TypeSink(outputconfig.TypeSink(modifier_wait_ms=50), PLAIN, watched.own)
    await sink.deliver(transcript("x"))
    typed.set()
    released: set[int] = set()
    while X_KEY not in released:
        event = seen.next_event()
        released |= {event.detail} if event.type == X.KeyRelease else set()
    await sink.close()
    watched.hotkeys.stop()
    disconnect(seen)
    assert {CTRL, ALT} <= released


async def test_a_character_lent_a_key_for_typing_does_not_move_the_hotkey(screen: Screen) -> None:
    screen.layout("ru")
    window, watched = screen.window(), Pressed(TOGGLE)
    sink = TypeSink(outputconfig.TypeSink(), PLAIN, watched.own)
    await sink.deliver(transcript("d"))
    screen.tap(CTRL, ALT, D)
    seen = watched.next()
    # xterm does not say when it has read: the key stays lent until then.
    typed = await window.wait_for_text(1)
    await sink.close()
    watched.hotkeys.stop()
    assert (seen, typed + window.rest(0.2)) == (Command.TOGGLE, "d")


def test_a_key_that_repeats_is_told_as_presses_alone(screen: Screen) -> None:
    screen.run("xset", "r", "rate", "50", "100")
    told = connect()
    xkb.enable(told)
    xkb.tell_repeats(told)
    told.screen().root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)  # noqa: FBT003  (python-xlib's owner_events)
    screen.xdotool("keydown", "F9")
    kinds = [told.next_event().type for _ in range(5)]
    disconnect(told)
    assert kinds == [X.KeyPress] * 5


def test_a_hotkey_that_another_program_has_is_said_and_seen_all_the_same(
    screen: Screen, caplog: pytest.LogCaptureFixture
) -> None:
    other = connect()
    other.screen().root.grab_key(D, CTRL_ALT, False, X.GrabModeAsync, X.GrabModeAsync)  # noqa: FBT003  (python-xlib's owner_events)
    other.sync()
    watched = Pressed(TOGGLE)
    screen.tap(CTRL, ALT, D)
    seen = watched.next()
    watched.hotkeys.stop()
    disconnect(other)
    told = f"{TOGGLE} is taken by another program as well: both will react"
    assert (seen, [record.getMessage() for record in caplog.records]) == (Command.TOGGLE, [told])


def test_after_the_end_the_window_gets_the_keys_again(screen: Screen) -> None:
    window, watched = screen.window(), Pressed("<f9>")
    screen.run("xset", "r", "off")  # the window would get the repeats, too
    screen.xdotool("keydown", "F9")
    assert watched.next() is Command.TOGGLE
    watched.hotkeys.stop()
    screen.xdotool("key", "x", "keyup", "F9", "key", "F9")
    assert window.read(6) == "x\x1b[20~"


def test_keys_are_free_to_be_kept_again_when_stopping_returns(
    screen: Screen, caplog: pytest.LogCaptureFixture
) -> None:
    assert screen.display
    for _ in range(20):
        Pressed(TOGGLE).hotkeys.stop()
    assert caplog.records == []


def test_stopping_as_the_keyboard_changes_leaves_no_thread_behind(screen: Screen) -> None:
    assert screen.display
    changing, threads = connect(), threading.active_count()
    for number in range(10):
        watched = Pressed("<f9>")
        changing.change_keyboard_mapping(97, [(ord("a") + number,) * 2])
        changing.flush()
        watched.hotkeys.stop()
    disconnect(changing)
    assert threading.active_count() == threads


def free(keycode: int) -> bool:
    """Say whether Ctrl+Alt and this key are grabbed by nobody."""
    return ask(lambda display: _free(display, keycode))


def _free(display: Display, keycode: int) -> bool:
    refusal = error.CatchError(error.BadAccess)
    root = display.screen().root
    root.grab_key(keycode, CTRL_ALT, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refusal)  # noqa: FBT003  (python-xlib's owner_events)
    display.sync()
    return refusal.get_error() is None


def until(holds: Callable[[], bool]) -> None:
    """Ask again and again, for nothing tells what another connection has grabbed."""
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline
