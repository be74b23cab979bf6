"""What we offer as a selection (the clipboard, the selected text), and answering those who ask for it.

The rules are those of the Inter-Client Communication Conventions Manual, version 2.0, section 2.
"""

from __future__ import annotations

import array
import logging
import select
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from Xlib import X, Xatom, error
from Xlib.protocol.event import SelectionNotify

from dictated.x11.selection import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from Xlib.display import Display

_LOG = logging.getLogger(__name__)

AT_ONCE = 200_000
"""Bytes given at once, below what every server takes in a request; more goes in pieces (INCR)."""

MOST_TRANSFERS = 32
"""Answers in pieces under way at once; the oldest is dropped for another."""

_MOST_TAKERS = 100
"""Windows remembered that took what is offered."""

_FOREVER = 1e9
"""Seconds: longer than any desktop lasts."""

_PATIENCE = 1.0
"""Seconds the server is given to say what time it has."""


@dataclass(slots=True)
class _Transfer:
    """An answer in pieces: what is left of it."""

    content: Content
    done: int = 0


@dataclass(frozen=True, slots=True)
class _Offer:
    contents: Mapping[int, Content] = field(repr=False)
    since: int


class Offers:
    """A window of ours that owns selections. `wake` ends `pump` when it can be read."""

    def __init__(self, display: Display, wake: int) -> None:
        self._display = display
        self._wake = wake
        self._owned: dict[int, _Offer] = {}
        self._transfers: dict[tuple[int, int], _Transfer] = {}
        self.takers: deque[int] = deque(maxlen=_MOST_TAKERS)
        root = display.screen().root
        self.window = root.create_window(
            -1, -1, 1, 1, 0, 0, X.InputOnly, X.CopyFromParent, event_mask=X.PropertyChangeMask
        )

    def own(self, selection: int, contents: Mapping[int, Content]) -> bool:
        """Offer this from now on, in place of whoever offered something; say whether the server let us.

        `takers` are forgotten: it is the windows that take this.
        """
        since = self.time()
        self.window.set_selection_owner(selection, since)
        self.takers.clear()
        ours: bool = self._display.get_selection_owner(selection) == self.window
        if ours:
            self._owned[selection] = _Offer(contents, since)
        return ours

    def release(self, selection: int) -> None:
        """Offer nothing any more: nobody does then."""
        offer = self._owned.pop(selection, None)
        if offer is not None:
            nobody = self._display.create_resource_object("window", X.NONE)
            nobody.set_selection_owner(selection, offer.since)
            self._display.flush()

    def contents(self, selection: int) -> Mapping[int, Content] | None:
        """Return what we offer as that selection; nothing where it is not ours."""
        offer = self._owned.get(selection)
        return None if offer is None else offer.contents

    @property
    def owns(self) -> bool:
        """Whether any selection is ours, or an answer is under way."""
        return bool(self._owned or self._transfers)

    def time(self) -> int:
        """Return the server's time, which says who owned a selection when."""
        atom = self._display.get_atom("DICTATED_TIME")
        self.window.change_property(atom, Xatom.INTEGER, 32, [0])
        told: list[int] = []

        def came(event: Any) -> bool:
            if event.type == X.PropertyNotify and event.atom == atom and event.window == self.window:
                told.append(event.time)
            return bool(told)

        self.pump(time.monotonic() + _PATIENCE, came, wakes=False)
        return told[0] if told else X.CurrentTime

    def pump(self, deadline: float, found: Callable[[Any], bool], *, wakes: bool = True) -> bool:
        """Answer who asks, until `found` says yes to an event; False at the deadline, or when woken."""
        sources = [self._display, self._wake] if wakes else [self._display]
        while True:
            for _ in range(self._display.pending_events()):
                event = self._display.next_event()
                try:
                    self._handle(event)
                except error.XError as problem:  # who asked has gone
                    _LOG.debug("a window was not answered: %s", " ".join(str(problem).split()))
                if found(event):
                    return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if not self._display.pending_events():
                readable, _, _ = select.select(sources, [], [], min(left, _FOREVER))
                if self._wake in readable:
                    return False

    def _handle(self, event: Any) -> None:
        if event.type == X.SelectionRequest:
            self._answer(event)
        elif event.type == X.SelectionClear:
            self._owned.pop(event.atom, None)
        elif event.type == X.PropertyNotify and event.state == X.PropertyDelete:
            self._go_on(event.window.id, event.atom)

    def _answer(self, asked: Any) -> None:
        """Give what was asked for, or say that it cannot be had."""
        offer = self._owned.get(asked.selection)
        place = asked.property or asked.target  # from programs older than the rules
        given = False
        if offer is not None and not _is_earlier(asked.time, offer.since):
            if asked.target == self._display.get_atom("MULTIPLE"):
                given = asked.property != X.NONE and self._give_several(offer, asked.requestor, place)
            else:
                given = self._give(offer, asked.requestor, asked.target, place)
        told = SelectionNotify(
            time=asked.time,
            requestor=asked.requestor,
            selection=asked.selection,
            target=asked.target,
            property=place if given else X.NONE,
        )
        asked.requestor.send_event(told)
        self._display.flush()

    def _give_several(self, offer: _Offer, requestor: Any, place: int) -> bool:
        """Answer each pair of target and property in the list that stands there; mark those refused."""
        found = requestor.get_full_property(place, X.AnyPropertyType)
        if found is None or found.format != 32:  # noqa: PLR2004  (bits of an atom)
            return False
        pairs = list(found.value)
        for index in range(0, len(pairs) - 1, 2):
            if not self._give(offer, requestor, pairs[index], pairs[index + 1]):
                pairs[index + 1] = X.NONE
        requestor.change_property(place, found.property_type, 32, pairs)
        return True

    def _give(self, offer: _Offer, requestor: Any, target: int, place: int) -> bool:
        content = self._about(offer, target)
        if content is None:
            content = offer.contents.get(target)
            if content is None:
                return False
            self.takers.append(requestor.id)
        if len(content.data) <= AT_ONCE:
            requestor.change_property(place, content.kind, content.bits, content.data)
        else:
            self._begin(requestor, place, content)
        return True

    def _about(self, offer: _Offer, target: int) -> Content | None:
        """Return what every owner can say of a selection: its formats, and since when it owns it."""
        name = self._display.get_atom
        if target == name("TARGETS"):
            every = [name("TARGETS"), name("MULTIPLE"), name("TIMESTAMP"), *offer.contents]
            return Content(Xatom.ATOM, 32, array.array("I", every).tobytes())
        if target == name("TIMESTAMP"):
            return Content(Xatom.INTEGER, 32, array.array("I", [offer.since]).tobytes())
        return None

    def _begin(self, requestor: Any, place: int, content: Content) -> None:
        """Say that it comes in pieces; the first follows when that was read."""
        while len(self._transfers) >= MOST_TRANSFERS:
            self._transfers.pop(next(iter(self._transfers)))
        requestor.change_attributes(event_mask=X.PropertyChangeMask)
        self._transfers[requestor.id, place] = _Transfer(content)
        requestor.change_property(place, self._display.get_atom("INCR"), 32, [len(content.data)])

    def _go_on(self, requestor: int, place: int) -> None:
        """Give the next piece where the last was taken away; an empty one is the end."""
        transfer = self._transfers.get((requestor, place))
        if transfer is None:
            return
        piece = transfer.content.data[transfer.done : transfer.done + AT_ONCE]
        transfer.done += len(piece)
        window = self._display.create_resource_object("window", requestor)
        window.change_property(place, transfer.content.kind, transfer.content.bits, piece)
        if not piece:
            del self._transfers[requestor, place]
            if all(other != requestor for other, _ in self._transfers):
                window.change_attributes(event_mask=X.NoEventMask)
        self._display.flush()


def _is_earlier(asked: int, since: int) -> bool:
    """Say whether a window asks for what stood there before: a key pressed then, and only read now.

    The server's time is a count of milliseconds that begins again at 2³²; 0 is "now".
    """
    return asked != X.CurrentTime and (asked - since) % (1 << 32) >= 1 << 31
