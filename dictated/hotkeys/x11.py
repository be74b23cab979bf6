"""Global hotkeys on X11, which come back by themselves when an X server that went, or was late, is there."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import TYPE_CHECKING

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import parse
from dictated.hotkeys.watch import Watch
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dictated.hotkeys.chord import Binding
    from dictated.types import Wish

_LOG = logging.getLogger(__name__)

FIRST_WAIT = 1.0
"""Seconds before the first new attempt; each further wait is twice as long."""

LONGEST_WAIT = 8.0
"""Seconds between two attempts at most; one costs a connection, and some 10 ms of asking systemd."""

_STOP_SECONDS = 10.0
"""How long our thread is waited for; it ends in milliseconds, or in 2 s where systemd does not answer it."""


class X11Hotkeys:
    """Watches for the combinations of these bindings.

    Give it the `own` of the sink that types, so that it does not take typed keys for a hand's. The waits
    are seconds.
    """

    def __init__(
        self,
        bindings: Sequence[Binding],
        own: OwnKeys | None = None,
        *,
        first_wait: float = FIRST_WAIT,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._bindings = tuple(bindings)
        self._own = own or OwnKeys()
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._told_to_end = Event()
        self._woken = Event()  # the watch is lost, or we are told to end
        self._thread: Thread | None = None

    def start(self, send: Callable[[Wish], None]) -> None:
        """Begin to watch; `send` is called from threads of ours, or from that which types.

        Raises:
            HotkeyError: a combination is not understood; or keys cannot be watched at this moment, and then
                they will be when they can, unless `stop` is called.
        """
        for binding in self._bindings:
            parse(binding.combination)
        if not self._bindings or self._thread is not None:
            return
        self._told_to_end.clear()
        watch = Watch(self._bindings, self._own, send, self._woken.set)
        problem = self._try(watch)
        self._thread = Thread(
            target=self._last, args=(watch,), kwargs={"works": not problem}, name="hotkeys", daemon=True
        )
        self._thread.start()
        if problem:
            raise problem

    def stop(self) -> None:
        """Watch no more and give the keys back, what is held counts as let go.

        Our threads have ended when this returns.
        """
        thread, self._thread = self._thread, None
        if thread is not None:
            self._told_to_end.set()
            self._woken.set()
            thread.join(_STOP_SECONDS)

    def _last(self, watch: Watch, *, works: bool) -> None:
        """Begin the watch again each time it is lost, until told to end."""
        again = works
        while True:
            if works:
                self._woken.wait()
                watch.end()
            if self._told_to_end.is_set():
                return
            if works:
                _LOG.warning("hotkey: the X server is gone; the hotkeys come back with the next one")
            if not self._come_back(watch):
                return
            _LOG.info("hotkeys work %s", "again" if again else "now")
            works = again = True

    def _come_back(self, watch: Watch) -> bool:
        """Try until the watch works, ever more seldom; False when told to end."""
        wait = self._first_wait
        while not self._told_to_end.wait(wait):
            problem = self._try(watch)
            if not problem:
                return True
            _LOG.debug("no hotkey yet: %s", problem)
            wait = min(2 * wait, self._longest_wait)
        return False

    def _try(self, watch: Watch) -> HotkeyError | None:
        """Begin the watch; return why that cannot be."""
        self._woken.clear()
        try:
            watch.begin()
        except HotkeyError as problem:
            return problem
        if self._told_to_end.is_set():  # told before it could hear
            self._woken.set()
        return None
