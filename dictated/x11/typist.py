"""Types text into the focused window, exactly, whatever the layout.

A character that a key has is typed by that key; any other is first put on a key that means nothing, and
stays there for the next text. Keys are pressed by the XTEST extension, which a window cannot tell from a
hand; events sent to a window directly are refused by some (xterm).
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

from Xlib import X, Xatom, error

from dictated.errors import NoDisplayError, SinkError
from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect
from dictated.x11.fence import fence
from dictated.x11.hands import Hands
from dictated.x11.layout import SHIFT, Stroke, layout_of
from dictated.x11.plan import Batch, NoKeyError, Slots, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from Xlib.display import Display

    from dictated.x11.layout import Layout
    from dictated.x11.ownkeys import OwnKeys
    from dictated.x11.xkb import Keymap

    Planned = Callable[[Keymap, Layout], list[Batch]]

_LOG = logging.getLogger(__name__)

_EXTENSIONS = ("XTEST", "XInputExtension", "Generic Event Extension")

_KEPT_LOCKS = 0b1011_0000
"""Locks that stay while we type: Mod2 (Num Lock), Mod3, Mod5. Caps Lock would spoil the text."""

_CHUNK = 128
"""Strokes between two answers of the server: bounds what waits in our own buffer."""

_SECONDS_A_STROKE = 0.004
"""Time a window that cannot be asked is given for a stroke on a borrowed key before the key changes."""

_LONGEST_PAUSE = 1.0
"""Seconds it is given at most."""


class Typist:
    """One connection to the X server, made when first needed. Not safe for two threads at once.

    `modifier_wait` and `settle` are seconds.
    """

    def __init__(self, *, modifier_wait: float, settle: float, own: OwnKeys) -> None:
        self._modifier_wait = modifier_wait
        self._settle = settle
        self._own = own
        self._display: Display | None = None
        self._slots = Slots()
        self._recent = 0
        self._typed = 0.0

    def type(self, text: str, ready: Callable[[], None]) -> None:
        """Type it into whatever window has the keyboard, once; takes as long as that lasts.

        `ready` is called when no held modifier is waited for any more, right before the first key; what it
        raises is passed on.

        Raises:
            NoDisplayError: there is no X server, or no window of X11 has the focus. Nothing was typed.
            NoKeyError: there is no key to type it with. Nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        self._do(lambda _, layout: plan(text, layout.strokes, self._slots), ready)

    def press(self, keysym: int, *, shift: bool, times: int, ready: Callable[[], None]) -> None:
        """Press a key that writes nothing, such as BackSpace, that often, in the way `type` types.

        Raises:
            NoDisplayError: there is no X server, or no window of X11 has the focus. Nothing was done.
            NoKeyError: no key is that one. Nothing was done.
            SinkError: it broke off.
        """

        def strokes(keymap: Keymap, layout: Layout) -> list[Batch]:
            keycode = keymap.find(keysym, layout.group, SHIFT if shift else 0)
            if keycode is None:
                raise NoKeyError("the keyboard layout lacks a key that is needed: BackSpace, or Insert")
            return [Batch({}, (Stroke(keycode, shift),) * times)]

        self._do(strokes, ready)

    def close(self) -> None:
        """Give the borrowed keys back and disconnect; `type` connects again."""
        display = self._display
        if display is None:
            return
        try:
            if lent := self._slots.keycodes():
                self._pause(display)
                _bind(display, dict.fromkeys(lent, (0, 0)))
        except error.ConnectionClosedError:
            _LOG.debug("the X server went before the borrowed keys were given back")
        self._drop()

    def _connected(self) -> Display:
        """Return a connection that works at this moment, a new one if need be."""
        if self._display is not None:
            try:
                self._display.sync()
            except error.ConnectionClosedError:
                _LOG.info("the X server has gone; connecting again")
                self._drop()
            else:
                return self._display
        display = connect()
        try:
            _check(display)
        except NoDisplayError:
            disconnect(display)
            raise
        self._display = display
        return display

    def _drop(self) -> None:
        if self._display is not None:
            disconnect(self._display)
        self._display = None
        self._slots = Slots()
        self._own.lend(())

    def _do(self, planned: Planned, ready: Callable[[], None]) -> None:
        display = self._connected()
        try:
            self._act(display, planned, ready)
        except error.ConnectionClosedError as problem:
            self._drop()
            raise SinkError(
                "the X server went away while a text was being typed; part of it may be missing"
            ) from problem
        except error.XError as problem:
            self._drop()
            raise SinkError(f"the X server refused to type: {' '.join(str(problem).split())}") from problem

    def _act(self, display: Display, planned: Planned, ready: Callable[[], None]) -> None:
        hands = Hands(display, self._own)
        try:
            held = hands.wait(self._modifier_wait)
            ready()  # Alt+Tab moves the focus when Alt is let go: not before the wait
            _check_focus(display)
            with self._own.type():
                self._write(display, hands, planned, held=held)
        finally:
            hands.done()
        display.sync()

    def _write(self, display: Display, hands: Hands, planned: Planned, *, held: bool) -> None:
        keymap = xkb.keymap(display)
        locked = xkb.state(display).locked
        layout = self._layout(display, keymap)
        batches = planned(keymap, layout)
        needed = {stroke.keycode for batch in batches for stroke in batch.strokes} | {layout.shift}
        hands.take_over(keymap.modifiers, needed, held=held)
        xkb.lock(display, locked & _KEPT_LOCKS)
        for batch in batches:
            self._batch(display, hands, layout, batch)
        xkb.lock(display, locked)
        hands.give_back(keymap.modifiers)

    def _layout(self, display: Display, keymap: xkb.Keymap) -> Layout:
        """Read the layout as it is now, and forget what was put on keys that somebody else has changed."""
        state = xkb.state(display)
        for keycode in self._slots.keycodes():
            key = keymap.keys[keycode]
            if (key.sym(0, 0), key.sym(0, X.ShiftMask)) != self._slots.meaning(keycode):
                self._slots.forget(keycode)
        lent = self._slots.keycodes()
        layout = layout_of(keymap, group=state.group, locked=state.locked & _KEPT_LOCKS, lent=lent)
        self._slots.offer(layout.free)
        return layout

    def _batch(self, display: Display, hands: Hands, layout: Layout, batch: Batch) -> None:
        if batch.takes:
            self._pause(display)
        if batch.bind:
            self._own.lend(self._own.lent | batch.bind.keys())
            _bind(display, batch.bind)
            time.sleep(self._settle)  # a window reads the new mapping when it gets round to it
        _send(display, hands, layout, batch.strokes)
        lent = self._slots.keycodes()
        if borrowed := sum(stroke.keycode in lent for stroke in batch.strokes):
            self._recent, self._typed = borrowed, time.monotonic()

    def _pause(self, display: Display) -> None:
        """Let the window read what was typed last before keys change their meaning."""
        left = self._typed + min(self._recent * _SECONDS_A_STROKE, _LONGEST_PAUSE) - time.monotonic()
        if left > 0 and not fence(display):
            time.sleep(left)


