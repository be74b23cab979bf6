"""Who watches for the configured key combinations, and whether they can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from Xlib import X, error

from dictated.checkup.finding import Finding, Grade, of_error
from dictated.errors import HotkeyError, NoDisplayError
from dictated.hotkeys.advice import advice
from dictated.hotkeys.choice import hotkeys, watcher
from dictated.hotkeys.chord import NO_PROFILES, combinations
from dictated.hotkeys.grab import presses_of
from dictated.hotkeys.keyboard import keys_of
from dictated.sessionbus import BusError
from dictated.wayland.desk import Desk
from dictated.wayland.session import is_wayland
from dictated.x11.connection import connect, disconnect
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from Xlib.display import Display

    from dictated.config import Hotkeys
    from dictated.hotkeys.grab import Keys
    from dictated.profileconfig import Profile
    from dictated.types import Wish

WITHIN_S = 10.0

WHAT = "hotkey"
NONE = 'hotkeys.toggle = ""  (`dictated toggle` does the same)'

_PORTAL = "org.freedesktop.portal.GlobalShortcuts"

_PORTAL_SECONDS = 5.0
"""What the session bus and the portal may take, which may have to be started first."""


def look(
    settings: Hotkeys,
    environ: Mapping[str, str],
    profiles: Mapping[str, Profile] = NO_PROFILES,
    *,
    runs: bool,
) -> Sequence[Finding]:
    """Ask who watches for them, and give back what is asked for. `runs`: a daemon of ours does."""
    every = combinations(settings, profiles)
    wanted = {key.removeprefix("hotkeys."): combination for key, combination in every.items()}
    bind = advice(settings.toggle, environ)
    if not wanted:
        return [Finding(WHAT, Grade.OK, f"none is set; {bind}")]
    try:
        match watcher(settings, environ):
            case "portal":
                return [_portal(wanted, environ)]
            case "evdev":
                _watch(settings, environ)
                said = "watched on every keyboard (evdev), each key where a US keyboard has it"
                return [Finding(WHAT, Grade.OK, f"{_list(wanted)}: {said}")]
            case _:
                return _x11(wanted, settings, environ, runs=runs)
    except (HotkeyError, BusError) as problem:
        return [of_error(WHAT, problem, grade=Grade.WARN, mend=bind)]
    except (NoDisplayError, error.ConnectionClosedError):
        return [Finding(WHAT, Grade.WARN, "there is no X display to watch keys on", NONE)]


def finding(name: str, combination: str, *, taken: bool | None, runs: bool) -> Finding:
    """Judge one; `taken` is None where such a combination is only watched, never kept from others."""
    said = f"{name} {combination}"
    other = f'{name if "." in name else f"hotkeys.{name}"} = "…"'
    if taken is None:
        return Finding(WHAT, Grade.OK, f"{said} is watched; the focused window sees it too")
    if taken and runs:
        return Finding(WHAT, Grade.OK, f"{said} is held, by the daemon that runs")
    if taken:
        return Finding(WHAT, Grade.WARN, f"{said} is taken by another program: both would react", other)
    if runs:
        said += " is free, though the daemon runs: it is on another screen, or has another configuration"
        return Finding(WHAT, Grade.WARN, said, "systemctl --user restart dictated")
    return Finding(WHAT, Grade.OK, f"{said} is free")


def _list(wanted: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {combination}" for name, combination in wanted.items())


def _portal(wanted: Mapping[str, str], environ: Mapping[str, str]) -> Finding:
    """Look whether the portal is there; asking it for keys could show a dialog.

    Raises:
        BusError: it is not there.
    """
    version = anyio.run(_version, environ)
    said = f"the desktop watches (GlobalShortcuts portal, version {version}), and may have other keys"
    return Finding(WHAT, Grade.OK, f"{_list(wanted)}: {said}")


async def _version(environ: Mapping[str, str]) -> int:
    problem = BusError("the desktop's portal does not answer")
    with anyio.move_on_after(_PORTAL_SECONDS):
        async with anyio.create_task_group() as tasks:
            try:
                desk = await Desk.open(environ, tasks, _PORTAL, lambda _name, _body: None)
            except BusError as why:
                problem = BusError(f"the desktop has no portal for hotkeys ({why})")
            else:
                desk.close()
                return desk.version
    raise problem


def _x11(
    wanted: Mapping[str, str], settings: Hotkeys, environ: Mapping[str, str], *, runs: bool
) -> Sequence[Finding]:
    """Ask the X server for them.

    Raises:
        HotkeyError: it lets nobody watch.
        NoDisplayError: there is no X server.
    """
    taken = _taken(wanted.values())
    _watch(settings, environ)
    if is_wayland(environ):
        bind = advice(settings.toggle, environ)
        return [Finding(WHAT, Grade.WARN, "a Wayland session: X11 sees keys in X11 windows only", bind)]
    return [finding(name, key, taken=taken[key], runs=runs) for name, key in wanted.items()]


def _watch(settings: Hotkeys, environ: Mapping[str, str]) -> None:
    """Watch for a moment.

    Raises:
        HotkeyError: that cannot be.
    """
    hotkey = hotkeys(settings, OwnKeys(), environ)
    try:
        hotkey.start(_ignore)
    finally:
        hotkey.stop()


def _ignore(_: Wish) -> None:
    """Take what a hand pressed at that very moment."""


def _taken(combinations: Iterable[str]) -> dict[str, bool | None]:
    """Say of each whether another connection has it.

    Raises:
        NoDisplayError: there is no X server.
    """
    display = connect()
    try:
        keys = keys_of(display)
        return {combination: _is_taken(display, combination, keys) for combination in combinations}
    finally:
        disconnect(display)  # and the server takes every grab back


def _is_taken(display: Display, combination: str, keys: Keys) -> bool | None:
    presses = presses_of(combination, keys)
    if not presses:
        return None
    root, refusal = display.screen().root, error.CatchError(error.BadAccess)
    for keycode, modifiers in presses:
        root.grab_key(keycode, modifiers, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refusal)  # noqa: FBT003  (python-xlib's owner_events)
    display.sync()
    return refusal.get_error() is not None
