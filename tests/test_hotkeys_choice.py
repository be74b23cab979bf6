from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dictated.config import Hotkeys
from dictated.errors import HotkeyError
from dictated.hotkeys.choice import Advised, hotkeys, watcher
from dictated.hotkeys.evdev import EvdevHotkeys
from dictated.hotkeys.x11 import X11Hotkeys
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.ports import Hotkey
    from dictated.types import Command

WAYLAND = {"WAYLAND_DISPLAY": "wayland-1", "XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0"}
X11 = {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}


@pytest.mark.parametrize(
    ("through", "environ", "who"),
    [
        ("auto", X11, "x11"),
        ("auto", {}, "x11"),
        ("auto", WAYLAND, "portal"),
        ("x11", WAYLAND, "x11"),
        ("portal", X11, "portal"),
        ("evdev", WAYLAND, "evdev"),
    ],
)
def test_who_watches_is_named_or_follows_from_the_session(
    through: str, environ: dict[str, str], who: str
) -> None:
    assert watcher(Hotkeys(through=through), environ) == who  # type: ignore[arg-type]  # a column of the table


@pytest.mark.parametrize(
    ("through", "environ", "kind"),
    [("auto", X11, X11Hotkeys), ("evdev", WAYLAND, EvdevHotkeys), ("auto", WAYLAND, Advised)],
)
def test_the_watcher_is_made_of_the_configuration(
    through: str, environ: dict[str, str], kind: type[Hotkey]
) -> None:
    made = hotkeys(Hotkeys(through=through), OwnKeys(), environ)  # type: ignore[arg-type]  # a column of the table
    assert type(made) is kind


@pytest.mark.parametrize("module", ["evdev", "dictated.hotkeys.portal", "pynput"])
def test_what_is_not_chosen_is_not_imported(module: str) -> None:
    script = (
        "import sys; from dictated.config import Hotkeys; from dictated.hotkeys.choice import hotkeys;"
        f" hotkeys(Hotkeys(), None, {{}}); sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=30).returncode == 0


class Broken:
    """A watcher that cannot work."""

    def __init__(self) -> None:
        self.stopped = False

    def start(self, _send: Callable[[Command], None]) -> None:
        raise HotkeyError("the desktop has no such portal; buy another desktop")

    def stop(self) -> None:
        self.stopped = True


def test_where_the_desktop_watches_no_keys_its_own_binding_is_told_instead() -> None:
    advised = Advised(Broken(), "<f9>", {"SWAYSOCK": "x"})
    line = "put this into ~/.config/sway/config: bindsym --no-repeat F9 exec dictated toggle"
    with pytest.raises(HotkeyError) as told:
        advised.start(print)
    bound = 'have hotkeys.toggle = "" where you bind it yourself'
    assert str(told.value) == f"the desktop has no such portal; {bound}; {line}"


def test_stopping_stops_the_watcher() -> None:
    broken = Broken()
    Advised(broken, "", {}).stop()
    assert broken.stopped
