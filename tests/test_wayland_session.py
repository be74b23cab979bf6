"""Rules of the environment: what is a Wayland session, and where its compositor listens."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from dictated.wayland.session import answers, is_wayland, socket_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("display", "wayland", "kind", "expected"),
    [
        ("", "", "", False),
        (":0", "", "", False),
        (":0", "", "x11", False),
        (":0", "", "wayland", False),  # the compositor is not named: Xwayland's windows are reached at least
        ("", "wayland-0", "", True),
        (":0", "wayland-0", "wayland", True),  # Xwayland
        (":0", "wayland-1", "tty", True),  # started from a console
        (":0", "wayland-0", "x11", False),  # a compositor in a window
    ],
)
def test_a_session_is_wayland_where_a_compositor_is_named_and_it_is_not_called_x11(
    display: str,
    wayland: str,
    kind: str,
    expected: bool,  # noqa: FBT001  (a column of the table)
) -> None:
    environ = {"DISPLAY": display, "WAYLAND_DISPLAY": wayland, "XDG_SESSION_TYPE": kind}
    assert is_wayland(environ) == expected


@pytest.mark.parametrize(
    ("name", "path"),
    [("wayland-1", "/run/me/wayland-1"), ("/elsewhere/w", "/elsewhere/w"), ("", "/run/me/wayland-0")],
)
def test_the_compositor_is_looked_for_where_wayland_programs_look(name: str, path: str) -> None:
    assert socket_of({"XDG_RUNTIME_DIR": "/run/me", "WAYLAND_DISPLAY": name}) == path


async def test_a_compositor_that_listens_answers_and_one_that_went_does_not(tmp_path: Path) -> None:
    environ = {"WAYLAND_DISPLAY": str(tmp_path / "w")}
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(environ["WAYLAND_DISPLAY"])
        compositor.listen()
        there = await answers(environ)
    assert (there, await answers(environ)) == (True, False)
