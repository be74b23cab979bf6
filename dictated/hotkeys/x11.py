"""Global hotkeys on X11: presses seen by pynput's listener become commands.

Keys are matched by keycode, so a combination is the same keys whichever layout is active. Nothing is
imported from pynput before `start`: it cannot be imported where there is no display.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from dictated.errors import HotkeyError, NoDisplayError
from dictated.hotkeys.combination import keycodes_of, modifiers_in, parse
from dictated.hotkeys.keyboard import Keyboard
from dictated.types import Command
from dictated.x11.connection import connect, disconnect
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dictated.hotkeys.listener import Listener

_LOG = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
"""How long the listener's thread is waited for; it ends in milliseconds."""


@dataclass(slots=True)
class Chord:
    """A combination and how far it is pressed; knows nothing of X.

    Each part is the set of keys that can be it (left or right Ctrl). While one of `strangers` (modifiers
    that are no part of it) is down it is another combination.
    """

    parts: tuple[frozenset[int], ...]
    strangers: frozenset[int] = frozenset()
    down: set[int] = field(default_factory=set)
    complete: bool = False

    def press(self, key: int) -> bool:
        """Take a key press; say whether it completes the combination. Repeats and other keys never do."""
        if key not in self.strangers and not any(key in part for part in self.parts):
            return False
        fresh = key not in self.down
        self.down.add(key)
        if not fresh or self.complete or self.down & self.strangers:
            return False
        self.complete = bool(self.parts) and all(part & self.down for part in self.parts)
        return self.complete

    def release(self, key: int) -> bool:
        """Take a key release; say whether it breaks a complete combination."""
        self.down.discard(key)
        if not self.complete or all(part & self.down for part in self.parts):
            return False
        self.complete = False
        return True


@dataclass(frozen=True, slots=True)
class Binding:
    """A combination as it is written, what its completion asks for, and what its end does, if anything."""

    combination: str
    pressed: Command
    released: Command | None = None


class X11Hotkeys:
    """Watches for up to three combinations; an empty one is none.

    Give it the `own` of the sink that types, so that it does not take typed keys for a hand's.
    """

    def __init__(self, toggle: str, hold: str, cancel: str, own: OwnKeys | None = None) -> None:
        wanted = (
            Binding(toggle, Command.TOGGLE),
            Binding(hold, Command.START, Command.STOP),
            Binding(cancel, Command.CANCEL),
        )
        self._bindings = tuple(binding for binding in wanted if binding.combination)
        self._own = own or OwnKeys()
        self._lock = Lock()
        self._chords: list[tuple[Chord, Binding]] = []
        self._listener: Listener | None = None
        self._keyboard: Keyboard | None = None
        self._send: Callable[[Command], None] = _nobody

    def start(self, send: Callable[[Command], None]) -> None:
        """Begin to watch; `send` is called from the listener's thread, or from that which types.

        Raises:
            HotkeyError: a combination is not understood, or there is no X display to watch.
        """
        for binding in self._bindings:
            parse(binding.combination)
        if not self._bindings or self._listener is not None:
            return
        self._send = send
        listener = _listener()(self._remap, self._press, self._release)
        self._own.watch(self._release_key)
        if not listener.begin():
            self._own.unwatch()
            raise HotkeyError(
                "the X server does not let us watch keys; bind `dictated toggle` in the desktop's settings"
            )
        self._listener = listener
        self._keep()

    def stop(self) -> None:
        """Watch no more and give the keys back; our threads have ended when this returns."""
        keyboard, self._keyboard = self._keyboard, None
        if keyboard is not None:
            keyboard.end()
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._own.unwatch()
        listener.end()
        listener.join(_STOP_SECONDS)

    def _keep(self) -> None:
        """Keep the hotkeys from the focused window."""
        keyboard = Keyboard([binding.combination for binding in self._bindings], self._own)
        try:
            keyboard.begin()
        except NoDisplayError as problem:
            self.stop()
            raise HotkeyError(str(problem)) from problem
        self._keyboard = keyboard

    def _remap(self, mapping: Mapping[int, tuple[int, ...]]) -> None:
        """Take the keyboard's mapping, at first and whenever it changed."""
        usable = {keycode: syms for keycode, syms in mapping.items() if keycode not in self._own.lent}
        modifiers = modifiers_in(usable)
        chords = []
        for binding in self._bindings:
            parts = keycodes_of(parse(binding.combination), usable)
            chords.append((Chord(parts, modifiers - frozenset().union(*parts)), binding))
        with self._lock:
            for (fresh, _), (old, _) in zip(chords, self._chords, strict=False):
                fresh.down, fresh.complete = old.down, old.complete
            self._chords = chords

    def _press(self, keycode: int) -> None:
        if self._own.claim(keycode, down=True):
            return
        with self._lock:
            commands = [binding.pressed for chord, binding in self._chords if chord.press(keycode)]
        self._tell(commands)

    def _release(self, keycode: int) -> None:
        if not self._own.claim(keycode, down=False):
            self._release_key(keycode)

    def _release_key(self, keycode: int) -> None:
        with self._lock:
            commands = [binding.released for chord, binding in self._chords if chord.release(keycode)]
        self._tell(commands)

    def _tell(self, commands: list[Command] | list[Command | None]) -> None:
        for command in commands:
            if command is not None:
                self._send(command)


def _listener() -> type[Listener]:
    """Import pynput's listener, which connects to the display as it is imported."""
    try:
        disconnect(connect())
    except NoDisplayError as problem:
        raise HotkeyError(str(problem)) from problem
    try:
        from dictated.hotkeys.listener import Listener  # noqa: PLC0415  (pynput fails to import with no display)
    except ImportError as problem:
        raise HotkeyError(f"pynput cannot be used ({str(problem).splitlines()[0]})") from problem
    return Listener


def _nobody(_command: Command) -> None:
    """Stand in until `start` says whom to tell."""
