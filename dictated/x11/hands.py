"""The keys that a hand holds down while we want to type: waits for them, or lets go of them for a while."""

from __future__ import annotations

import select
import struct
import time
from collections import Counter
from typing import TYPE_CHECKING

from Xlib import X
from Xlib.ext import xinput

from dictated.x11 import xkb

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from Xlib.display import Display

    from dictated.x11.ownkeys import OwnKeys

_TEXT_MODIFIERS = 0b0000_0011
"""Shift and Lock: a key pressed again with no more than these held would write."""

_RAW_EVENT = struct.Struct("=HIIHHI")
"""The head of an XIRawEvent after its type: device, time, keycode, source, …; see XI2proto.h."""

_GENERIC = 35
"""The event type of every extension event of the newer kind (X.h, GenericEvent)."""


class Hands:
    """The held keys of one text: `wait`, then `take_over`, then type through `send`, then `give_back`."""

    def __init__(self, display: Display, own: OwnKeys) -> None:
        self._display = display
        self._own = own
        self._released: Counter[int] = Counter()
        self._taken: list[int] = []
        self._listening = False

    def send(self, keycode: int, *, down: bool) -> None:
        """Press a key or let it go, in a way that counts as ours."""
        self._own.expect(keycode, down=down)
        self._display.xtest_fake_input(X.KeyPress if down else X.KeyRelease, keycode)
        if not down:
            self._released[keycode] -= 1

    def wait(self, seconds: float) -> bool:
        """Wait until no modifier is held, for that long at most; say whether one still is.

        The server tells of every key let go (XInput 2 raw events); the state is asked again only then.
        """
        if not xkb.state(self._display).held:
            return False
        self._listen(xinput.RawKeyReleaseMask)
        deadline = time.monotonic() + seconds
        while xkb.state(self._display).held:
            if not self._drain() and not self._ready(deadline - time.monotonic()):
                return True
        return False

    def take_over(self, modifiers: Mapping[int, int], needed: Collection[int], *, held: bool) -> None:
        """Let go, for the hand, of keys that would spoil the text.

        With a modifier `held` these are all keys, for without it they would write; else only those that the
        text needs, whose press the server would swallow.
        """
        if held:
            self._drain()
            self._released.clear()
        down = self._down()
        keys = [key for key in down if held or key in needed]
        if held:
            self._taken = sorted(keys, key=lambda key: key not in modifiers)  # modifiers go back first
        for key in keys:
            self.send(key, down=False)

    def give_back(self, modifiers: Mapping[int, int]) -> None:
        """Press again what `take_over` let go and the hand holds still."""
        if not self._taken:
            return
        self._display.sync()
        self._drain()
        gone = [key for key in self._taken if self._released[key] > 0]
        still = [key for key in self._taken if key not in gone]
        bits = sum({modifiers.get(key, 0) for key in still})
        for key in still:
            if key in modifiers or bits & ~_TEXT_MODIFIERS:
                self.send(key, down=True)
        self._display.sync()
        for key in gone:
            self._own.let_go(key)

    def done(self) -> None:
        """Stop listening."""
        if self._listening:
            self._listen(0)
            self._display.sync()
            self._drain()

    def _listen(self, mask: int) -> None:
        self._listening = mask != 0
        opcode = self._display.display.get_extension_major(xinput.extname)
        # 2.1 is the first version that tells of raw events while a menu has grabbed the keyboard.
        xinput.XIQueryVersion(display=self._display.display, opcode=opcode, major_version=2, minor_version=1)
        self._display.screen().root.xinput_select_events([(xinput.AllMasterDevices, mask)])

    def _ready(self, seconds: float) -> bool:
        if seconds <= 0:
            return False
        readable, _, _ = select.select([self._display], [], [], seconds)
        return bool(readable)

    def _drain(self) -> bool:
        """Count the keys let go since the last time; say whether there was any event at all."""
        count: int = self._display.pending_events()
        for _ in range(count):
            event = self._display.next_event()
            if event.type == _GENERIC and event.evtype == xinput.RawKeyRelease:
                self._released[_RAW_EVENT.unpack_from(event.data)[2]] += 1
        return count > 0

    def _down(self) -> list[int]:
        bits = self._display.query_keymap()
        return [keycode for keycode in range(256) if bits[keycode // 8] & 1 << keycode % 8]
