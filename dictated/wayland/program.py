"""Runs the small programs of a Wayland session; one that is not there is a way that has no part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated import program
from dictated.errors import ProgramError
from dictated.wayland.method import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dictated.program import Ended


async def run(
    command: Sequence[str],
    environ: Mapping[str, str],
    words: bytes = b"",
    *,
    timeout: float,  # noqa: ASYNC109  (see there)
    leaves: int | None = None,
) -> Ended:
    """Run it as `program.run` does.

    Raises:
        UnsupportedError: it cannot be started.
    """
    try:
        return await program.run(command, environ, words, timeout=timeout, leaves=leaves)
    except ProgramError as error:
        raise UnsupportedError(str(error)) from error
