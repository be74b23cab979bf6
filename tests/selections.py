"""The selections of a screen as other programs have them: put there, read back, kept by a clipboard manager."""

from __future__ import annotations

import math
import os
import select
import time
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from fixtures.screen import DEADLINE
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol.event import SelectionNotify

from dictated.x11.connection import connect, disconnect
from dictated.x11.offers import Offers
from dictated.x11.selection import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fixtures.screen import Screen

    from dictated.x11.selection import Content


class Takings:
    """Each time a program takes a selection of this screen, to be waited for.

    A program that offers something leaves a child behind, which takes the selection a moment after it is done.
    """

    def __init__(self, screen: Screen, selection: str) -> None:
        self._display = Display(screen.display)
        assert self._display.has_extension("XFIXES")
        self._display.xfixes_query_version()
        name = self._display.get_atom(selection.upper())
        root = self._display.screen().root
        self._display.xfixes_select_selection_input(root, name, xfixes.XFixesSetSelectionOwnerNotifyMask)
        self._display.sync()

    def wait(self) -> None:
        """Return when it was taken once more."""
        if not self._display.pending_events():
            assert select.select([self._display], [], [], DEADLINE)[0], "nobody took the selection"
        self._display.next_event()

    def close(self) -> None:
        self._display.close()


def put(screen: Screen, selection: str, content: bytes, target: str = "UTF8_STRING") -> None:
    """Have another program offer this, and return when it does."""
    file = screen.folder / f"{selection}-{len(content)}"
    file.write_bytes(content)
    with closing(Takings(screen, selection)) as takings:
        screen.run("sh", "-c", f"xclip -selection {selection} -t {target} -in {file} >/dev/null 2>&1")
        takings.wait()


def held(screen: Screen, selection: str, target: str = "UTF8_STRING") -> bytes:
    """Return what a selection holds now, as another program gets it; nothing where nobody offers it."""
    file = screen.folder / "held"
    screen.run("sh", "-c", f"xclip -selection {selection} -t {target} -out > {file} 2>/dev/null || true")
    return file.read_bytes()


@contextmanager
def owner(selection: str, contents: Mapping[str, Content]) -> Iterator[None]:
    """Be a program that offers this in several formats, for as long as the block lasts."""
    display = connect()
    reading, writing = os.pipe()
    offers = Offers(display, reading)
    offers.own(
        display.get_atom(selection), {display.get_atom(name): content for name, content in contents.items()}
    )
    thread = Thread(target=offers.pump, args=(math.inf, lambda _: False), daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.write(writing, b"\0")
        thread.join(5)
        disconnect(display)
        os.close(reading)
        os.close(writing)


@contextmanager
def clipboard_manager() -> Iterator[None]:
    """Be one that keeps what it is asked to (freedesktop.org, Clipboard Manager Specification)."""
    display = connect()
    reading, writing = os.pipe()
    offers, there = Offers(display, reading), Event()
    manager, clipboard = display.get_atom("CLIPBOARD_MANAGER"), display.get_atom("CLIPBOARD")

    def keep() -> None:
        offers.window.set_selection_owner(manager, X.CurrentTime)
        display.sync()
        there.set()
        asked: Any = display.next_event()
        while asked.type != X.SelectionRequest or asked.target != display.get_atom("SAVE_TARGETS"):
            asked = display.next_event()
        contents = Reader(display, offers, time.monotonic() + 5).contents(clipboard)
        offers.own(clipboard, contents)
        told = SelectionNotify(
            time=asked.time,
            requestor=asked.requestor,
            selection=manager,
            target=asked.target,
            property=asked.property,
        )
        asked.requestor.send_event(told)
        offers.pump(math.inf, lambda _: False)

    thread = Thread(target=keep, daemon=True)
    thread.start()
    there.wait()
    try:
        yield
    finally:
        os.write(writing, b"\0")
        thread.join(5)
        disconnect(display)
        os.close(reading)
        os.close(writing)