def _bind(display: Display, meanings: dict[int, tuple[int, int]]) -> None:
    for keycode, meaning in meanings.items():
        display.change_keyboard_mapping(keycode, [meaning])
    display.sync()


def _send(display: Display, hands: Hands, layout: Layout, strokes: Iterable[Stroke]) -> None:
    """Send strokes; Shift stays down from one shifted stroke to the next."""
    shifted = False
    for number, stroke in enumerate(strokes, start=1):
        if stroke.shift != shifted:
            hands.send(layout.shift, down=stroke.shift)
            shifted = stroke.shift
        hands.send(stroke.keycode, down=True)
        hands.send(stroke.keycode, down=False)
        if number % _CHUNK == 0:
            display.sync()
    if shifted:
        hands.send(layout.shift, down=False)
    display.sync()


def _check(display: Display) -> None:
    for name in _EXTENSIONS:
        if not display.has_extension(name):
            raise NoDisplayError(
                f"this X server has no {name} extension, which typing needs; use the log sink"
            )
    xkb.enable(display)


def _check_focus(display: Display) -> None:
    """Refuse to type where no X11 window would get it."""
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    if display.get_input_focus().focus == X.NONE or (wayland and not _active_window(display)):
        if wayland:
            raise NoDisplayError(
                "the focused window is a Wayland one, and only X11 windows can be typed into; "
                "use the clipboard sink"
            )
        raise NoDisplayError("no window has the keyboard; click into the one to type into")


def _active_window(display: Display) -> int:
    """Return the window that the window manager calls active, 0 for none."""
    found = display.screen().root.get_full_property(display.get_atom("_NET_ACTIVE_WINDOW"), Xatom.WINDOW)
    return found.value[0] if found and found.value else 0
