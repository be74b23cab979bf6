"""What a selection of the X server (the clipboard, the selected text) holds, in all its formats.

The rules are those of the Inter-Client Communication Conventions Manual, version 2.0, section 2.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from Xlib import X, Xatom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from Xlib.display import Display

    from dictated.x11.offers import Offers

MOST_BYTES = 32 << 20
"""Bytes of a selection that is read, all formats together: a large screenshot in some of them."""

_PIECE = 1 << 16
"""Bytes fetched at once: Xlib for Python copies what came before with every packet."""

_ACTS = ("TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY")
"""Targets that are no content: asking for some of them does something."""

_PROPERTY = "DICTATED_SELECTION"
"""Where owners put what we ask for."""


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """A selection in one format: the atom of its type, bits an item (8, 16 or 32), and the bytes."""

    kind: int
    bits: int
    data: bytes


class UnreadableError(Exception):
    """A selection that cannot be read whole: its owner does not answer in time, or it is too large."""


class Reader:
    """Reads selections through the window of `offers`, all of them until `deadline` (`time.monotonic`)."""

    def __init__(self, display: Display, offers: Offers, deadline: float) -> None:
        self._display = display
        self._offers = offers
        self._deadline = deadline
        self._property = display.get_atom(_PROPERTY)
        self._left = MOST_BYTES

    def contents(self, selection: int) -> Mapping[int, Content]:
        """Return every format that the owner gives, by target; none where nobody owns the selection.

        Raises:
            UnreadableError: it cannot be read whole.
        """
        if not self._display.get_selection_owner(selection):
            return {}
        offered = self._ask(selection, self._display.get_atom("TARGETS"))
        acts = {self._display.get_atom(name) for name in _ACTS}
        wanted = [atom for atom in atoms(offered) if atom not in acts] if offered else [Xatom.STRING]
        found = {target: self._ask(selection, target) for target in dict.fromkeys(wanted)}
        return {target: content for target, content in found.items() if content is not None}

    def _ask(self, selection: int, target: int) -> Content | None:
        """Return the selection as that target, nothing where the owner refuses."""
        told: list[Any] = []
        now = self._offers.time()

        def answered(event: Any) -> bool:
            mine = (
                event.type == X.SelectionNotify
                and (event.selection, event.target) == (selection, target)
                and event.time in {now, X.CurrentTime}  # else it answers what was given up
            )
            if mine:
                told.append(event.property)
            return mine

        window = self._offers.window
        window.delete_property(self._property)
        window.convert_selection(selection, target, self._property, now)
        self._await(answered)
        if told[0] == X.NONE:
            return None
        content = self._fetch()
        if content is not None and content.kind == self._display.get_atom("INCR"):
            return self._fetch_pieces()
        return content

    def _fetch_pieces(self) -> Content:
        """Return what comes piece by piece, each when the one before was taken away; an empty one ends it."""
        pieces: list[Content] = []

        def came(event: Any) -> bool:
            return (
                event.type == X.PropertyNotify
                and (event.window, event.atom) == (self._offers.window, self._property)
                and event.state == X.PropertyNewValue
            )

        while True:
            self._await(came)
            piece = self._fetch()
            if piece is None:  # told of twice
                continue
            if not piece.data:
                kind = pieces[0] if pieces else piece
                return Content(kind.kind, kind.bits, b"".join(piece.data for piece in pieces))
            pieces.append(piece)

    def _fetch(self) -> Content | None:
        """Take the property away and return it."""
        data, offset = bytearray(), 0
        while True:
            found = self._offers.window.get_property(
                self._property, X.AnyPropertyType, offset // 4, _PIECE // 4, delete=True
            )
            if found is None:
                return None
            part = bytes(found.value)  # of 16 or 32 bits an item, too, as the server gave them
            data += part
            offset += len(part)
            self._left -= len(part)
            if self._left < 0:
                raise UnreadableError(f"it has more than {MOST_BYTES >> 20} MiB")
            if not found.bytes_after:
                return Content(found.property_type, found.format, bytes(data))

    def _await(self, found: Any) -> None:
        if not self._offers.pump(self._deadline, found) or time.monotonic() > self._deadline:
            raise UnreadableError("its owner does not answer in time")


def atoms(content: Content) -> tuple[int, ...]:
    """Return the atoms that a list of them holds."""
    return tuple(memoryview(content.data).cast("I"))
