"""The tray's icon as a StatusNotifierItem, and what its host may ask of it.

The interface is that of freedesktop.org's "Status Notifier Item", under the name KDE gave it: the one
that hosts ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress, HeaderFields, new_error, new_method_return, new_signal

from dictated.tray import menu
from dictated.tray.look import Badge, Look
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message

    from dictated.types import Wish

PATH = "/StatusNotifierItem"
INTERFACE = "org.kde.StatusNotifierItem"

_ERROR = "org.freedesktop.DBus.Error"
_IGNORED = ("ContextMenu", "Scroll", "ProvideXdgActivationToken")
"""Methods of the interface that do nothing here: the host shows the menu itself."""


class Item:
    """Answers a host's questions after what it looks like now, and says what changed."""

    def __init__(self, send: Callable[[Wish], object], noticed: Callable[[], object]) -> None:
        """`send` takes what the user asks for by it; `noticed` is told when the user has looked."""
        self.look = Look()
        self._send = send
        self._noticed = noticed
        self._revision = 1

    def change(self, look: Look) -> list[Message]:
        """Look like this from now on; return the signals that tell it."""
        before, self.look = self.look, look
        signals = []
        if menu.entries(before) != menu.entries(look):
            self._revision += 1
            signals.append(
                _signal(menu.PATH, menu.INTERFACE, "LayoutUpdated", "ui", (self._revision, menu.ROOT))
            )
        if (before.listening, before.badge) != (look.listening, look.badge):
            signals += [_signal(PATH, INTERFACE, name) for name in ("NewIcon", "NewAttentionIcon")]
            signals.append(_signal(PATH, INTERFACE, "NewStatus", "s", (_status(look),)))
        if before.line != look.line:
            signals.append(_signal(PATH, INTERFACE, "NewToolTip"))
        return signals

    def answer(self, call: Message) -> Message:
        """Do what is called, and return the answer to it: where there is no such thing, an error."""
        fields = call.header.fields
        interface, member = fields.get(HeaderFields.interface), fields.get(HeaderFields.member)
        match (fields.get(HeaderFields.path), interface):
            case (_, "org.freedesktop.DBus.Peer") if member == "Ping":
                return new_method_return(call)
            case (_, "org.freedesktop.DBus.Properties"):
                found = self._ask(member, call.body)
            case (path, _) if path == PATH:
                found = self._act(member)
            case (path, _) if path == menu.PATH:
                found = self._ask_menu(member, call.body, fields.get(HeaderFields.signature, ""))
            case _:
                found = None
        if found is None:
            return new_error(call, f"{_ERROR}.InvalidArgs", "s", (f"there is no such {member} here",))
        return new_method_return(call, *found)

    def properties(self) -> dict[str, tuple[str, Any]]:
        """Return what a host shows."""
        from dictated.tray.icon import pixmaps  # noqa: PLC0415 (brings numpy)

        images = pixmaps(self.look.badge, listening=self.look.listening)
        return {
            "Category": ("s", "ApplicationStatus"),
            "Id": ("s", "dictated"),
            "Title": ("s", "Dictation"),
            "Status": ("s", _status(self.look)),
            "WindowId": ("i", 0),
            "IconThemePath": ("s", ""),
            "IconName": ("s", ""),  # a host that finds a name in its theme leaves the picture out
            "IconPixmap": ("a(iiay)", images),
            "OverlayIconName": ("s", ""),
            "OverlayIconPixmap": ("a(iiay)", []),
            "AttentionIconName": ("s", ""),
            "AttentionIconPixmap": ("a(iiay)", images),
            "AttentionMovieName": ("s", ""),
            "ToolTip": ("(sa(iiay)ss)", ("", [], "Dictation", self.look.line)),
            "ItemIsMenu": ("b", False),
            "Menu": ("o", menu.PATH),
        }

    def _ask(self, member: str | None, body: tuple[Any, ...]) -> tuple[Any, ...] | None:
        known = {INTERFACE: self.properties(), menu.INTERFACE: menu.PROPERTIES}
        match (member, *body):
            case ("Get", str(interface), str(name)):
                value = known.get(interface, {}).get(name)
                return value and ("v", (value,))
            case ("GetAll", str(interface)) if interface in known:
                return ("a{sv}", (known[interface],))
        return None

    def _act(self, member: str | None) -> tuple[Any, ...] | None:
        if member in _IGNORED:
            return ()
        if member not in ("Activate", "SecondaryActivate"):
            return None
        self._noticed()
        self._send(Command.TOGGLE)
        return ()

    def _ask_menu(self, member: str | None, body: tuple[Any, ...], form: str) -> tuple[Any, ...] | None:
        match (member, *body):
            case ("Event", int(number), str(event), _, _):
                self._happened(number, event)
                return ()
            case ("EventGroup", list(events)) if form == "a(isvu)":
                for number, event, _, _ in events:
                    self._happened(number, event)
                return ("ai", ([],))
            case _:
                return menu.answer(member, body, menu.entries(self.look), self._revision)

    def _happened(self, number: int, event: str) -> None:
        """Do what was clicked on; a menu that was closed has been looked at."""
        if event == "closed" and number == menu.ROOT:
            self._noticed()
        entry = menu.find(number, menu.entries(self.look))
        if event == "clicked" and entry is not None and entry.enabled and entry.wish is not None:
            self._noticed()
            self._send(entry.wish)


def _status(look: Look) -> str:
    return "NeedsAttention" if look.badge is Badge.ATTENTION else "Active"


def _signal(
    path: str, interface: str, name: str, signature: str | None = None, body: tuple[Any, ...] = ()
) -> Message:
    return new_signal(DBusAddress(path, interface=interface), name, signature, body)
