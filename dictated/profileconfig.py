"""The keys of [profiles]: what is otherwise in some windows, or while the user says so; see `config`."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field

Name = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
"""How a profile is called; "default" is what holds without one."""


class Profile(Struct, frozen=True, kw_only=True):
    """Other settings: in some windows, after a hotkey of their own, or after `dictated profile NAME`."""

    windows: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(
            max_length=100,
            description='The windows it holds in, by class or title, * for anything: ["code", "*vim*"].',
        ),
    ] = ()
    hotkey: Annotated[
        str, Meta(description="Press to start listening with this profile, press again to stop.")
    ] = ""
    text: Annotated[
        dict[str, Any], Meta(description='Keys of [text] that are otherwise: { join = "none" }.')
    ] = field(default_factory=dict)
    stt: Annotated[
        dict[str, Any], Meta(description='Keys of [stt] that are otherwise: { engine = "openai" }.')
    ] = field(default_factory=dict)
    output: Annotated[
        dict[str, Any],
        Meta(description='Where words go instead: { sinks = ["log"] }; no other key of [output] may differ.'),
    ] = field(default_factory=dict)
