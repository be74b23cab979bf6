"""Rules of trying the ways of typing on Wayland: each says truly what came, and nothing goes elsewhere.

The portal is xdg-desktop-portal itself; the desktop behind it, a backend of ours, types by wtype. There is no
kernel here to make a keyboard for ydotool: a script types what it is given by wtype in its stead.
"""

from __future__ import annotations

import os
import socket
import subprocess
from threading import Thread
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from fixtures import portal as portals
from fixtures.sway import Session
from fixtures.veil import VIRTUAL_KEYBOARD, veiled
from jeepney import HeaderFields
from test_wayland_virtualkeyboard import stand_in

from dictated import outputconfig
from dictated.checkup import bench
from dictated.checkup.bench import Aimed, Bench
from dictated.checkup.sample import PLAIN, SAMPLE
from dictated.checkup.trial import NO_KEYBOARD, Trial
from dictated.checkup.waylandwindow import opened
from dictated.errors import SinkError
from dictated.wayland.permission import Permission
from dictated.wayland.virtualkeyboard import VirtualKeyboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fixtures.notifications import Bus
    from fixtures.sway import Terminal
    from jeepney import Message

    from dictated.outputconfig import MethodName


pytestmark = pytest.mark.desktop

OURS = '[app_id="dictated-doctor"]'


async def tried(
    env: dict[str, str], *names: MethodName, say: Callable[[str], None] = lambda _: None
) -> dict[str, Trial]:
    return {
        trial.method: trial
        for trial in await bench.tried(names or outputconfig.TypeSink().wayland, env, 0.03, say)
    }


@pytest.fixture
def veil(session: Session, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a session whose compositor has no virtual keyboards."""
    with veiled(tmp_path / session.env["WAYLAND_DISPLAY"], tmp_path / "veil", VIRTUAL_KEYBOARD):
        yield session.env | {"WAYLAND_DISPLAY": "veil"}


@pytest.fixture
def ydotool(session: Session, tmp_path: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Yield what puts a ydotool in place that types by that command, and returns its PATH."""

    def put(types: str) -> dict[str, str]:
        real = f"export WAYLAND_DISPLAY={session.env['WAYLAND_DISPLAY']}"
        script = f"{real}; case $1 in key) wtype -M shift -k Insert -m shift;; *) {types};; esac"
        stand_in(tmp_path, "ydotool", script)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(tmp_path / ".ydotool_socket"))
        yield put


async def test_every_character_reaches_the_window_by_keys_and_by_pasting(session: Session) -> None:
    found = await tried(session.env)
    assert [name for name, trial in found.items() if trial.exact] == ["virtual-keyboard", "paste"]


async def test_nothing_of_it_stays_in_other_windows_or_on_the_clipboard(session: Session) -> None:
    window = session.terminal()
    session.copy("mine é")
    await tried(session.env)
    assert (await window.rest(), session.pasted()) == ("", "mine é")


async def test_the_portal_is_not_tried_where_another_was_exact_before(session: Session) -> None:
    found = await tried(session.env, "virtual-keyboard", "portal")
    assert found["portal"].reason == "not tried: it asks you by a dialog, and virtual-keyboard is exact"


async def test_the_portal_is_tried_where_only_ascii_was_exact_before(
    session: Session, ydotool: Callable[[str], dict[str, str]]
) -> None:
    found = await tried(session.env | ydotool("wtype -"), "ydotool", "portal")
    assert (found["ydotool"].exact, found["portal"].reason[:8]) == (True, "not here")


async def test_without_virtual_keyboards_it_says_so_and_goes_on(
    veil: dict[str, str], ydotool: Callable[[str], dict[str, str]]
) -> None:
    found = await tried(veil | ydotool("wtype -"))
    assert found["virtual-keyboard"].reason.startswith("not here: the compositor has no zwp_virtual_keyboard")
    assert found["portal"].reason.startswith("not here: there is no session bus")
    assert (found["paste"].came, found["ydotool"].came) == (SAMPLE, PLAIN)


async def test_what_came_otherwise_is_told(
    session: Session, ydotool: Callable[[str], dict[str, str]]
) -> None:
    found = await tried(session.env | ydotool("wtype Aa"), "ydotool")
    assert (found["ydotool"].exact, found["ydotool"].came) == (False, "Aa")


