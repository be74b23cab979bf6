"""The words to systemd, received on real datagram sockets."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from dictated.systemd import STATUS_LENGTH, Systemd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_DATAGRAM = 4096
RECEIVE_S = 5.0


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(RECEIVE_S)
        yield receiver


def told(manager: socket.socket) -> Systemd:
    return Systemd.from_environment({"NOTIFY_SOCKET": manager.getsockname()})


@pytest.mark.parametrize(
    ("word", "datagram"),
    [("ready", b"READY=1"), ("stopping", b"STOPPING=1"), ("watchdog", b"WATCHDOG=1")],
)
def test_each_word_is_one_datagram(manager: socket.socket, word: str, datagram: bytes) -> None:
    assert getattr(told(manager), word)()
    assert manager.recv(LONGEST_DATAGRAM) == datagram


def test_a_socket_in_the_abstract_namespace_is_reached() -> None:
    name = f"dictated-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(RECEIVE_S)
        Systemd.from_environment({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert receiver.recv(LONGEST_DATAGRAM) == b"READY=1"


def test_a_status_with_line_breaks_cannot_say_more_than_a_status(manager: socket.socket) -> None:
    told(manager).status("listening\nSTOPPING=1")
    assert manager.recv(LONGEST_DATAGRAM) == b"STATUS=listening STOPPING=1"


def test_a_long_status_is_cut(manager: socket.socket) -> None:
    told(manager).status("é" * 10_000)
    assert manager.recv(LONGEST_DATAGRAM).decode() == "STATUS=" + "é" * STATUS_LENGTH


@pytest.mark.parametrize("address", [None, "", "relative", "vsock:2:1234"])
def test_where_no_systemd_listens_nothing_is_sent(address: str | None) -> None:
    environ = {} if address is None else {"NOTIFY_SOCKET": address}
    assert not Systemd.from_environment(environ).ready()


def test_a_socket_that_has_gone_is_no_error(manager: socket.socket, tmp_path: Path) -> None:
    systemd = told(manager)
    (tmp_path / "notify").unlink()
    assert not systemd.ready()


def test_a_manager_that_does_not_read_never_makes_us_wait(manager: socket.socket) -> None:
    manager.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    systemd = told(manager)
    taken = [systemd.status("x" * STATUS_LENGTH) for _ in range(2000)]
    assert taken[0]
    assert not taken[-1]


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid() + 1)}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "½"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_a_sign_of_life_is_due_twice_in_the_time_that_is_ours(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert Systemd.from_environment(environ).watchdog_interval() == seconds
