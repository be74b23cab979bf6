"""Chooses who watches for the key combinations: the X server, the desktop's portal, or we ourselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dictated.errors import HotkeyError
from dictated.hotkeys.advice import advice
from dictated.hotkeys.chord import NO_PROFILES, bindings
from dictated.hotkeys.evdev import EvdevHotkeys
from dictated.hotkeys.x11 import X11Hotkeys
from dictated.wayland.session import is_wayland

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dictated.config import Hotkeys
    from dictated.ports import Hotkey
    from dictated.profileconfig import Profile
    from dictated.types import Wish
    from dictated.x11.ownkeys import OwnKeys

Watcher = Literal["x11", "portal", "evdev"]


def watcher(settings: Hotkeys, environ: Mapping[str, str]) -> Watcher:
    """Return who watches: who is named, else the portal in a Wayland session, else the X server.

    We ourselves never without being asked to: that needs a right which lets every program read every key.
    """
    if settings.through != "auto":
        return settings.through
    return "portal" if is_wayland(environ) else "x11"


def hotkeys(
    settings: Hotkeys,
    own: OwnKeys,
    environ: Mapping[str, str],
    profiles: Mapping[str, Profile] = NO_PROFILES,
) -> Hotkey:
    """Return the watcher of the configured combinations; `own` is told of our typing on X11."""
    wanted = bindings(settings, profiles)
    match watcher(settings, environ):
        case "evdev":
            return EvdevHotkeys(wanted)
        case "portal":
            from dictated.hotkeys.portal import PortalHotkeys  # noqa: PLC0415  (of no use on X11)

            return Advised(PortalHotkeys(wanted, environ), settings.toggle, environ)
        case _:
            return X11Hotkeys(wanted, own)


class Advised:
    """A watcher that says how a key is bound in the desktop itself, where it cannot work."""

    def __init__(self, inner: Hotkey, toggle: str, environ: Mapping[str, str]) -> None:
        self._inner = inner
        self._toggle = toggle
        self._environ = environ

    def start(self, send: Callable[[Wish], None]) -> None:
        """Begin to watch.

        Raises:
            HotkeyError: it cannot.
        """
        try:
            self._inner.start(send)
        except HotkeyError as problem:
            happened, _, _ = str(problem).partition("; ")
            happened += '; have hotkeys.toggle = "" where you bind it yourself'
            raise HotkeyError(f"{happened}; {advice(self._toggle, self._environ)}") from problem

    def stop(self) -> None:
        """Watch no more."""
        self._inner.stop()
