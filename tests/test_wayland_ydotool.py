"""Rules of ydotool: only where its daemon listens and is to be trusted, and only what its keys can type.

The program is a stand-in that takes the options of ydotool 1.0: there is no /dev/uinput on a test machine.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from test_wayland_virtualkeyboard import stand_in

from dictated.errors import SinkError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.ydotool import Ydotool, socket_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    stand_in(tmp_path, "ydotool", 'echo "$YDOTOOL_SOCKET" "$@" > "$0.asked"; cat > "$0.words"')
    return {"PATH": f"{tmp_path}:{os.defpath}", "XDG_RUNTIME_DIR": str(tmp_path), "YDOTOOL_SOCKET": ""}


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / ".ydotool_socket"))
        yield listening


@pytest.mark.usefixtures("daemon")
async def test_ascii_is_given_to_it_and_never_by_its_arguments(
    environ: dict[str, str], tmp_path: Path
) -> None:
    await Ydotool(environ).type("So be it!")
    asked = (tmp_path / "ydotool.asked").read_text()
    assert (asked, (tmp_path / "ydotool.words").read_text()) == (
        f"{tmp_path}/.ydotool_socket type --file /dev/stdin\n",
        "So be it!",
    )


@pytest.mark.usefixtures("daemon")
async def test_the_key_that_pastes_is_the_same_in_every_layout(
    environ: dict[str, str], tmp_path: Path
) -> None:
    await Ydotool(environ).paste()
    assert (tmp_path / "ydotool.asked").read_text().endswith(" key 42:1 110:1 110:0 42:0\n")


@pytest.mark.usefixtures("daemon")
async def test_more_than_ascii_is_left_to_another(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="ASCII only"):
        await Ydotool(environ).type("été")
    assert not (tmp_path / "ydotool.asked").exists()


async def test_without_its_daemon_it_is_not_started(environ: dict[str, str], tmp_path: Path) -> None:
    environ["YDOTOOL_SOCKET"] = str(tmp_path / "none")
    with pytest.raises(UnsupportedError, match="does not listen"):
        await Ydotool(environ).type("words")
    assert not (tmp_path / "ydotool.asked").exists()


async def test_a_socket_that_nobody_listens_on_is_told(
    environ: dict[str, str], daemon: socket.socket
) -> None:
    daemon.close()
    with pytest.raises(UnsupportedError, match="Connection refused"):
        await Ydotool(environ).type("words")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a socket that belongs to somebody else")
@pytest.mark.usefixtures("daemon")
async def test_a_socket_of_another_user_hears_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    os.chown(tmp_path / ".ydotool_socket", 65_534, 65_534)
    with pytest.raises(UnsupportedError, match="no socket of this user or of root"):
        await Ydotool(environ).type("words")


@pytest.mark.usefixtures("daemon")
@pytest.mark.parametrize("script", ["echo bad >&2; exit 1", 'rm "$YDOTOOL_SOCKET"'])
async def test_what_breaks_off_may_have_typed_a_part(
    environ: dict[str, str], tmp_path: Path, script: str
) -> None:
    stand_in(tmp_path, "ydotool", script)
    with pytest.raises(SinkError, match="may be missing") as told:
        await Ydotool(environ).type("words")
    assert type(told.value) is SinkError


def test_its_own_place_comes_before_the_one_that_all_users_share(
    environ: dict[str, str], tmp_path: Path
) -> None:
    shared = socket_of(environ)
    (tmp_path / ".ydotool_socket").touch()
    assert (shared, socket_of(environ)) == ("/tmp/.ydotool_socket", f"{tmp_path}/.ydotool_socket")  # noqa: S108
