"""Rules of the backlog: what has been sent and not read is seen, and only what is new counts."""

from __future__ import annotations

import errno
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from dictated.wayland import backlog
from dictated.wayland.backlog import Backlog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


@contextmanager
def connection(path: Path) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield both ends: the server's and the client's."""
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as client:
        door.bind(str(path))
        door.listen()
        client.connect(str(path))
        server, _ = door.accept()
        with server:
            yield server, client


def test_what_a_client_has_not_read_is_seen_until_it_reads(tmp_path: Path) -> None:
    with connection(tmp_path / "s") as (server, client):
        seen = Backlog([str(tmp_path / "s")])
        server.send(b"x" * 3000)
        waiting = seen.worst() or 0
        client.recv(4000)
        assert (waiting >= 3000, seen.worst()) == (True, 0)


def test_what_waited_before_does_not_count(tmp_path: Path) -> None:
    with connection(tmp_path / "s") as (server, _client):
        server.send(b"x" * 3000)
        assert Backlog([str(tmp_path / "s")]).worst() == 0


def test_the_connections_of_others_do_not_count(tmp_path: Path) -> None:
    with connection(tmp_path / "s") as (server, _client):
        seen = Backlog([str(tmp_path / "t")])
        server.send(b"x" * 3000)
        assert seen.worst() == 0


def test_a_kernel_that_does_not_tell_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> NoReturn:
        raise OSError(errno.EAFNOSUPPORT, "not here")

    monkeypatch.setattr(backlog, "_sockets", refuse)
    assert Backlog(["/run/s"]).worst() is None
