from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jeepney import DBusAddress, HeaderFields, Message, MessageType, Properties, new_method_call
from statuses import LISTENING, LOST, OFF

from dictated.tray.item import INTERFACE, PATH, Item
from dictated.tray.look import look
from dictated.tray.menu import INTERFACE as MENU
from dictated.tray.menu import PATH as MENU_PATH
from dictated.types import Choose, Command

if TYPE_CHECKING:
    from dictated.tray.look import Look
    from dictated.types import Wish

CHOSEN = OFF | {"profile": "mail", "profiles": ["code", "mail"]}
IDLE, WORKING = look(OFF), look(LISTENING | {"waiting": 1})


class Desk:
    """An item, and what it was told."""

    def __init__(self, shown: Look = IDLE) -> None:
        self.sent: list[Wish] = []
        self.seen = 0
        self.item = Item(self.sent.append, self._see)
        self.item.change(shown)

    def _see(self) -> None:
        self.seen += 1

    def ask(self, method: str, signature: str | None = None, *body: Any) -> Message:
        """Call the menu."""
        return self.item.answer(through(MENU_PATH, MENU, method, signature, body))

    def act(self, method: str, signature: str | None = None, *body: Any) -> Message:
        """Call the icon."""
        return self.item.answer(through(PATH, INTERFACE, method, signature, body))

    def value(self, name: str) -> Any:
        """Ask for a property of the icon."""
        answer = self.item.answer(sent(Properties(DBusAddress(PATH, "a.b", INTERFACE)).get(name)))
        return answer.body[0][1]


def sent(message: Message) -> Message:
    """As it comes out at the other end of a bus."""
    return Message.from_buffer(message.serialise(7))


def through(path: str, interface: str, method: str, signature: str | None, body: tuple[Any, ...]) -> Message:
    address = DBusAddress(path, "a.b", interface)
    return sent(new_method_call(address, method, signature, body))


def labels(desk: Desk) -> list[str]:
    _, (_, _, lines) = desk.ask("GetLayout", "iias", 0, -1, []).body
    return [shown.get("label", ("s", "-"))[1] for _, (_, shown, _) in lines]


def test_every_property_can_be_sent() -> None:
    desk = Desk(WORKING)
    for path, interface in ((PATH, INTERFACE), (MENU_PATH, MENU)):
        answer = desk.item.answer(sent(Properties(DBusAddress(path, "a.b", interface)).get_all()))
        assert sent(answer).body[0]


def test_the_icon_needs_attention_only_where_the_user_is_needed() -> None:
    assert [Desk(shown).value("Status") for shown in (IDLE, WORKING, look(LOST))] == [
        "Active",
        "Active",
        "NeedsAttention",
    ]


def test_the_tooltip_is_the_line() -> None:
    assert Desk(WORKING).value("ToolTip")[2:] == ("Dictation", "Listening · 1 utterance to be written")


@pytest.mark.parametrize("method", ["Activate", "SecondaryActivate"])
def test_a_click_starts_or_stops_listening(method: str) -> None:
    desk = Desk()
    desk.act(method, "ii", 3, 4)
    assert (desk.sent, desk.seen) == ([Command.TOGGLE], 1)


@pytest.mark.parametrize("method", ["ContextMenu", "Scroll", "ProvideXdgActivationToken"])
def test_what_does_nothing_is_still_answered(method: str) -> None:
    assert Desk().act(method).header.message_type is MessageType.method_return


def test_the_menu_says_how_things_stand_and_offers_what_fits() -> None:
    assert labels(Desk()) == [
        "Not listening",
        "-",
        "Start listening",
        "Cancel: throw away what is not delivered",
        "Undo: take back what was typed last",
        "-",
        "Quit",
    ]
    assert labels(Desk(WORKING))[:3] == ["Listening · 1 utterance to be written", "-", "Stop listening"]


@pytest.mark.parametrize(
    ("number", "commands"),
    [
        (1, []),
        (2, []),
        (3, [Command.STOP]),
        (4, [Command.CANCEL]),
        (5, [Command.UNDO]),
        (7, [Command.QUIT]),
        (0, []),
        (99, []),
    ],
)
def test_a_line_that_is_chosen_is_done(number: int, commands: list[Command]) -> None:
    desk = Desk(WORKING)
    desk.ask("Event", "isvu", number, "clicked", ("i", 0), 1)
    assert desk.sent == commands


def test_a_line_that_is_grey_does_nothing() -> None:
    desk = Desk(IDLE)
    desk.ask("Event", "isvu", 4, "clicked", ("i", 0), 1)
    assert desk.sent == []


def test_the_menu_offers_each_profile_and_marks_the_one_that_holds() -> None:
    desk = Desk(look(CHOSEN))
    assert labels(desk)[5:-2] == ["-", "Profile: default", "Profile: code", "Profile: mail"]
    asked = desk.ask("GetGroupProperties", "aias", [9, 10, 11], ["toggle-type", "toggle-state"]).body[0]
    assert [shown["toggle-state"] for _, shown in asked] == [("i", 0), ("i", 0), ("i", 1)]


