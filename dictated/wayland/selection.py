"""The two clipboards of a Wayland session, by wl-copy(1) and wl-paste(1): looked at, offered, put back.

"clipboard" is what Ctrl+V pastes, "primary" what was last marked, which terminals paste by Shift+Insert.
"""

from __future__ import annotations

import logging
import os
import select
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import anyio

from dictated.wayland.method import UnsupportedError
from dictated.wayland.program import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_LOG = logging.getLogger(__name__)

_PROGRAM_SECONDS = 3.0
"""What wl-copy or wl-paste may take; they take some 5 ms."""

_TEXTS = ("text/plain;charset=utf-8", "UTF8_STRING", "text/plain")
"""What a text is called, the surest first."""

_SECRET = "x-kde-passwordManagerHint"  # noqa: S105  (the name of a format)
"""What password managers put beside a password, so that nobody writes it down."""

_EMPTY = ("No selection", "Nothing is copied")
"""What wl-paste says of an empty clipboard: 2.0 and 2.1, 2.2."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a clipboard held, in one format; `kind` is "" where it held nothing."""

    kind: str = ""
    data: bytes = b""


class Offer:
    """Words that a clipboard holds until they were pasted once, or until something else is put there."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    @property
    def leaves(self) -> int:
        """The file descriptor that the program holding the words keeps open."""
        return self._writing

    def begun(self) -> None:
        """Take note that the program has been started."""
        os.close(self._writing)
        self._writing = -1

    @property
    def over(self) -> bool:
        """Whether the words have been read to their end."""
        return bool(select.select([self._reading], [], [], 0)[0])

    async def taken(self) -> None:
        """Return when they have."""
        await anyio.wait_readable(self._reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._reading)
        if self._writing >= 0:
            os.close(self._writing)


class Selection:
    """One of the two clipboards."""

    def __init__(self, environ: Mapping[str, str], *, primary: bool = False) -> None:
        self._environ = environ
        self._which = ("--primary",) if primary else ()

    async def content(self) -> Content:
        """Return what can be put back: the text where there is one, else the first format.

        Raises:
            UnsupportedError: it cannot be read, or must not be touched as it holds a password.
        """
        listed = await run(
            ["wl-paste", *self._which, "--list-types"], self._environ, timeout=_PROGRAM_SECONDS
        )
        if listed.fault.startswith(_EMPTY):
            return Content()
        kinds = listed.output.decode(errors="replace").splitlines()
        if listed.fault or not kinds:
            raise UnsupportedError(f"the clipboard cannot be read ({listed.fault or 'it has no format'})")
        if _SECRET in kinds:
            raise UnsupportedError("the clipboard holds a password, which would not be put back as one")
        kind = next((kind for kind in _TEXTS if kind in kinds), kinds[0])
        command = ["wl-paste", *self._which, "--no-newline", "--type", kind]
        pasted = await run(command, self._environ, timeout=_PROGRAM_SECONDS)
        if pasted.fault:
            raise UnsupportedError(f"what is on the clipboard could not be put back ({pasted.fault})")
        return Content("text/plain" if kind in _TEXTS else kind, pasted.output)

    async def offer(self, words: bytes, offer: Offer | None = None) -> None:
        """Put words there: for one taking, which `offer` tells of, or for as many as there are.

        Raises:
            UnsupportedError: the clipboard did not take them.
        """
        once = ("--paste-once",) if offer else ()
        command = ["wl-copy", *self._which, *once, "--type", "text/plain"]
        leaves = offer.leaves if offer else None
        ended = await run(command, self._environ, words, timeout=_PROGRAM_SECONDS, leaves=leaves)
        if offer:
            offer.begun()
        if ended.fault:
            raise UnsupportedError(f"the clipboard did not take the words ({ended.fault})")

    async def put_back(self, content: Content) -> None:
        """Make it as it was, as far as that goes; where it does not, the log tells."""
        how = ("--type", content.kind) if content.kind else ("--clear",)
        command = ["wl-copy", *self._which, *how]
        try:
            fault = (await run(command, self._environ, content.data, timeout=_PROGRAM_SECONDS)).fault
        except UnsupportedError as error:
            fault = str(error)
        if fault:
            _LOG.warning("the clipboard could not be put back: %s", fault)
