from __future__ import annotations

import json
import os
import socket
import stat
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio import to_thread
from anyio.streams.buffered import BufferedByteReceiveStream
from test_session import Desk

from dictated import control
from dictated.client import ask
from dictated.errors import NotRunningError, RecorderError, RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


NOBODY = 65534


@asynccontextmanager
async def daemon(path: Path, desk: Desk | None = None) -> AsyncIterator[Desk]:
    desk = desk or Desk()
    async with desk.at_work() as session, anyio.create_task_group() as tasks:
        await tasks.start(control.serve, path, session)
        yield desk
        tasks.cancel_scope.cancel()


async def send(path: Path, line: bytes) -> dict[str, Any]:
    async with await anyio.connect_unix(path) as link:
        await link.send(line)
        answer: dict[str, Any] = json.loads(await link.receive())
        return answer


@asynccontextmanager
async def following(path: Path, key: str = "state") -> AsyncIterator[AsyncIterator[Any]]:
    """What is told of one key, when it changes."""

    async def read() -> AsyncIterator[Any]:
        told = None
        while True:
            status = json.loads(await lines.receive_until(b"\n", 65536))
            if status[key] != told:
                told = status[key]
                yield told

    async with await anyio.connect_unix(path) as link:
        await link.send(b'{"command": "follow"}\n')
        lines = BufferedByteReceiveStream(link)
        yield read()


async def until(last: str, states: AsyncIterator[str]) -> AsyncIterator[str]:
    async for state in states:
        yield state
        if state == last:
            return


def as_another_user(path: Path) -> dict[str, Any]:
    """Ask for the status as a user who is not the daemon's."""
    with socket.socket(socket.AF_UNIX) as link:
        os.seteuid(NOBODY)
        try:
            link.connect(path.name)  # from inside the folder: those above it may be closed to him
        finally:
            os.seteuid(0)
        link.sendall(b'{"command": "status"}\n')
        answer: dict[str, Any] = json.loads(link.recv(65536))
        return answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.mark.parametrize(
    ("command", "state"), [("start", "listening"), ("stop", "off"), ("cancel", "off"), ("toggle", "starting")]
)
async def test_a_command_is_answered_with_the_state_it_leads_to(path: Path, command: str, state: str) -> None:
    async with daemon(path):
        assert (await to_thread.run_sync(ask, path, command))["state"] == state


async def test_status_tells_what_was_heard(path: Path) -> None:
    async with daemon(path) as desk:
        await to_thread.run_sync(ask, path, "start")
        await desk.recorder.say("..ss....")
        await desk.sink.holds(1)
        status = await to_thread.run_sync(ask, path, "status")
        assert (status["state"], status["heard"], status["overflows"]) == ("listening", 1, 0)


async def test_a_start_that_fails_is_refused_with_the_reason(path: Path) -> None:
    desk = Desk()
    desk.recorder.broken = RecorderError("no such microphone")
    async with daemon(path, desk):
        with pytest.raises(RequestError, match="no such microphone"):
            await to_thread.run_sync(ask, path, "start")


