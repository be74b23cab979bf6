"""Rules of wtype: every character arrives whatever the layout, and a failure is never called a success."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import anyio
import pytest
from fixtures.veil import VIRTUAL_KEYBOARD, veiled

from dictated.errors import SinkError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.wtype import Wtype

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sway import Session

pytestmark = pytest.mark.desktop

TEXT = "é ß я 你 🙂 “so” ‘it’ „ist“ es — \"QUITE\" 'RIGHT' ~!@#$%^&*()_+{}|:<>?`-=[]\\;,./ € ﬁ ñ ½ "  # noqa: RUF001  (typographic quotes are a point of it)


@pytest.mark.parametrize("layout", ["us", "de"])
async def test_every_character_arrives_whatever_the_layout(session: Session, layout: str) -> None:
    session.layout(layout)
    window = session.terminal()
    await Wtype(session.env).type(TEXT)
    assert await window.read(len(TEXT)) == TEXT


async def test_the_encoding_of_the_session_does_not_matter(session: Session) -> None:
    window = session.terminal()
    await Wtype(session.env | {"LC_ALL": "C"}).type("aéb")
    assert await window.read(3) == "aéb"


async def test_a_compositor_without_the_protocol_is_told_and_nothing_is_typed(
    session: Session, tmp_path: Path
) -> None:
    window = session.terminal()
    with (
        veiled(tmp_path / session.env["WAYLAND_DISPLAY"], tmp_path / "veil", VIRTUAL_KEYBOARD),
        pytest.raises(UnsupportedError, match="does not support the virtual keyboard protocol"),
    ):
        await Wtype(session.env | {"WAYLAND_DISPLAY": "veil"}).type("words")
    assert await window.rest() == ""


async def test_a_compositor_that_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(UnsupportedError, match="Wayland connection failed"):
        await Wtype(session.env | {"WAYLAND_DISPLAY": "nobody"}).type("words")


async def test_a_missing_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="wtype is not installed"):
        await Wtype({"PATH": str(tmp_path)}).type("words")


async def test_a_compositor_that_goes_away_in_the_middle_is_no_success(session: Session) -> None:
    window = session.terminal()
    async with anyio.create_task_group() as group:
        handle = group.start_soon(typed, Wtype(session.env), "x" * 100)
        await window.read(5)
        session.process.send_signal(signal.SIGKILL)
    assert "part of it may be missing" in await handle


async def test_a_program_that_breaks_off_may_have_typed_a_part(tmp_path: Path) -> None:
    stand_in(tmp_path, "wtype", "echo 'Failed to create the temporary keymap file' >&2; exit 1")
    with pytest.raises(SinkError, match=r"broke off \(Failed to create the temporary keymap file\)") as told:
        await Wtype({"PATH": f"{tmp_path}:/bin"}).type("words")
    assert type(told.value) is SinkError


async def typed(wtype: Wtype, text: str) -> str:
    try:
        await wtype.type(text)
    except SinkError as error:
        return str(error)
    return ""


def stand_in(folder: Path, program: str, script: str) -> None:
    (folder / program).write_text(f"#!/bin/sh\n{script}\n")
    (folder / program).chmod(0o755)
