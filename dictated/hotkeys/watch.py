"""One watch over the keys of one X server, from the time it is begun until it is ended or the server goes.

Keys are matched by keycode, so a combination is the same keys whichever layout is active. Nothing is
imported from pynput before `begin`: it cannot be imported where there is no display.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.errors import HotkeyError, NoDisplayError
from dictated.hotkeys.keyboard import Keyboard
from dictated.hotkeys.switchboard import Switchboard
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dictated.hotkeys.chord import Binding
    from dictated.hotkeys.listener import Listener
    from dictated.types import Wish
    from dictated.x11.ownkeys import OwnKeys

_STOP_SECONDS = 5.0
"""How long the listener's thread is waited for; it ends in milliseconds."""


class Watch:
    """Calls `send` with what the bindings ask for, and `lost` when it ends without being told to.

    Both are called from the listener's thread, `send` also from that which types.
    """

    def __init__(
        self,
        bindings: Sequence[Binding],
        own: OwnKeys,
        send: Callable[[Wish], None],
        lost: Callable[[], None],
    ) -> None:
        self._bindings = bindings
        self._own = own
        self._send = send
        self._lost = lost
        self._board = Switchboard(bindings)
        self._listener: Listener | None = None
        self._keyboard: Keyboard | None = None

    def begin(self) -> None:
        """Return when every further key is seen.

        Raises:
            HotkeyError: there is no X display, or it does not let us watch.
        """
        self._board = Switchboard(self._bindings)
        listener = _listener()(self._remap, self._press, self._release, self._server_gone)
        self._own.watch(self._release_key)
        if not listener.begin():
            self._own.unwatch()
            raise HotkeyError(
                "the X server does not let us watch keys; bind `dictated toggle` in the desktop's settings"
            )
        self._listener = listener
        self._keep()

    def end(self) -> None:
        """Watch no more and give the keys back; our threads have ended when this returns.

        What is held counts as let go.
        """
        keyboard, self._keyboard = self._keyboard, None
        if keyboard is not None:
            keyboard.end()
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._own.unwatch()
        listener.end()
        listener.join(_STOP_SECONDS)
        self._let_go()

    def _keep(self) -> None:
        """Keep the hotkeys from the focused window."""
        keyboard = Keyboard([binding.combination for binding in self._bindings], self._own)
        try:
            keyboard.begin()
        except NoDisplayError as problem:
            self.end()
            raise HotkeyError(str(problem)) from problem
        self._keyboard = keyboard

    def _remap(self, mapping: Mapping[int, tuple[int, ...]]) -> None:
        """Take the keyboard's mapping, at first and whenever it changed."""
        self._board.remap({key: syms for key, syms in mapping.items() if key not in self._own.lent})

    def _press(self, keycode: int) -> None:
        if not self._own.claim(keycode, down=True):
            self._tell(self._board.press(keycode))

    def _release(self, keycode: int) -> None:
        if not self._own.claim(keycode, down=False):
            self._release_key(keycode)

    def _release_key(self, keycode: int) -> None:
        self._tell(self._board.release(keycode))

    def _server_gone(self) -> None:
        self._let_go()
        self._lost()

    def _let_go(self) -> None:
        """Take what is held for let go: nobody will see it let go."""
        self._tell(self._board.release_all())

    def _tell(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            self._send(wish)


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
