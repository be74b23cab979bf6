"""Types by way of the clipboard: the words are put there, pasted by Shift+Insert, and it is put back.

Terminals paste by that key what was last marked, other windows what was copied: both hold the words.
"""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import anyio

from dictated.wayland.method import UnsupportedError
from dictated.wayland.selection import Offer, Selection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from dictated.wayland.method import Key
    from dictated.wayland.selection import Content

_LOG = logging.getLogger(__name__)

_LONGEST = 1_000_000
"""Characters that are pasted at once; no text is as long."""

_MANAGER_SECONDS = 0.1
"""How long a clipboard manager is given to take the words before the key is pressed, so that its taking is
not mistaken for the window's."""

_WINDOW_SECONDS = 2.0
"""What a window may take to fetch the words; it takes some 15 ms."""

_UNSEEN_SECONDS = 0.5
"""What it is given where its fetching cannot be seen, before the clipboard is put back."""


class Paste:
    """Knows that the words were pasted by their having been fetched: a pressed key proves nothing."""

    name = "paste"
    piece = _LONGEST

    def __init__(self, environ: Mapping[str, str], keys: Sequence[Key]) -> None:
        self._keys = keys
        self._selections = (Selection(environ), Selection(environ, primary=True))

    async def type(self, text: str) -> None:
        """Paste the text, and put the clipboard back.

        Raises:
            UnsupportedError: there is no clipboard or no key, or no window fetched the words.
            SinkError: whether the key was pressed is not known.
        """
        contents = [await selection.content() for selection in self._selections]
        async with AsyncExitStack() as stack:
            for selection, content in zip(self._selections, contents, strict=True):
                stack.push_async_callback(_put_back, selection, content)
            offers = [stack.enter_context(Offer()) for _ in self._selections]
            for selection, offer in zip(self._selections, offers, strict=True):
                await selection.offer(text.encode(), offer)
            if await _taken(offers, _MANAGER_SECONDS):
                await self._paste_unseen(text.encode())
                return
            await self._press()
            if not await _taken(offers, _WINDOW_SECONDS):
                raise UnsupportedError("no window fetched the words from the clipboard")

    async def backspace(self, count: int) -> None:
        """Take back what was pasted, by so many Backspaces.

        Raises:
            UnsupportedError: no key can be pressed; none was.
            SinkError: it broke off; how often it was pressed is not known.
        """
        await self._by_a_key(lambda key: key.backspace(count))

    async def _paste_unseen(self, words: bytes) -> None:
        """Paste where something else fetches the words, too, so that nobody can tell whether a window did."""
        for selection in self._selections:
            await selection.offer(words)
        await self._press()
        _LOG.info("a clipboard manager reads along: whether the window took the words is not known")
        await anyio.sleep(_UNSEEN_SECONDS)

    async def _press(self) -> None:
        await self._by_a_key(lambda key: key.paste())

    async def _by_a_key(self, act: Callable[[Key], Awaitable[None]]) -> None:
        """Do it by the first of the keys that works here."""
        refusals: list[str] = []
        for key in self._keys:
            try:
                await act(key)
            except UnsupportedError as refusal:
                refusals.append(str(refusal))
            else:
                return
        raise UnsupportedError(f"no key can be pressed to paste ({'; '.join(refusals)})")


async def _put_back(selection: Selection, content: Content) -> None:
    with anyio.CancelScope(shield=True):  # a stop in the middle must not cost the user their clipboard
        await selection.put_back(content)


async def _taken(offers: Sequence[Offer], seconds: float) -> bool:
    """Wait so long at most until the words of one offer have been taken; say whether they have."""
    async with anyio.create_task_group() as group:
        group.cancel_scope.deadline = anyio.current_time() + seconds
        for offer in offers:
            group.start_soon(_await_taking, offer, group.cancel_scope)
    return any(offer.over for offer in offers)


async def _await_taking(offer: Offer, scope: anyio.CancelScope) -> None:
    await offer.taken()
    scope.cancel()