@pytest.mark.parametrize(("number", "profile"), [(9, "default"), (10, "code")])
def test_a_profile_that_is_clicked_on_is_chosen(number: int, profile: str) -> None:
    desk = Desk(look(CHOSEN))
    desk.ask("Event", "isvu", number, "clicked", ("i", 0), 1)
    assert desk.sent == [Choose(profile)]


def test_lines_that_are_chosen_at_once_are_done_in_order() -> None:
    desk = Desk(WORKING)
    events = [(number, "clicked", ("i", 0), 1) for number in (3, 5)]
    assert desk.ask("EventGroup", "a(isvu)", events).body == ([],)
    assert desk.sent == [Command.STOP, Command.UNDO]


def test_to_close_the_menu_is_to_have_seen_and_to_point_at_a_line_is_nothing() -> None:
    desk = Desk(WORKING)
    desk.ask("Event", "isvu", 3, "hovered", ("i", 0), 1)
    desk.ask("Event", "isvu", 0, "closed", ("i", 0), 1)
    assert (desk.sent, desk.seen) == ([], 1)


@pytest.mark.parametrize(
    ("before", "after", "signals"),
    [
        (IDLE, IDLE, []),
        (IDLE, WORKING, ["LayoutUpdated", "NewIcon", "NewAttentionIcon", "NewStatus", "NewToolTip"]),
        (WORKING, look(LISTENING | {"waiting": 2}), ["LayoutUpdated", "NewToolTip"]),
    ],
)
def test_what_changed_is_told_and_nothing_else(before: Look, after: Look, signals: list[str]) -> None:
    told = [sent(signal) for signal in Desk(before).item.change(after)]
    assert [signal.header.fields[HeaderFields.member] for signal in told] == signals


def test_a_menu_that_changed_has_another_number() -> None:
    desk = Desk(IDLE)
    before = desk.ask("GetLayout", "iias", 0, 0, []).body[0]
    told = desk.item.change(WORKING)[0].body
    assert told == (before + 1, 0)
    assert desk.ask("GetLayout", "iias", 0, 0, []).body[0] == before + 1


def test_an_underscore_is_shown_as_it_is() -> None:
    assert labels(Desk(look(OFF | {"error": "set a_key"})))[0] == "Not listening · set a__key"


def test_the_menu_gives_its_parts_as_they_are_asked_for() -> None:
    desk = Desk()
    assert desk.ask("GetLayout", "iias", 0, 0, []).body[1][2] == []
    assert desk.ask("GetLayout", "iias", 7, -1, ["label"]).body[1] == (7, {"label": ("s", "Quit")}, [])
    assert desk.ask("GetGroupProperties", "aias", [0, 2, 99], []).body == (
        [(0, {"children-display": ("s", "submenu")}), (2, {"type": ("s", "separator")})],
    )
    assert desk.ask("GetProperty", "is", 7, "label").body == (("s", "Quit"),)
    assert desk.ask("AboutToShow", "i", 0).body == (False,)
    assert desk.ask("AboutToShowGroup", "ai", [0]).body == ([], [])


@pytest.mark.parametrize(
    "call",
    [
        through(PATH, INTERFACE, "Explode", None, ()),
        through("/elsewhere", INTERFACE, "Activate", "ii", (0, 0)),
        through(PATH, "org.freedesktop.DBus.Properties", "Get", "ss", (INTERFACE, "Colour")),
        through(PATH, "org.freedesktop.DBus.Properties", "Get", "ss", ("a.b", "Id")),
        through(PATH, "org.freedesktop.DBus.Properties", "GetAll", "s", ("a.b",)),
        through(PATH, "org.freedesktop.DBus.Properties", "Set", "ssv", (INTERFACE, "Id", ("s", "x"))),
        through(MENU_PATH, MENU, "GetLayout", "s", ("0",)),
        through(MENU_PATH, MENU, "GetLayout", "iias", (99, -1, [])),
        through(MENU_PATH, MENU, "GetProperty", "is", (99, "label")),
        through(MENU_PATH, MENU, "GetProperty", "is", (2, "label")),
        through(MENU_PATH, MENU, "Event", "i", (3,)),
        through(MENU_PATH, MENU, "EventGroup", "ai", ([3],)),
    ],
)
def test_what_is_not_there_is_an_error_and_does_nothing(call: Message) -> None:
    desk = Desk(WORKING)
    assert desk.item.answer(call).header.message_type is MessageType.error
    assert desk.sent == []


def test_a_ping_is_answered() -> None:
    call = through("/", "org.freedesktop.DBus.Peer", "Ping", None, ())
    assert Desk().item.answer(call).header.message_type is MessageType.method_return
