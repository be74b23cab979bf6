"""The keys of what makes a text better before it is delivered; see `config`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from dictated.sttconfig import Seconds  # noqa: TC001 (msgspec reads the annotations)


class Hook(Struct, frozen=True, kw_only=True):
    """A program of yours: it gets each text on its standard input, and writes what is typed instead."""

    command: Annotated[
        tuple[str, ...],
        Meta(
            max_length=100,
            description='The program and its arguments, started without a shell: ["~/bin/tidy", "--short"]; '
            "[] is none. The environment tells it more: DICTATED_ENGINE, …",
        ),
    ] = ()
    timeout: Annotated[
        Seconds, Meta(description="Seconds it may take; then the text is typed as it was.")
    ] = 2.0
