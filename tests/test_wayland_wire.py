"""Rules of the wire: messages are as the protocol writes them, whole ones are read and the rest waits, files come along."""

from __future__ import annotations

import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.wayland.wire import BrokenError, connected, message, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

little = pytest.mark.skipif(sys.byteorder != "little", reason="written out in that order")


@little
def test_a_request_is_its_object_its_size_and_opcode_and_its_arguments() -> None:
    assert message(3, 2, 7) == bytes.fromhex("03000000 02000c00 07000000")


@little
def test_a_string_has_its_length_and_is_filled_up_to_whole_words() -> None:
    assert message(2, 0, "seat").hex(" ", 4) == "02000000 00001400 05000000 73656174 00000000"


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 99))), st.integers(0, 11))
def test_whole_messages_are_read_and_the_rest_waits(sent: list[tuple[int, int, int]], cut: int) -> None:
    rest = message(1, 1, 1)[:cut]
    found, left = split(b"".join(message(*each) for each in sent) + rest)
    assert [(target, code, int.from_bytes(body, sys.byteorder)) for target, code, body in found] == sent
    assert left == rest


async def test_a_file_comes_with_its_event(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with compositor(tmp_path, message(9, 0, 1, 2), writing) as environ:
        async with connected(environ) as wire:
            events = await wire.read()
            os.close(writing)
            os.write(wire.fds[0], b"keymap")
            assert (events, os.read(reading, 6)) == ([(9, 0, message(9, 0, 1, 2)[8:])], b"keymap")
    assert os.read(reading, 1) == b"", "what nobody took is closed"
    os.close(reading)


async def test_a_compositor_that_ends_is_told(tmp_path: Path) -> None:
    with compositor(tmp_path, b"") as environ:
        async with connected(environ) as wire:
            with pytest.raises(BrokenError, match="went away"):
                await wire.read()


async def test_what_the_compositor_refuses_is_told(tmp_path: Path) -> None:
    with compositor(tmp_path, message(1, 0, 4, 0, "no such seat")) as environ:
        async with connected(environ) as wire:
            with pytest.raises(BrokenError, match="refused: no such seat"):
                await wire.read()


@contextmanager
def compositor(folder: Path, says: bytes, *fds: int) -> Iterator[dict[str, str]]:
    """Have one that says this to whoever comes first, and then no more."""
    path = str(folder / "wayland-9")
    with socket.socket(socket.AF_UNIX) as door, ThreadPoolExecutor() as threads:
        door.bind(path)
        door.listen()
        greeting = threads.submit(_greet, door, says, fds)
        yield {"WAYLAND_DISPLAY": path}
        greeting.result()


def _greet(door: socket.socket, says: bytes, fds: tuple[int, ...]) -> None:
    guest, _ = door.accept()
    with guest:
        if says:
            socket.send_fds(guest, [says], fds)
