"""Which window has the keyboard, where the compositor tells, and giving it back to one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from dictated.profiles import Look
from dictated.wayland.method import UnsupportedError
from dictated.wayland.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOG = logging.getLogger(__name__)

_ANSWER_SECONDS = 1.0
"""What a compositor may take to answer; it takes some 5 ms."""


_LONGEST = 1024
"""Characters of a title or a class that are looked at."""


class Compositor(Protocol):
    """The one that knows; a window's name is its id and its process, as ids are used again."""

    async def window(self) -> str | None:
        """Return the name of the window that has the keyboard, "" when none has, None where nobody tells."""
        ...

    async def look(self) -> Look | None:
        """Return the same with what the window shows of itself; None where nobody tells."""
        ...

    async def focus(self, window: str) -> bool:
        """Give that window the keyboard; say whether it has it."""
        ...


def compositor_of(environ: Mapping[str, str]) -> Compositor:
    """Return the compositor of the session: sway and Hyprland tell, others do not."""
    if environ.get("HYPRLAND_INSTANCE_SIGNATURE"):
        return Hyprland(environ)
    if environ.get("SWAYSOCK"):
        return Sway(environ)
    return Silent()


class Silent:
    """A compositor that tells nobody where the keyboard is."""

    async def window(self) -> str | None:
        """Return None."""
        return None

    async def look(self) -> Look | None:
        """Return None."""
        return None

    async def focus(self, window: str) -> bool:
        """Say that it cannot be done."""
        _LOG.debug("window %s cannot be given the keyboard", window)
        return False


class Sway:
    """Asked by swaymsg(1)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def window(self) -> str | None:
        """Return the window's name; None where sway does not answer."""
        return _name_of(await self.look())

    async def look(self) -> Look | None:
        """Return the window as sway shows it; one of X11 has a class instead of an app_id."""
        tree = await _ask(["swaymsg", "--raw", "--type", "get_tree"], self._environ)
        if not isinstance(tree, dict):
            return None
        focused = (node for node in _nodes(tree) if node.get("focused"))
        return next((_of_sway(node) for node in focused if node.get("pid")), Look())

    async def focus(self, window: str) -> bool:
        """Ask for it, and look."""
        identity = window.split("/", maxsplit=1)[0]
        await _ask(["swaymsg", "--raw", f"[con_id={identity}] focus"], self._environ)
        return await self.window() == window


class Hyprland:
    """Asked by hyprctl(1)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def window(self) -> str | None:
        """Return the window's name; None where Hyprland does not answer."""
        return _name_of(await self.look())

    async def look(self) -> Look | None:
        """Return the window as Hyprland shows it."""
        found = await _ask(["hyprctl", "-j", "activewindow"], self._environ)
        if not isinstance(found, dict):
            return None
        if "address" not in found or "pid" not in found:
            return Look()
        return Look(_text(found, "class"), _text(found, "title"), f"{found['address']}/{found['pid']}")

    async def focus(self, window: str) -> bool:
        """Ask for it, and look."""
        address = window.split("/", maxsplit=1)[0]
        await _ask(["hyprctl", "dispatch", "focuswindow", f"address:{address}"], self._environ)
        return await self.window() == window


def _of_sway(node: dict[str, Any]) -> Look:
    of_x11 = node.get("window_properties")
    kind = _text(node, "app_id") or (_text(of_x11, "class") if isinstance(of_x11, dict) else "")
    return Look(kind, _text(node, "name"), f"{node['id']}/{node['pid']}")


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _name_of(look: Look | None) -> str | None:
    return None if look is None else look.name


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every node of sway's tree (sway-ipc(7), GET_TREE)."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [*node.get("nodes", ()), *node.get("floating_nodes", ())]


async def _ask(command: list[str], environ: Mapping[str, str]) -> object:
    """Return what the program answers in JSON, None where it does not."""
    try:
        ended = await run(command, environ, timeout=_ANSWER_SECONDS)
    except UnsupportedError as problem:
        _LOG.debug("which window has the keyboard is not known: %s", problem)
        return None
    if ended.fault:
        _LOG.debug("%s: %s", command[0], ended.fault)
        return None
    try:
        return msgspec.json.decode(ended.output)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
