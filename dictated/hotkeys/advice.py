"""How a key is bound to `dictated toggle` in the desktop itself, for who can watch none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from Xlib import XK

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import is_modifier, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.hotkeys.combination import Parts

_ANYWHERE = "bind `dictated toggle` to a key in the desktop's settings"

_USUAL = "<ctrl>+<alt>+d"
"""Shown where there is no combination, or one that these configurations cannot write."""

_SWAY = {"ctrl": "Ctrl", "alt": "Mod1", "cmd": "Mod4", "shift": "Shift"}
"""sway(5), bindsym."""

_HYPRLAND = {"ctrl": "CTRL", "alt": "ALT", "cmd": "SUPER", "shift": "SHIFT"}
"""Hyprland's wiki, Variables, "MOD"."""

_NAMES = {getattr(XK, name): name.removeprefix("XK_") for name in dir(XK) if name.startswith("XK_")}


def advice(combination: str, environ: Mapping[str, str]) -> str:
    """Return the line to put into the desktop's configuration, or what to do in its settings."""
    if environ.get("SWAYSOCK"):
        keys = "+".join(_keys(combination, _SWAY))
        return f"put this into ~/.config/sway/config: bindsym --no-repeat {keys} exec dictated toggle"
    if environ.get("HYPRLAND_INSTANCE_SIGNATURE"):
        *modifiers, key = _keys(combination, _HYPRLAND)
        line = f"bind = {' '.join(modifiers)}, {key}, exec, dictated toggle"
        return f"put this into ~/.config/hypr/hyprland.conf: {line}"
    return _ANYWHERE


def _keys(combination: str, modifiers: Mapping[str, str]) -> list[str]:
    """Return the keys of the combination by these names, the modifiers first."""
    try:
        parts = parse(combination)
    except HotkeyError:
        parts = ()
    names = _named(parts, modifiers)
    return names or _named(parse(_USUAL), modifiers)


def _named(parts: Parts, modifiers: Mapping[str, str]) -> list[str]:
    """Return the names, modifiers first; none where one has no name, or there is not one other key."""
    known = {sym: said for name, said in modifiers.items() for sym in parse(f"<{name}>+<f1>")[0]}
    held = [known.get(min(part), "") for part in parts if is_modifier(part)]
    plain = [_NAMES.get(min(part), "") for part in parts if not is_modifier(part)]
    return [*held, *plain] if len(plain) == 1 and all([*held, *plain]) else []
