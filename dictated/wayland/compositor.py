"""Which window has the keyboard, where the compositor tells, and giving it back to one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from dictated.wayland.method import UnsupportedError
from dictated.wayland.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOG = logging.getLogger(__name__)

_ANSWER_SECONDS = 1.0
"""What a compositor may take to answer; it takes some 5 ms."""


class Compositor(Protocol):
    """The one that knows; a window's name is its id and its process, as ids are used again."""

    async def window(self) -> str | None:
        """Return the name of the window that has the keyboard, "" when none has, None where nobody tells."""
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
        tree = await _ask(["swaymsg", "--raw", "--type", "get_tree"], self._environ)
        if not isinstance(tree, dict):
            return None
        focused = (node for node in _nodes(tree) if node.get("focused"))
        return next((f"{node['id']}/{node['pid']}" for node in focused if node.get("pid")), "")

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
        found = await _ask(["hyprctl", "-j", "activewindow"], self._environ)
        if not isinstance(found, dict):
            return None
        return f"{found['address']}/{found['pid']}" if "address" in found and "pid" in found else ""

    async def focus(self, window: str) -> bool:
        """Ask for it, and look."""
        address = window.split("/", maxsplit=1)[0]
        await _ask(["hyprctl", "dispatch", "focuswindow", f"address:{address}"], self._environ)
        return await self.window() == window


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
