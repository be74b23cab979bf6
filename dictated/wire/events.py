"""Server-sent events: the bytes of a `text/event-stream`, in pieces of any size, become events.

After the WHATWG rules (https://html.spec.whatwg.org/multipage/server-sent-events.html, "Interpreting an event
stream"). `id` and `retry` are for clients that connect again by themselves; here they are passed over.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_EVENT = 1 << 20
"""Characters of one event's lines; a transcript's last event, with every token's probability, has a tenth."""

_LINE_END = re.compile("\r\n|\n|\r")


class TooLongError(ValueError):
    """An event has more characters than are kept."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `kind` is "message" where the server named none."""

    kind: str
    data: str = field(repr=False)


class Parser:
    """Puts events together; at most `longest` characters are kept of one that is not whole yet."""

    def __init__(self, longest: int = LONGEST_EVENT) -> None:
        self._longest = longest
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(
            "replace"
        )  # -sig: one leading BOM is dropped
        self._after_cr = (
            False  # the last piece ended in CR: an LF at the head of the next is the same line end
        )
        self._line: list[str] = []  # pieces of the line that has not ended yet
        self._kind = ""
        self._data: list[str] = []
        self._kept = 0  # characters in _line and _data

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Yield the events that end within this piece; to be exhausted before the next piece is fed.

        Raises:
            TooLongError: an event is longer than `longest`; the stream cannot be read any further.
        """
        text = self._decoder.decode(piece)
        if not text:
            return
        if self._after_cr:
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r")
        *ended, rest = _LINE_END.split(text)
        for piece_of_line in ended:
            self._keep(piece_of_line)
            yield from self._end_line()
        self._keep(rest)

    def _keep(self, text: str) -> None:
        self._line.append(text)
        self._kept += len(text)
        if self._kept > self._longest:
            raise TooLongError(f"an event has more than {self._longest} characters")

    def _end_line(self) -> Iterator[Event]:
        line = "".join(self._line)
        self._line.clear()
        if line:
            self._take(line)
            return
        if self._data:
            yield Event(self._kind or "message", "\n".join(self._data))
        self._kind = ""
        self._data.clear()
        self._kept = 0

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")  # a line that begins with ":" is a comment: its name is empty
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        else:
            self._kept -= len(line)