@pytest.mark.parametrize(
    "line",
    [
        b'{"command": "explode"}\n',
        b"not json\n",
        b"[]\n",
        b'{"command": ["start"]}\n',
        b"\xff\xfe\n",
        b"[" * 4000 + b"\n",
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_and_the_daemon_lives(path: Path, line: bytes) -> None:
    async with daemon(path):
        refused = await send(path, line)
        assert ("refused" in refused, (await send(path, b'{"command": "status"}\n'))["state"]) == (
            True,
            "off",
        )


async def test_a_request_without_end_is_refused(path: Path) -> None:
    async with daemon(path):
        assert "at most 4096 bytes" in (await send(path, b"x" * 5000))["refused"]


async def test_a_client_that_goes_away_does_no_harm(path: Path) -> None:
    async with daemon(path):
        async with await anyio.connect_unix(path) as link:
            await link.send(b'{"comm')
        assert (await to_thread.run_sync(ask, path, "status"))["state"] == "off"


async def test_a_client_that_says_nothing_does_not_keep_others_waiting(path: Path) -> None:
    async with daemon(path):
        silent = await anyio.connect_unix(path)
        assert (await to_thread.run_sync(ask, path, "status"))["state"] == "off"
    await silent.aclose()


async def test_only_its_user_may_open_the_socket(path: Path) -> None:
    async with daemon(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
async def test_another_user_is_refused_though_the_socket_lets_him_in(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    async with daemon(path):
        path.parent.chmod(0o755)
        path.chmod(0o666)
        assert "another user's" in (await to_thread.run_sync(as_another_user, path))["refused"]


async def test_a_program_that_asks_without_end_is_refused_and_others_are_not_for_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "PER_SECOND", 4.0)  # fewer than a busy machine can ask for
    async with daemon(path):
        answers = [await send(path, b'{"command": "status"}\n') for _ in range(control.BURST + 30)]
        assert "less often" in answers[-1]["refused"]
        await anyio.sleep(2 / control.PER_SECOND)
        assert (await send(path, b'{"command": "status"}\n'))["state"] == "off"


async def test_who_follows_is_told_how_things_stand_and_of_each_change(path: Path) -> None:
    async with daemon(path), following(path) as states:
        assert await anext(states) == "off"
        await to_thread.run_sync(ask, path, "start")
        assert [state async for state in until("listening", states)] in (
            ["starting", "listening"],
            ["listening"],
        )


async def test_who_follows_is_told_when_words_no_longer_wait(path: Path) -> None:
    async with daemon(path) as desk, following(path, "waiting") as waiting:
        await to_thread.run_sync(ask, path, "start")
        await desk.recorder.say("..ss....")
        await desk.sink.holds(1)
        async for number in waiting:
            if number:
                break
        assert await anext(waiting) == 0


async def test_who_follows_is_told_what_is_being_said(path: Path) -> None:
    async with daemon(path) as desk, following(path, "hypothesis") as told:
        before = await anext(told)
        desk.session.bulletin.say("But as")
        assert (before, await anext(told)) == ("", "But as")


async def test_nobody_is_told_what_is_being_said_when_all_followers_have_gone(path: Path) -> None:
    async with daemon(path) as desk:
        async with following(path) as states:
            await anext(states)
            followed = desk.session.bulletin.readers
        with anyio.fail_after(5):
            while desk.session.bulletin.readers:
                await anyio.lowlevel.checkpoint()
        assert followed == 1


async def test_who_followed_and_went_away_makes_room_for_another(path: Path) -> None:
    async with daemon(path):
        for _ in range(control.FOLLOWERS + 1):
            async with following(path) as states:
                assert await anext(states) == "off"


async def test_more_than_so_many_do_not_follow_at_once(path: Path) -> None:
    async with daemon(path), AsyncExitStack() as links:
        for _ in range(control.FOLLOWERS):
            await anext(await links.enter_async_context(following(path)))
        assert "follow already" in (await send(path, b'{"command": "follow"}\n'))["refused"]


async def test_a_socket_left_by_a_dead_daemon_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.fspath(path))
    async with daemon(path):
        assert (await to_thread.run_sync(ask, path, "status"))["state"] == "off"


async def test_the_socket_is_gone_when_the_daemon_is(path: Path) -> None:
    async with daemon(path):
        pass
    assert not path.exists()


def test_without_a_daemon_the_client_says_how_to_start_one(path: Path) -> None:
    with pytest.raises(NotRunningError, match="dictated run"):
        ask(path, "status")


@pytest.mark.parametrize("answer", [b"", b"half", b"[]"])
async def test_a_daemon_that_answers_nonsense_is_told(path: Path, answer: bytes) -> None:
    async def babble(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(answer) if answer else None

    async with anyio.create_task_group() as tasks, await anyio.create_unix_listener(path) as listener:
        tasks.start_soon(partial(listener.serve, babble))
        with pytest.raises(RequestError, match="gave no answer"):
            await to_thread.run_sync(ask, path, "status")
        tasks.cancel_scope.cancel()
