"""Chooses how words are typed on this desktop: through X11 or through Wayland."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.sinks.type import TypeSink
from dictated.sinks.wayland import METHODS, WaylandSink
from dictated.wayland.session import is_wayland

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dictated import config
    from dictated.sinks.wayland import MethodName
    from dictated.x11.ownkeys import OwnKeys


def typing(
    settings: config.TypeSink,
    join: str,
    own: OwnKeys,
    environ: Mapping[str, str],
    methods: Sequence[MethodName] = METHODS,
) -> TypeSink | WaylandSink:
    """Return the sink that types in the session which the environment tells of."""
    if is_wayland(environ):
        return WaylandSink(settings, join, methods, environ)
    return TypeSink(settings, join, own)