async def test_a_tablet_has_no_keyboard_before_it_is_tried(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(Session, "_plug_in_a_keyboard", lambda _: None)
    found = await tried(request.getfixturevalue("session").env, "virtual-keyboard", "paste")
    assert [trial.came for trial in found.values()] == [SAMPLE, SAMPLE]


async def test_where_another_window_keeps_the_keyboard_nothing_is_typed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SHOWN_S", 0.3)
    monkeypatch.setattr(bench, "CLICK_S", 0.1)
    window, said = unmoved(session), list[str]()
    found = await tried(session.env, say=said.append)
    assert [trial.reason for trial in found.values()] == [NO_KEYBOARD] * 4
    assert (said, await window.rest()) == (
        ['click into the window "dictated doctor": nothing is typed into another'],
        "",
    )


def click(session: Session) -> None:
    """Click into the doctor's window as soon as it is there."""
    while "dictated-doctor" not in session.run("swaymsg", "-t", "get_tree"):
        pass
    session.run("swaymsg", f"{OURS} focus")


async def test_a_click_into_the_window_is_waited_for(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "SHOWN_S", 0.3)
    window, hand = unmoved(session), Thread(target=click, args=(session,))
    found = await tried(session.env, "virtual-keyboard", say=lambda _: hand.start())
    hand.join()
    assert (found["virtual-keyboard"].came, await window.rest()) == (SAMPLE, "")


class Wandering:
    """Types one character after the other, but first another window takes the keyboard."""

    name, piece = "wandering", 100

    def __init__(self, session: Session, to: Terminal) -> None:
        self._keys = VirtualKeyboard(session.env)
        self._to = to

    async def type(self, text: str) -> None:
        await anyio.to_thread.run_sync(self._to.focus)
        for char in text:
            await self._keys.type(char)

    async def backspace(self, count: int) -> None:
        await self._keys.backspace(count)


async def test_typing_stops_when_another_window_takes_the_keyboard(session: Session, tmp_path: Path) -> None:
    window, permission = session.terminal(), Permission(session.env, tmp_path / "token")
    async with opened(session.env) as own, anyio.create_task_group() as tasks:
        tasks.start_soon(own.listen)
        tries = Bench(own, permission, set(), lambda _: None)
        await tries.try_out(Wandering(session, window))
        tasks.cancel_scope.cancel()
    assert tries.trials[0].reason == "another window took the keyboard"
    assert len(await window.rest()) < len(SAMPLE) / 2


async def test_the_key_that_pastes_is_not_pressed_into_another_window(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_BACK_S", 0.3)
    window = unmoved(session)
    session.copy("sample", "--primary")
    async with opened(session.env) as own, anyio.create_task_group() as tasks:
        tasks.start_soon(own.listen)
        said = await refused(Aimed(own, VirtualKeyboard(session.env)))
        tasks.cancel_scope.cancel()
    assert (said, await window.rest()) == ("another window took the keyboard", "")


class Desktop(portals.Backend):
    """Types what it is told, as a desktop does: by wtype, into `env`."""

    env: dict[str, str]

    def _take(self, call: Message) -> None:
        if call.header.fields[HeaderFields.member] == "NotifyKeyboardKeysym" and call.body[-1]:
            keysym = call.body[-2]
            char = chr(keysym & 0xFFFFFF if keysym > 0xFFFF else keysym)
            subprocess.run(["wtype", "--", char], env=self.env, check=True, timeout=10)
        super()._take(call)


@pytest.fixture
def desktop(session: Session, bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """Yield the desktop behind a portal, which asks in a dialog that is open until it is answered."""
    Desktop.env = session.env
    monkeypatch.setattr(portals, "Backend", Desktop)
    portal = portals.Portal(tmp_path, bus)
    yield portal.backend  # type: ignore[misc]  # as set above
    portal.close()


async def test_the_user_is_told_of_the_dialog_and_the_window_waited_for_after_it(
    session: Session, veil: dict[str, str], bus: Bus, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.answer("Start", None)
    dialog, said = session.terminal(), list[str]()

    def answer(what: str) -> None:
        said.append(what)
        if len(said) == 1:  # the dialog has the keyboard, and keeps it a little longer
            monkeypatch.setattr(bench, "SHOWN_S", 0.3)
            dialog.focus()
            desktop.answer_late(0, {"devices": ("u", 1)})
        else:
            session.run("swaymsg", f"{OURS} focus")

    found = await tried(veil | bus.environ, "virtual-keyboard", "portal", say=answer)
    assert (found["portal"].came, await dialog.rest()) == (SAMPLE, "")
    assert [what.split()[0] for what in said] == ["the", "click"]


async def test_a_user_who_says_no_is_asked_once(veil: dict[str, str], bus: Bus, desktop: Desktop) -> None:
    desktop.answer("Start", (1, {}))
    found = await tried(veil | bus.environ)
    assert "does not let dictated type" in found["portal"].reason
    assert "does not let dictated type" in found["paste"].reason
    assert len(desktop.told_of("Start")) == 1


def unmoved(session: Session) -> Terminal:
    """Open a terminal that keeps the keyboard when the doctor's window comes."""
    session.run("swaymsg", f"no_focus {OURS}")
    return session.terminal()


async def refused(key: Aimed) -> str:
    try:
        await key.paste()
    except SinkError as error:
        return str(error)
    return ""


def void(_: Any) -> None:
    """Take a value, and give none."""
