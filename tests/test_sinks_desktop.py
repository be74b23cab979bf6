"""Rules of the choice between X11 and Wayland."""

from __future__ import annotations

import pytest

from dictated import config
from dictated.sinks.desktop import typing
from dictated.sinks.type import TypeSink
from dictated.sinks.wayland import WaylandSink
from dictated.x11.ownkeys import OwnKeys


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, TypeSink),
        ({"DISPLAY": ":0"}, TypeSink),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": "wayland-0"}, TypeSink),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}, WaylandSink),
        ({"WAYLAND_DISPLAY": "wayland-0"}, WaylandSink),
    ],
)
def test_the_session_says_how_words_are_typed(environ: dict[str, str], kind: type) -> None:
    assert type(typing(config.TypeSink(), " ", OwnKeys(), environ)) is kind
