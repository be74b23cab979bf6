"""What a window of Wayland pastes: the clipboard, or else what was last marked, where that is text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import anyio

from dictated.wayland.wire import message, text_at, word_at

if TYPE_CHECKING:
    from dictated.wayland.wire import Event, Wire

PASTE_SECONDS = 3.0
"""What whoever offers a text may take to send it; it takes a millisecond."""

MOST_BYTES = 1 << 20
"""More is not read."""

_TEXTS = ("text/plain;charset=utf-8", "text/plain")
"""What a text is called, the surest first."""

_CLIPBOARD, _PRIMARY = "wl_data_device_manager", "zwp_primary_selection_device_manager_v1"
_GET_DEVICE = 1
_OFFERED = 0
"""A device's first event, with a new offer; the only event of an offer, with one of its formats."""

_SELECTION = {_CLIPBOARD: 5, _PRIMARY: 1}
"""A device's event that says which offer it has now."""

_RECEIVE = {_CLIPBOARD: 1, _PRIMARY: 0}
"""The request of an offer."""


class Offers:
    """The two clipboards, as the compositor tells a window of them that has the keyboard."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._devices: dict[int, str] = {}
        self._formats: dict[int, list[str]] = {}
        self._selected: dict[str, int] = {}

    async def follow(self, seat: int) -> None:
        """Hear of them from now on, as far as the compositor has them."""
        for manager in (_CLIPBOARD, _PRIMARY):
            if manager in self._wire.heard.names:
                bound, device = await self._wire.bind(manager), self._wire.new()
                self._devices[device] = manager
                await self._wire.send(message(bound, _GET_DEVICE, device, seat))

    def hear(self, event: Event) -> None:
        """Take note of an event, if it is about them."""
        target, opcode, arguments = event
        if target in self._devices:
            manager = self._devices[target]
            if opcode == _OFFERED:
                self._formats[word_at(arguments, 0)] = []
            elif opcode == _SELECTION[manager]:
                self._selected[manager] = word_at(arguments, 0)
        elif target in self._formats and opcode == _OFFERED:
            self._formats[target].append(text_at(arguments, 0))

    async def text(self) -> str:
        """Return the text there is to paste, "" where there is none or it does not come in time."""
        for manager, offer in sorted(self._selected.items()):  # the clipboard is the first
            for name in _TEXTS:
                if name in self._formats.get(offer, ()):
                    return await self._received(offer, _RECEIVE[manager], name)
        return ""

    async def _received(self, offer: int, receive: int, name: str) -> str:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            try:
                await self._wire.send(message(offer, receive, name), writing)
            finally:
                os.close(writing)
            return await _read(reading)
        finally:
            os.close(reading)


async def _read(pipe: int) -> str:
    data = b""
    with anyio.move_on_after(PASTE_SECONDS):
        while len(data) < MOST_BYTES:
            await anyio.wait_readable(pipe)
            part = os.read(pipe, MOST_BYTES)
            if not part:
                break
            data += part
    return data.decode(errors="replace")
