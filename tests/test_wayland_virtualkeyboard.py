"""Rules of the virtual keyboard: every character arrives whatever the layout, and a failure is no success."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import anyio
import pytest
from fixtures.veil import VIRTUAL_KEYBOARD, veiled

from dictated.errors import SinkError
from dictated.wayland import keyboard
from dictated.wayland.method import UnsupportedError
from dictated.wayland.virtualkeyboard import VirtualKeyboard, offered

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sway import Session

pytestmark = pytest.mark.desktop

TEXT = "é ß я 你 🙂 “so” ‘it’ „ist“ es — \"QUITE\" 'RIGHT' ~!@#$%^&*()_+{}|:<>?`-=[]\\;,./ € ﬁ ñ ½ "  # noqa: RUF001  (typographic quotes are a point of it)

MORE = "Съешь же ещё, Ξεσκεπάζω την, 今天天气很好。日本語, e\u0301 n\u0303, 👍🏽 👨‍👩‍👧 ❤️ "


@pytest.mark.parametrize("layout", ["us", "de", "fr", "ru", "cz"])
async def test_every_character_arrives_whatever_the_layout(session: Session, layout: str) -> None:
    session.layout(layout)
    window = session.terminal()
    await VirtualKeyboard(session.env).type(TEXT + MORE)
    assert await window.read(len(TEXT + MORE)) == TEXT + MORE


async def test_more_characters_than_a_keyboard_has_keys_arrive_in_order(session: Session) -> None:
    text, window = "".join(map(chr, range(0x4E00, 0x4E00 + 500))), session.terminal()
    await VirtualKeyboard(session.env).type(text)
    assert await window.read(500) == text


async def test_a_window_of_x11_sees_the_keymap_before_the_keys(session_with_x11: Session) -> None:
    window, typing = session_with_x11.xterm(), VirtualKeyboard(session_with_x11.env)
    for text in (TEXT, MORE):
        await typing.type(text)
    assert await window.read(len(TEXT + MORE)) == TEXT + MORE


async def test_the_hand_of_the_user_has_its_own_layout_afterwards(session: Session) -> None:
    window = session.terminal()
    await VirtualKeyboard(session.env).type("éя")
    session.run("wtype", "hand")
    assert await window.read(6) == "éяhand"


async def test_a_window_that_does_not_read_is_not_swamped_and_lives(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard, "_STUCK_SECONDS", 0.2)
    window = session.terminal()
    window.process.send_signal(signal.SIGSTOP)
    said = await typed(VirtualKeyboard(session.env), "x" * 5000)
    window.process.send_signal(signal.SIGCONT)
    arrived = await window.rest()
    assert ("takes no more keys" in said, 0 < len(arrived) < 5000, window.process.poll()) == (
        True,
        True,
        None,
    )


async def test_a_window_that_pauses_misses_nothing(session: Session) -> None:
    window = session.terminal()
    window.process.send_signal(signal.SIGSTOP)
    async with anyio.create_task_group() as group:
        group.start_soon(VirtualKeyboard(session.env).type, "x" * 3000)
        await anyio.to_thread.run_sync(window.process.send_signal, signal.SIGCONT)
    assert await window.read(3000) == "x" * 3000


async def test_where_nobody_tells_how_far_windows_are_keys_go_slowly_and_arrive(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard.Backlog, "worst", lambda _self: None)
    window, began = session.terminal(), anyio.current_time()
    await VirtualKeyboard(session.env).type("x" * 100)
    assert (await window.read(100), anyio.current_time() - began > 0.4) == ("x" * 100, True)


async def test_backspace_is_pressed_as_often_as_is_asked(session: Session) -> None:
    window = session.terminal()
    await VirtualKeyboard(session.env).backspace(3)
    assert await window.rest() == "\x7f" * 3


async def test_a_compositor_without_the_protocol_is_told_and_nothing_is_typed(
    session: Session, tmp_path: Path
) -> None:
    window = session.terminal()
    with (
        veiled(tmp_path / session.env["WAYLAND_DISPLAY"], tmp_path / "veil", VIRTUAL_KEYBOARD),
        pytest.raises(UnsupportedError, match="the compositor has no zwp_virtual_keyboard_manager_v1"),
    ):
        await VirtualKeyboard(session.env | {"WAYLAND_DISPLAY": "veil"}).type("words")
    assert await window.rest() == ""


async def test_a_compositor_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="no compositor listens on"):
        await VirtualKeyboard({"WAYLAND_DISPLAY": str(tmp_path / "nobody")}).type("words")


async def test_a_compositor_that_goes_away_in_the_middle_is_no_success(session: Session) -> None:
    window = session.terminal()
    async with anyio.create_task_group() as group:
        handle = group.start_soon(typed, VirtualKeyboard(session.env), "x" * 20_000)
        await window.read(5)
        session.process.send_signal(signal.SIGKILL)
    assert "part of the text may be missing" in await handle


async def test_whether_it_is_offered_is_seen_without_typing(session: Session, tmp_path: Path) -> None:
    with veiled(tmp_path / session.env["WAYLAND_DISPLAY"], tmp_path / "veil", VIRTUAL_KEYBOARD):
        hidden = await offered(session.env | {"WAYLAND_DISPLAY": "veil"})
    gone = await offered({"WAYLAND_DISPLAY": str(tmp_path / "nobody")})
    assert (await offered(session.env), hidden, gone) == (True, False, False)


async def typed(typing: VirtualKeyboard, text: str) -> str:
    try:
        await typing.type(text)
    except SinkError as error:
        return str(error)
    return ""


def stand_in(folder: Path, program: str, script: str) -> None:
    (folder / program).write_text(f"#!/bin/sh\n{script}\n")
    (folder / program).chmod(0o755)
