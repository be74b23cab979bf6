from __future__ import annotations

import gc
import socket
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from fixtures.notifications import NAME, notifying

from dictated.notice import Notice, Subject
from dictated.notifier import Notifier

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.notifications import Bus, Complaints, Dunst

GONE = Notice(Subject.MICROPHONE, "The microphone is gone", "Plug it in again", urgent=True)
HELD = Notice(Subject.WORDS, "2 utterances wait", "dictated history shows them")
SOON_S = 0.2
"""A time-out for what is not going to answer."""


async def test_a_bus_without_a_service_is_told_of_once(bus: Bus, complaints: Complaints) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for level in ("INFO", "DEBUG", "DEBUG"):
            notifier.tell(GONE)
            line = await complaints.next()
            assert line.startswith(f"{level}: no desktop notifications: The name {NAME} was not provided by")


@pytest.mark.desktop
async def test_a_service_that_goes_after_it_has_shown_one_is_told_of_again(
    bus: Bus, dunst: Dunst, complaints: Complaints
) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for _ in range(2):
            notifier.tell(GONE)
            await dunst.told()
            dunst.stop()
            notifier.tell(HELD)
            assert (await complaints.next()).startswith("INFO: ")
            dunst.start()


async def test_a_service_that_cannot_be_started_is_told_of(bus: Bus, complaints: Complaints) -> None:
    bus.can_start("/bin/false")
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        assert "exited with status 1" in await complaints.next()


async def test_where_there_is_no_bus_the_line_says_where_it_was_looked_for(
    tmp_path: Path, complaints: Complaints
) -> None:
    async with notifying(Notifier({"XDG_RUNTIME_DIR": str(tmp_path)})) as notifier:
        notifier.tell(GONE)
        line = await complaints.next()
    reason = f"there is no session bus ({tmp_path}/bus: No such file or directory)"
    assert line == f"INFO: no desktop notifications: {reason}"


async def test_a_bus_that_dies_is_told_of_without_a_traceback(
    bus: Bus, complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        for level, after in (("INFO", bus.kill), ("DEBUG", gc.collect)):
            notifier.tell(GONE)
            assert (await complaints.next()).startswith(f"{level}: no desktop notifications")
            after()
    assert {record.name for record in caplog.records} == {"dictated.notifier"}


async def test_nobody_is_connected_to_before_there_is_something_to_tell(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        listener.setblocking(False)  # noqa: FBT003 (its only argument)
        async with notifying(Notifier({"XDG_RUNTIME_DIR": str(tmp_path)})):
            await anyio.wait_all_tasks_blocked()
        with pytest.raises(BlockingIOError):
            listener.accept()


async def test_nothing_goes_on_when_all_is_told(bus: Bus, complaints: Complaints) -> None:
    async with notifying(Notifier(bus.environ)) as notifier:
        notifier.tell(GONE)
        await complaints.next()
        with anyio.fail_after(5):
            await anyio.wait_all_tasks_blocked()


async def test_a_bus_that_hangs_does_not_delay_the_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        with anyio.fail_after(5):
            async with notifying(Notifier({"XDG_RUNTIME_DIR": str(tmp_path)}, timeout_s=60)) as notifier:
                notifier.tell(GONE)
                await anyio.wait_all_tasks_blocked()


async def test_a_bus_that_hangs_is_given_up(tmp_path: Path, complaints: Complaints) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
        async with notifying(Notifier(environ, timeout_s=SOON_S)) as notifier:
            notifier.tell(GONE)
            assert "no answer within 0.2 s" in await complaints.next()
