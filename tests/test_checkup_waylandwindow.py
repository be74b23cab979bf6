"""Rules of the doctor's window on Wayland: it has the keyboard, reads keys as a program does, and pastes."""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import pytest
from fixtures.veil import veiled

from dictated.checkup.sample import SAMPLE
from dictated.checkup.waylandwindow import WaylandWindow, opened
from dictated.checkup.xkbcommon import Keys
from dictated.wayland.method import UnsupportedError
from dictated.wayland.virtualkeyboard import VirtualKeyboard
from dictated.wayland.wire import Wire, message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fixtures.sway import Session

pytestmark = pytest.mark.desktop

PATIENCE = 10.0


@asynccontextmanager
async def listening(session: Session) -> AsyncIterator[WaylandWindow]:
    """Have the window, with the keyboard."""
    async with opened(session.env) as own, anyio.create_task_group() as tasks:
        tasks.start_soon(own.listen)
        assert await own.focus(PATIENCE)
        yield own
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("layout", ["us", "fr"])
async def test_it_reads_every_character_that_is_typed(session: Session, layout: str) -> None:
    session.layout(layout)
    async with listening(session) as own:
        await VirtualKeyboard(session.env).type(SAMPLE)
        assert await own.read(len(SAMPLE), PATIENCE) == SAMPLE


async def test_it_follows_one_keymap_after_the_other(session: Session) -> None:
    async with listening(session) as own:
        for text in ("é", "я", "a"):
            session.run("wtype", text)
        assert await own.read(3, PATIENCE) == "éяa"


async def test_what_came_beyond_what_was_expected_is_read_too(session: Session) -> None:
    async with listening(session) as own:
        for text in ("a", "b"):
            session.run("wtype", text)  # nothing is read meanwhile; each keymap ends what is read at once
        assert await own.read(1, PATIENCE) == "ab"


async def test_what_came_can_be_forgotten(session: Session) -> None:
    async with listening(session) as own:
        session.run("wtype", "old")
        await own.read(3, PATIENCE)
        own.forget()
        session.run("wtype", "new")
        assert await own.read(3, PATIENCE) == "new"


@pytest.mark.parametrize("which", [[], ["--primary"]])
async def test_shift_and_insert_paste_what_was_copied_or_else_marked(
    session: Session, which: list[str]
) -> None:
    session.copy(SAMPLE, *which)
    async with listening(session) as own:
        await VirtualKeyboard(session.env).paste()
        assert await own.read(len(SAMPLE), PATIENCE) == SAMPLE


async def test_what_is_copied_while_it_is_open_is_what_it_pastes(session: Session) -> None:
    session.copy("before")
    async with listening(session) as own:
        session.copy("after")
        await VirtualKeyboard(session.env).paste()
        assert await own.read(5, PATIENCE) == "after"


@pytest.mark.parametrize("what", [None, "image/png"])
async def test_where_there_is_no_text_nothing_is_pasted(session: Session, what: str | None) -> None:
    if what:
        session.copy("a picture", "--type", what)
    async with listening(session) as own:
        await VirtualKeyboard(session.env).paste()
        assert await own.read(1, 0.2) == ""


async def test_it_knows_when_another_window_takes_the_keyboard(session: Session) -> None:
    async with listening(session) as own:
        await anyio.to_thread.run_sync(session.terminal)
        with anyio.fail_after(PATIENCE):
            await own.left()
        assert not own.focused


@pytest.mark.parametrize("how", ["user", "compositor"])
async def test_once_it_is_gone_nobody_waits_for_it(session: Session, how: str) -> None:
    async with listening(session) as own:
        if how == "user":
            session.run("swaymsg", '[app_id="dictated-doctor"] kill')
        else:
            session.process.send_signal(signal.SIGKILL)
        with anyio.fail_after(PATIENCE):
            await own.left()
            assert (await own.focus(60), await own.read(9, 60)) == (False, "")


async def test_a_compositor_that_shows_no_windows_is_told(session: Session, tmp_path: Path) -> None:
    with (
        veiled(tmp_path / session.env["WAYLAND_DISPLAY"], tmp_path / "veil", b"xdg_wm_base"),
        pytest.raises(UnsupportedError, match="the compositor has no xdg_wm_base"),
    ):
        async with opened(session.env | {"WAYLAND_DISPLAY": "veil"}):
            pass


class Noting(Wire):
    """Notes what would be sent; where it is asked for events, there is a ping, and then the end."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # nothing is sent
        self.sent = b""
        self.heard.names = dict.fromkeys(("wl_compositor", "wl_shm", "xdg_wm_base", "wl_seat"), 1)

    async def greet(self) -> None:
        """Do without."""

    async def send(self, messages: bytes, fd: int | None = None) -> None:
        del fd
        self.sent += messages


async def test_a_ping_is_answered() -> None:
    wire = Noting()
    own = WaylandWindow(wire, Keys())
    await own.open()
    base, wire.sent = own._base, b""  # noqa: SLF001  (what a compositor knows it by)
    await own._take((base, 0, message(0, 0, 77)[8:]))  # noqa: SLF001  (sway 1.7 pings nobody)
    assert wire.sent == message(base, 3, 77)
