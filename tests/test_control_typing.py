"""Rules of what types at the control socket: it takes its time, and keeps nobody else waiting."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from doubles import ListSink
from test_control import daemon, send
from test_session import Desk

from dictated import control
from dictated.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

BOUND_S = 0.5
"""Seconds a request may take in these tests, instead of ten."""

UNDO = b'{"command": "undo"}\n'


class SlowSink(ListSink):
    """Takes texts back, but only when the test lets it; knows whether it was cut off meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.may = anyio.Event()
        self.cut_off = False

    async def undo(self) -> int:
        try:
            await self.may.wait()
        except anyio.get_cancelled_exc_class():
            self.cut_off = True
            raise
        return 7


class SlowDesk(Desk):
    """A session whose words are taken back slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = SlowSink()
        self.parts = replace(self.parts, delivery=Delivery([self.slow], self.slow))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@asynccontextmanager
async def asking(path: Path, line: bytes) -> AsyncGenerator[anyio.abc.SocketStream]:
    """A client that has asked, and has no answer yet."""
    async with await anyio.connect_unix(path) as link:
        await link.send(line)
        yield link


async def answer(link: anyio.abc.SocketStream) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await link.receive())
    return told


async def test_what_takes_longer_to_take_back_than_a_request_may_take_is_not_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "REQUEST_SECONDS", BOUND_S)
    monkeypatch.setattr(control, "SETTLE_SECONDS", 0.0)
    desk = SlowDesk()
    async with daemon(path, desk), asking(path, UNDO) as link:
        with anyio.move_on_after(2 * BOUND_S):
            await link.receive()
        desk.slow.may.set()
        assert (desk.slow.cut_off, await answer(link)) == (False, {"taken_back": 7})


async def test_who_asks_for_anything_else_does_not_wait_for_a_text(path: Path) -> None:
    async with daemon(path, desk := SlowDesk()), AsyncExitStack() as links:
        for _ in range(control.TEXTS):
            await links.enter_async_context(asking(path, UNDO))
        with anyio.fail_after(5):
            assert (await send(path, b'{"command": "toggle"}\n'))["state"] == "starting"
        desk.slow.may.set()


async def test_more_than_so_many_texts_do_not_wait_at_once(path: Path) -> None:
    answers: list[dict[str, Any]] = []
    desk = SlowDesk()

    async def ask() -> None:
        async with asking(path, UNDO) as link:
            answers.append(await answer(link))
            desk.slow.may.set()  # one has been refused: the others may have their turn

    async with daemon(path, desk), anyio.create_task_group() as tasks:
        for _ in range(control.TEXTS + 1):
            tasks.start_soon(ask)
    assert ("wait for their turn" in answers[0]["refused"], answers[1:]) == (
        True,
        [{"taken_back": 7}] * control.TEXTS,
    )


@pytest.mark.parametrize("command", ["insert", "retry"])
@pytest.mark.parametrize("number", ["0", "-1", "1.5", "true", '"7"', "[]", f"{2**63}", "9" * 30])
async def test_a_number_that_the_history_cannot_have_is_refused_and_the_daemon_lives(
    path: Path, command: str, number: str
) -> None:
    async with daemon(path):
        refused = await send(path, f'{{"command": "{command}", "number": {number}}}\n'.encode())
        assert ("no such number" in refused["refused"], (await send(path, UNDO)).keys()) == (
            True,
            {"refused"},
        )
