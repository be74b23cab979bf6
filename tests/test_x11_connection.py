from __future__ import annotations

import gc
import os
import socket
import struct
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import needs, running, x_server
from test_x11_display import systemctl
from Xlib import xauth

from dictated.errors import NoDisplayError
from dictated.x11 import connection
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fixtures.screen import Screen

__all__ = ["systemctl"]  # a fixture

LEFT_BY_XLIB = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
"""It does not close the connection that the server refuses; whoever drops the error does."""

VARIABLES = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting changes the environment: have it put back after the test."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("display", "told"),
    [
        ("", "DISPLAY is not set"),
        (":4711", "no X server answers on display :4711"),
        ("localhost:4711", "no X server answers on display localhost:4711"),
        ("127.0.0.1:4711.0", "no X server answers on display 127.0.0.1:4711.0"),
        ("localhost:99999", "no X server answers on display localhost:99999"),
        ("nonsense", "cannot be used"),
    ],
)
def test_no_display_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, display: str, told: str) -> None:
    monkeypatch.setenv("DISPLAY", display)
    with pytest.raises(NoDisplayError, match=f"^.*{told}.*$"):
        connect()


def test_a_server_on_the_network_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_FAR_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(full.getsockname())  # its queue is full then, and it takes nobody
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{full.getsockname()[1] - 6000}")
        started = time.monotonic()
        with pytest.raises(NoDisplayError, match="no X server answers"):
            connect()
        assert time.monotonic() - started < 2
        for one in waiting:
            one.close()


@pytest.mark.desktop
def test_the_display_is_the_one_that_the_environment_names_now(screen: Screen) -> None:
    display = connect()
    name = display.get_display_name()
    disconnect(display)
    assert name == screen.display


@pytest.mark.desktop
@pytest.mark.parametrize("before", ["", ":4711"])
def test_a_screen_that_systemd_knows_of_takes_the_place_of_none_and_of_a_dead_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemctl: Callable[[str], None], before: str
) -> None:
    monkeypatch.setenv("DISPLAY", before)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with x_server(tmp_path) as (name, _):
        systemctl(f"echo DISPLAY={name}")
        disconnect(connect())
    assert environment() == {"DISPLAY": name}


@pytest.mark.desktop
def test_the_screen_of_the_environment_comes_before_that_of_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemctl: Callable[[str], None]
) -> None:
    with x_server(tmp_path) as (name, _), x_server(tmp_path) as (other, _):
        monkeypatch.setenv("DISPLAY", name)
        systemctl(f"echo DISPLAY={other}")
        display = connect()
        used = display.get_display_name()
        disconnect(display)
    assert used == name


def test_a_dead_screen_that_systemd_knows_of_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch, systemctl: Callable[[str], None]
) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setenv("XAUTHORITY", "/nowhere")
    systemctl("echo DISPLAY=:4712")
    with pytest.raises(NoDisplayError, match=":4711"):
        connect()
    assert environment() == {"DISPLAY": ":4711", "XAUTHORITY": "/nowhere"}


@pytest.mark.desktop
@LEFT_BY_XLIB
def test_a_server_started_anew_with_another_cookie_is_reached_with_that_of_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemctl: Callable[[str], None]
) -> None:
    old, new = cookie(tmp_path / "old"), cookie(tmp_path / "new")
    with guarded(tmp_path, new) as name:
        monkeypatch.setenv("DISPLAY", name)
        monkeypatch.setenv("XAUTHORITY", str(old))
        systemctl(f"echo DISPLAY={name}; echo XAUTHORITY={new}")
        disconnect(connect())
    assert environment() == {"DISPLAY": name, "XAUTHORITY": str(new)}


@pytest.mark.desktop
@LEFT_BY_XLIB
def test_being_refused_again_and_again_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(tmp_path, cookie(tmp_path / "new")) as name:
        monkeypatch.setenv("DISPLAY", name)
        gc.collect()
        before = files()
        for _ in range(3):
            with pytest.raises(NoDisplayError, match="cannot be used"):
                connect()
        assert files() == before


@contextmanager
def guarded(folder: Path, cookies: Path) -> Iterator[str]:
    """Run an X server that lets in only who shows one of these cookies; yield its name."""
    needs("Xvfb", "xvfb")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-noreset", "-nolisten", "tcp", "-auth", str(cookies)]
    with running(command, {"PATH": os.environ["PATH"], "HOME": str(folder)}, pass_fds=[writing]):
        os.close(writing)
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"


def cookie(path: Path) -> Path:
    """Write a new Xauthority file, good for every display of this machine (Xau(3): a family, four strings)."""
    fields = (socket.gethostname().encode(), b"", b"MIT-MAGIC-COOKIE-1", os.urandom(16))
    strings = b"".join(struct.pack(">H", len(field)) + field for field in fields)
    path.write_bytes(struct.pack(">H", xauth.FamilyLocal) + strings)
    return path


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
