"""Rules of the permission to type: asked for once, held to, kept for the user alone.

The portal is xdg-desktop-portal itself, before a desktop of ours; that of the token is a double, as Debian 12 has
version 1 of the interface, which gives none.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import anyio.to_thread
import pytest
from test_wayland_portal import desktop, method, newer, token, typed

from dictated.errors import HeldError
from dictated.wayland.method import UnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.notifications import Bus
    from fixtures.portal import Newer, Portal

__all__ = ["desktop", "newer", "token"]  # fixtures


async def test_the_user_is_asked_once_for_many_texts(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        for text in "abc":
            await portal.type(text)
    assert len(desktop.backend.told_of("Start")) == 1


async def test_no_more_than_the_keyboard_is_asked_for(bus: Bus, desktop: Portal, token: Path) -> None:
    async with method(bus, token) as portal:
        await portal.type("a")
    assert desktop.backend.wait_for("SelectDevices")[3]["types"] == ("u", 1)


async def test_who_said_no_is_not_asked_again(bus: Bus, desktop: Portal, token: Path) -> None:
    desktop.backend.answer("Start", (1, {}))
    async with method(bus, token) as portal:
        for _ in range(2):
            with pytest.raises(UnsupportedError, match=r"does not let dictated type; .*after a restart"):
                await portal.type("a")
    assert len(desktop.backend.told_of("Start")) == 1


async def test_without_the_keyboard_nothing_is_typed(bus: Bus, desktop: Portal, token: Path) -> None:
    desktop.backend.answer("Start", (0, {"devices": ("u", 2)}))
    async with method(bus, token) as portal:
        with pytest.raises(UnsupportedError, match="did not give dictated the keyboard"):
            await portal.type("a")


async def test_while_the_dialog_is_open_words_are_held_and_no_second_one_opens(
    bus: Bus, desktop: Portal, token: Path
) -> None:
    desktop.backend.answer("Start", None)
    async with method(bus, token, quiet=0.2) as portal:
        for _ in range(2):
            with pytest.raises(HeldError, match="answer its dialog"):
                await portal.type("a")
        desktop.backend.wait_for("Start")
        assert desktop.backend.told_of("Start") == []


async def test_once_the_dialog_is_answered_words_are_typed(bus: Bus, desktop: Portal, token: Path) -> None:
    desktop.backend.answer("Start", None)
    async with method(bus, token, quiet=0.2) as portal:
        with pytest.raises(HeldError):
            await portal.type("a")
        await anyio.to_thread.run_sync(desktop.backend.answer_late, 0, {"devices": ("u", 1)})
        await portal._permission._attempt.settled.wait()  # noqa: SLF001  (the answer has come)
        await portal.type("b")
    assert desktop.backend.keys(2) == typed(0x62)


async def test_a_dialog_that_nobody_answers_is_closed_and_not_shown_again(
    bus: Bus, desktop: Portal, token: Path
) -> None:
    desktop.backend.answer("Start", None)
    async with method(bus, token, dialog=0.1, quiet=5.0) as portal:
        for _ in range(2):
            with pytest.raises(UnsupportedError, match="nobody answered"):
                await portal.type("a")
    desktop.backend.wait_for("Start")
    desktop.backend.wait_for("Request.Close")


async def test_closing_closes_the_dialog(bus: Bus, desktop: Portal, token: Path) -> None:
    desktop.backend.answer("Start", None)
    async with method(bus, token, quiet=0.2) as portal:
        with pytest.raises(HeldError):
            await portal.type("a")
        await anyio.to_thread.run_sync(desktop.backend.wait_for, "Start")
    desktop.backend.wait_for("Request.Close")


async def test_the_token_is_kept_for_the_user_alone(bus: Bus, newer: Newer, token: Path) -> None:
    newer.grants["Start"] = {"devices": ("u", 1), "restore_token": ("s", "one")}
    async with method(bus, token) as portal:
        await portal.type("a")
    assert (token.read_text(), stat.S_IMODE(token.stat().st_mode)) == ("one", 0o600)


async def test_a_permission_is_asked_to_last_and_restored_by_its_token(
    bus: Bus, newer: Newer, token: Path
) -> None:
    newer.grants["Start"] = {"devices": ("u", 1), "restore_token": ("s", "one")}
    for _ in range(2):
        async with method(bus, token) as portal:
            await portal.type("a")
    first, second = [options for _, options in newer.told_of("SelectDevices")]
    assert (first["persist_mode"], "restore_token" in first) == (("u", 2), False)
    assert (second["persist_mode"], second["restore_token"]) == (("u", 2), ("s", "one"))


async def test_each_start_renews_the_token(bus: Bus, newer: Newer, token: Path) -> None:
    token.parent.mkdir()
    token.write_text("one")
    newer.grants["Start"] = {"devices": ("u", 1), "restore_token": ("s", "two")}
    async with method(bus, token) as portal:
        await portal.type("a")
    assert token.read_text() == "two"


async def test_a_permission_for_once_leaves_no_token(bus: Bus, newer: Newer, token: Path) -> None:
    token.parent.mkdir()
    token.write_text("one")
    async with method(bus, token) as portal:
        await portal.type("a")
    assert (newer.told_of("Start") != [], token.exists()) == (True, False)


async def test_a_token_that_cannot_be_kept_costs_nothing_else(bus: Bus, newer: Newer, token: Path) -> None:
    token.parent.write_text("no directory")
    newer.grants["Start"] = {"devices": ("u", 1), "restore_token": ("s", "one")}
    async with method(bus, token) as portal:
        await portal.type("a")
    assert len(newer.told_of("NotifyKeyboardKeysym")) == 2
