"""Tries one way of typing after the other, and remembers the one that worked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dictated.errors import HeldError, SinkError
from dictated.wayland.method import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from dictated.wayland.method import Method

    Look = Callable[[], Awaitable[None]]

_LOG = logging.getLogger(__name__)


class Chain:
    """Methods in the order they are tried; the one that worked last comes first."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._methods = list(methods)

    async def type(self, text: str, ready: Look, still: Look) -> None:
        """Type the text by the first method that works here; what has begun is never begun again by another.

        `ready` is awaited before a method's first piece, `still` before every other; what they raise is
        passed on.

        Raises:
            HeldError: none works, and nothing was typed.
            SinkError: one broke off, and an unknown part was typed.
        """
        refusals: list[str] = []
        for method in tuple(self._methods):
            try:
                await _type(method, text, ready, still)
            except UnsupportedError as refusal:
                _LOG.debug("%s does not type here: %s", method.name, refusal)
                refusals.append(f"{method.name}: {refusal}")
                continue
            self._prefer(method)
            return
        raise HeldError(f"nothing types in this Wayland session ({'; '.join(refusals)})")

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times by the first method that can; the one that typed last comes first.

        Raises:
            UnsupportedError: none can; nothing was pressed.
            SinkError: it broke off; how often it was pressed is not known.
        """
        for method in self._methods:
            try:
                await method.backspace(count)
            except UnsupportedError as refusal:
                _LOG.debug("%s takes nothing back here: %s", method.name, refusal)
            else:
                return
        raise UnsupportedError(
            "nothing presses Backspace in this Wayland session; use the program's own undo"
        )

    def doubt(self) -> None:
        """Take note that nothing arrived of what the first method typed: it is the last from now on."""
        self._methods.append(self._methods.pop(0))

    def _prefer(self, method: Method) -> None:
        if method is not self._methods[0]:
            _LOG.info("typing by %s", method.name)
            self._methods.remove(method)
            self._methods.insert(0, method)


async def _type(method: Method, text: str, ready: Look, still: Look) -> None:
    first, *others = _pieces(text, method.piece)
    await ready()
    await method.type(first)
    for piece in others:
        await still()
        try:
            await method.type(piece)
        except (UnsupportedError, HeldError) as refusal:  # to us, but a part of the text is typed already
            raise SinkError(f"{method.name} broke off ({refusal}); part of the text is missing") from refusal


def _pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]
