"""The menu of the tray's icon, in the form of com.canonical.dbusmenu (libdbusmenu's dbus-menu.xml)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dictated.tray.look import DEFAULT
from dictated.types import Choose, Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.tray.look import Look
    from dictated.types import Wish

PATH = "/Menu"
INTERFACE = "com.canonical.dbusmenu"
ROOT = 0
"""The number of the menu itself."""

PROPERTIES: dict[str, tuple[str, Any]] = {
    "Version": ("u", 3),
    "TextDirection": ("s", "ltr"),
    "Status": ("s", "normal"),
    "IconThemePath": ("as", []),
}

_MENU = {"children-display": ("s", "submenu")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; without a label it is a rule between others."""

    number: int
    label: str = ""
    wish: Wish | None = None
    enabled: bool = True
    chosen: bool | None = None  # of several of which one is

    @property
    def properties(self) -> dict[str, tuple[str, Any]]:
        """What hosts ask for; what is not said is as the interface has it by default."""
        if not self.label:
            return {"type": ("s", "separator")}
        shown: dict[str, tuple[str, Any]] = {
            "label": ("s", self.label.replace("_", "__"))
        }  # one alone marks the key of the letter after it
        if self.chosen is not None:
            shown |= {"toggle-type": ("s", "radio"), "toggle-state": ("i", int(self.chosen))}
        return shown if self.enabled else shown | {"enabled": ("b", False)}


def entries(look: Look) -> list[Entry]:
    """Return the lines of the menu, top to bottom."""
    start_or_stop = ("Stop listening", Command.STOP) if look.listening else ("Start listening", Command.START)
    return [
        Entry(1, look.line, enabled=False),
        Entry(2),
        Entry(3, *start_or_stop),
        Entry(4, "Cancel: throw away what is not delivered", Command.CANCEL, enabled=look.cancellable),
        Entry(5, "Undo: take back what was typed last", Command.UNDO),
        *_profiles(look),
        Entry(6),
        Entry(7, "Quit", Command.QUIT),
    ]


def _profiles(look: Look) -> list[Entry]:
    """Return a rule and a line for each profile, where there are any."""
    if not look.profiles:
        return []
    lines = [
        Entry(number, f"Profile: {name}", Choose(name), chosen=name == look.profile)
        for number, name in enumerate((DEFAULT, *look.profiles), start=9)
    ]
    return [Entry(8), *lines]


def answer(
    member: str | None, body: tuple[Any, ...], menu: Sequence[Entry], revision: int
) -> tuple[Any, ...] | None:
    """Return what a question about the menu gives: its signature and the values; None where it gives nothing.

    `revision` is the number of this state of the menu.
    """
    found: tuple[Any, ...] | None = None
    match (member, *body):
        case ("GetLayout", int(parent), int(depth), list(names)):
            lines = layout(parent, depth, names, menu)
            found = lines and ("u(ia{sv}av)", (revision, lines))
        case ("GetGroupProperties", list(numbers), list(names)):
            found = ("a(ia{sv})", (group(numbers, names, menu),))
        case ("GetProperty", int(number), str(name)):
            entry = find(number, menu)
            value = entry.properties.get(name) if entry else None
            found = value and ("v", (value,))
        case ("AboutToShow", int()):
            found = ("b", (False,))
        case ("AboutToShowGroup", list()):
            found = ("aiai", ([], []))
    return found


def find(number: int, menu: Sequence[Entry]) -> Entry | None:
    """Return the line of this number, or None."""
    return next((entry for entry in menu if entry.number == number), None)


def layout(parent: int, depth: int, names: Sequence[str], menu: Sequence[Entry]) -> tuple[Any, ...] | None:
    """Return what GetLayout gives for a line, or for the menu with its lines; None where there is no such.

    Without `names` every property is given; a `depth` of 0 leaves the lines out.
    """
    if parent == ROOT:
        lines = [("(ia{sv}av)", _item(entry, names)) for entry in menu] if depth else []
        return (ROOT, _only(names, _MENU), lines)
    entry = find(parent, menu)
    return None if entry is None else _item(entry, names)


def group(numbers: Sequence[int], names: Sequence[str], menu: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """Return what GetGroupProperties gives: the properties of these lines, or of all where none is named."""
    known = {ROOT: _MENU} | {entry.number: entry.properties for entry in menu}
    return [(number, _only(names, known[number])) for number in numbers or known if number in known]


def _item(entry: Entry, names: Sequence[str]) -> tuple[Any, ...]:
    return (entry.number, _only(names, entry.properties), [])


def _only(names: Sequence[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if not names or name in names}
