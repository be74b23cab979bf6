"""Global hotkeys read from the keyboards themselves (/dev/input), under any compositor and on a console.

Nothing is kept from the focused window, which sees the keys too. The kernel tells which key it was, not what
the layout has there: "<ctrl>+<alt>+d" is the key where a US keyboard has the d.
"""

from __future__ import annotations

import logging
import select
import socket
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from dictated.errors import HotkeyError
from dictated.hotkeys import usboard
from dictated.hotkeys.arrivals import Arrivals
from dictated.hotkeys.keyboards import Keyboards
from dictated.hotkeys.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dictated.hotkeys.chord import Binding
    from dictated.hotkeys.keyboards import Change, Device
    from dictated.types import Wish

_LOG = logging.getLogger(__name__)

FOLDER = Path("/dev/input")

_STOP_SECONDS = 5.0
"""How long our thread is waited for; it ends in milliseconds."""

REFUSED = (
    "the keyboards may not be read; allow it with `sudo usermod -aG input $USER`, and log in again"
    " (every program of yours can then read what you type)"
)


class EvdevHotkeys:
    """Watches for the combinations of these bindings on every keyboard, also those plugged in later.

    `folder` is where the devices are, `open_device` what opens one: `evdev.InputDevice` where not given.
    """

    def __init__(
        self,
        bindings: Sequence[Binding],
        folder: Path = FOLDER,
        open_device: Callable[[str], Device] | None = None,
    ) -> None:
        self._bindings = tuple(bindings)
        self._folder = folder
        self._open_device = open_device
        self._thread: Thread | None = None
        self._tell: socket.socket

    def start(self, send: Callable[[Wish], None]) -> None:
        """Begin to watch; `send` is called from a thread of ours.

        Raises:
            HotkeyError: a combination is not understood; or the keyboards cannot be read. Where they may
                not be, they are watched from when they may, unless `stop` is called.
        """
        for binding in self._bindings:
            usboard.check(binding.combination)
        if not self._bindings or self._thread is not None:
            return
        keyboards = Keyboards(self._folder, self._open_device or _input_device())
        try:
            arrivals = Arrivals(self._folder)
        except OSError as problem:
            raise HotkeyError(f"there are no keyboards in {self._folder} ({problem.strerror})") from problem
        told, self._tell = socket.socketpair()
        watch = _Watch(keyboards, arrivals, told, Switchboard(self._bindings), send)
        refused = watch.begin()
        self._thread = Thread(target=watch.run, name="hotkeys", daemon=True)
        self._thread.start()
        if refused:
            raise HotkeyError(REFUSED)

    def stop(self) -> None:
        """Watch no more, what is held counts as let go; our thread has ended when this returns."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._tell.close()
            thread.join(_STOP_SECONDS)


class _Watch:
    """The work of the thread; ends when the other end of `told` is closed."""

    def __init__(
        self,
        keyboards: Keyboards,
        arrivals: Arrivals,
        told: socket.socket,
        board: Switchboard,
        send: Callable[[Wish], None],
    ) -> None:
        self._keyboards = keyboards
        self._arrivals = arrivals
        self._told = told
        self._board = board
        self._send = send
        self._late = False

    def begin(self) -> bool:
        """Open the keyboards there are; say whether all of them are refused to us."""
        self._board.remap(usboard.KEYS)
        self._take(self._keyboards.look())
        self._late = not self._keyboards.open
        if self._late and not self._keyboards.refused:
            _LOG.info("hotkey: there is no keyboard; one that is plugged in is watched")
        return self._late and self._keyboards.refused

    def run(self) -> None:
        """Hand on what the keyboards tell, until told to end."""
        try:
            while self._round():
                if self._late and self._keyboards.open:
                    self._late = False
                    _LOG.info("hotkeys work now")
        finally:
            self._keyboards.close()
            self._arrivals.close()
            self._told.close()
            self._tell(self._board.release_all())

    def _round(self) -> bool:
        """Wait for something to happen, and take it; False when told to end."""
        watched = self._keyboards.open
        waited: list[socket.socket | Arrivals | Device] = [self._told, self._arrivals, *watched]
        ready, _, _ = select.select(waited, [], [])
        if self._told in ready:
            return False
        for device in watched:
            if device in ready and device in self._keyboards.open:
                self._take(self._keyboards.read(device))
        if self._arrivals in ready:
            self._arrivals.take()
            self._take(self._keyboards.look())
        return True

    def _take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            key = change.code + usboard.OFFSET
            if not change.seen:
                self._board.hold(key)
                continue
            self._tell(self._board.press(key) if change.down else self._board.release(key))

    def _tell(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            self._send(wish)


def _input_device() -> Callable[[str], Device]:
    """Import what the extra brings; only when asked for."""
    try:
        from evdev import InputDevice  # noqa: PLC0415  (an extra)
    except ImportError as problem:
        raise HotkeyError(
            "hotkeys.through = \"evdev\" needs a package; get it with: pip install 'dictated[evdev]'"
        ) from problem
    return InputDevice
