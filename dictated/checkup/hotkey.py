"""Whether the configured key combinations can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict
from Xlib import X, error

from dictated import build
from dictated.checkup.finding import Finding, Grade, of_error
from dictated.errors import HotkeyError, NoDisplayError
from dictated.hotkeys.grab import presses_of
from dictated.hotkeys.keyboard import keys_of
from dictated.x11.connection import connect, disconnect
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from Xlib.display import Display

    from dictated.config import Hotkeys
    from dictated.hotkeys.grab import Keys
    from dictated.types import Command

WITHIN_S = 10.0

WHAT = "hotkey"
BIND = "bind `dictated toggle` to a key in the desktop's settings"
NONE = 'hotkeys.toggle = ""  (`dictated toggle` does the same)'


def look(hotkeys: Hotkeys, environ: Mapping[str, str], *, runs: bool) -> Sequence[Finding]:
    """Ask the X server for them and give them back. `runs`: a daemon of ours does, and has them."""
    wanted = {name: combination for name, combination in asdict(hotkeys).items() if combination}
    if not wanted:
        return [Finding(WHAT, Grade.OK, f"none is set; {BIND}")]
    try:
        taken = _taken(wanted.values())
        _watch(hotkeys)
    except HotkeyError as problem:
        return [of_error(WHAT, problem, grade=Grade.WARN, mend=BIND)]
    except (NoDisplayError, error.ConnectionClosedError):
        return [Finding(WHAT, Grade.WARN, "there is no X display to watch keys on", NONE)]
    if environ.get("WAYLAND_DISPLAY") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return [Finding(WHAT, Grade.WARN, "a Wayland session: seen in X11 windows only", BIND)]
    return [finding(name, key, taken=taken[key], runs=runs) for name, key in wanted.items()]


def finding(name: str, combination: str, *, taken: bool | None, runs: bool) -> Finding:
    """Judge one; `taken` is None where such a combination is only watched, never kept from others."""
    said = f"{name} {combination}"
    other = f'hotkeys.{name} = "…"'
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


def _watch(hotkeys: Hotkeys) -> None:
    """Watch for a moment.

    Raises:
        HotkeyError: that cannot be.
    """
    hotkey = build.hotkey(hotkeys, OwnKeys())
    try:
        hotkey.start(_ignore)
    finally:
        hotkey.stop()


def _ignore(_: Command) -> None:
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
