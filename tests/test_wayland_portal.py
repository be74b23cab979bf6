"""Rules of typing by the desktop's portal: exact, and never a success that was none.

The portal is xdg-desktop-portal itself, before a desktop of ours; the keys that fail are those of a double.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from fixtures.portal import Newer, Portal
from fixtures.screen import DEADLINE

from dictated.errors import SinkError
from dictated.wayland import portal as typing
from dictated.wayland.method import UnsupportedError
from dictated.wayland.permission import Permission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from fixtures.notifications import Bus

SHIFT, INSERT, BACKSPACE = 0xFFE1, 0xFF63, 0xFF08


@pytest.fixture
def desktop(tmp_path: Path, bus: Bus) -> Iterator[Portal]:
    portal = Portal(tmp_path, bus)
    yield portal
    portal.close()


@pytest.fixture
def newer(bus: Bus) -> Iterator[Newer]:
    portal = Newer(bus)
    yield portal
    portal.stop()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    return tmp_path / "state" / "portal-token"


@asynccontextmanager
async def method(
    bus: Bus, token: Path, dialog: float = DEADLINE, quiet: float = DEADLINE
) -> AsyncIterator[typing.Portal]:
    permission = Permission(bus.environ, token, dialog, quiet)
    portal = typing.Portal(bus.environ, token.parent, permission)
    yield portal
    await portal.close()


def typed(*keysyms: int) -> list[tuple[int, int]]:
    return [(keysym, state) for keysym in keysyms for state in (1, 0)]


async def test_each_character_is_pressed_and_let_go_in_its_turn(
    bus: Bus, desktop: Portal, token: Path
) -> None:
    async with method(bus, token) as portal:
        await portal.type("Aé я你🙂")
    assert desktop.backend.keys(12) == typed(0x41, 0xE9, 0x20, 0x100044F, 0x1004F60, 0x101F642)


async def test_a_long_text_keeps_its_order(bus: Bus, desktop: Portal, token: Path) -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    async with method(bus, token) as portal:
        await portal.type(text)
    assert desktop.backend.keys(600) == typed(*(0x1000000 | ord(character) for character in text))


async def test_the_key_that_pastes_is_pressed_with_shift_held(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.paste()
    assert desktop.backend.keys(4) == [(SHIFT, 1), (INSERT, 1), (INSERT, 0), (SHIFT, 0)]


async def test_so_much_is_taken_back_as_is_asked(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.backspace(3)
    assert desktop.backend.keys_until_closed() == typed(BACKSPACE, BACKSPACE, BACKSPACE)


async def test_closing_ends_the_session(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.type("a")
    desktop.backend.wait_for("Session.Close")


async def test_no_key_is_pressed_without_permission(bus: Bus, desktop: Portal, token: Path) -> None:
    desktop.backend.answer("Start", (1, {}))
    async with method(bus, token) as portal:
        with pytest.raises(UnsupportedError):
            await portal.type("a")
    assert desktop.backend.keys_until_closed() == []


async def test_a_session_that_the_desktop_ended_is_opened_again(
    bus: Bus, desktop: Portal, token: Path
) -> None:
    async with method(bus, token) as portal:
        await portal.type("a")
        desk = await portal._permission.desk()  # noqa: SLF001  (when it has heard of the end)
        desktop.backend.end(desk.session)
        await desk.ended.wait()
        await portal.type("b")
    assert desktop.backend.keys(4) == typed(0x61, 0x62)


async def test_a_portal_that_comes_back_is_used_again(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.type("a")
        desk = await portal._permission.desk()  # noqa: SLF001  (when it has heard of the end)
        desktop.end()
        await desk.ended.wait()
        with pytest.raises(UnsupportedError, match=r"org\.freedesktop\.portal\.Desktop"):
            await portal.type("b")
        desktop.start()
        await portal.type("c")
    assert desktop.backend.keys(4) == typed(0x61, 0x63)


async def test_a_portal_that_dies_under_a_text_is_no_success(bus: Bus, desktop: Portal, token: Path) -> None:
    def end() -> None:
        desktop.backend.keys(4)
        desktop.end()

    async with method(bus, token) as portal, anyio.create_task_group() as tasks:
        await portal.type("a")
        tasks.start_soon(anyio.to_thread.run_sync, end)
        with pytest.raises(SinkError, match="has ended") as fault:
            await portal.type("b" * 10_000)
    assert not isinstance(fault.value, UnsupportedError)


async def test_a_stop_leaves_no_key_down(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.type("a")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(portal.type, "b" * 1000)
            keys = await anyio.to_thread.run_sync(desktop.backend.keys, 4)
            tasks.cancel_scope.cancel()
    keys += desktop.backend.keys_until_closed()
    assert (len(keys) < 2002, keys[-2:]) == (True, typed(0x62))


async def test_a_bus_without_a_portal_is_left_to_another_way(bus: Bus, token: Path) -> None:
    async with method(bus, token) as portal:
        with pytest.raises(UnsupportedError, match=r"org\.freedesktop\.portal\.Desktop"):
            await portal.type("a")


async def test_no_bus_at_all_is_left_to_another_way(token: Path) -> None:
    portal = typing.Portal({}, token.parent)
    with pytest.raises(UnsupportedError, match="there is no session bus"):
        await portal.type("a")


async def test_where_not_even_the_first_key_was_taken_another_way_may_be_tried(
    bus: Bus, newer: Newer, token: Path
) -> None:
    newer.fails = 0
    async with method(bus, token) as portal:
        with pytest.raises(UnsupportedError, match="Invalid session"):
            await portal.type("abc")


async def test_a_key_that_fails_later_is_no_success(bus: Bus, newer: Newer, token: Path) -> None:
    newer.fails = 3
    async with method(bus, token) as portal:
        with pytest.raises(SinkError, match="broke off") as fault:
            await portal.type("abc")
    assert not isinstance(fault.value, UnsupportedError)


async def test_a_key_without_an_answer_is_no_success(bus: Bus, newer: Newer, token: Path) -> None:
    newer.answer("NotifyKeyboardKeysym", None)
    async with method(bus, token) as portal:
        with pytest.raises(SinkError, match="no answer within 2 s") as fault:
            await portal.type("abc")
    assert not isinstance(fault.value, UnsupportedError)


async def test_a_bus_that_dies_under_the_first_key_is_no_success(bus: Bus, newer: Newer, token: Path) -> None:
    newer.answer("NotifyKeyboardKeysym", None)
    async with method(bus, token) as portal, anyio.create_task_group() as tasks:

        async def type_() -> None:
            with pytest.raises(SinkError, match="broke off"):
                await portal.type("a")

        tasks.start_soon(type_)
        await anyio.to_thread.run_sync(newer.wait_for, "NotifyKeyboardKeysym")
        bus.kill()


async def test_after_a_key_failed_the_session_is_closed_so_that_nothing_stays_down(
    bus: Bus, newer: Newer, token: Path
) -> None:
    newer.fails = 1
    async with method(bus, token) as portal:
        with pytest.raises(SinkError):
            await portal.type("a")
        newer.wait_for("Close")
