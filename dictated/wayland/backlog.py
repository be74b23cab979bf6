"""Tells how much of what was sent over Unix sockets has not been read yet, as the kernel knows it.

A compositor closes the connection of a window that lets too much pile up, and most programs end then: a
GTK 3 window at 10,000 characters that came faster than it could show them. Nothing in the protocol tells how
far a window is; the kernel does (sock_diag(7), what `ss -x` prints), for every user.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LOG = logging.getLogger(__name__)

_NETLINK_SOCK_DIAG = 4
_BY_FAMILY, _ERROR, _DONE = 20, 2, 3
_DUMP = 0x301
_ESTABLISHED = 1 << 1
_SHOW_NAME, _SHOW_QUEUES = 0x01, 0x10
_NAME, _QUEUES = 0, 4
"""Numbers of linux/netlink.h, linux/sock_diag.h and linux/unix_diag.h."""

_HEAD = struct.Struct("=IHHII")
_ASK = struct.Struct("=BBHIIIII")
_SOCKET = struct.Struct("=BBBBIII")
_ATTRIBUTE = struct.Struct("=HH")
_LENGTHS = struct.Struct("=II")

_PART = 1 << 16
_SECONDS = 0.5
"""What the kernel may take; it answers while it is asked."""


class Backlog:
    """What piled up on the connections to servers that listen on these paths, beyond what was there."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = {os.fsencode(path) for path in paths}
        self._before: dict[int, int] | None = self._unread()

    def worst(self) -> int | None:
        """Return the most that waits on any of them, in bytes of the kernel; None where it does not tell."""
        if self._before is None or (now := self._unread()) is None:
            return None
        return max((unread - self._before.get(inode, 0) for inode, unread in now.items()), default=0)

    def _unread(self) -> dict[int, int] | None:
        try:
            return {inode: unread for inode, name, unread in _sockets() if name in self._paths and unread}
        except OSError as error:
            _LOG.debug("how far windows are is not known: %s", error)
            return None


def _sockets() -> Iterator[tuple[int, bytes, int]]:
    """Yield each connected socket with a name: its inode, its name, and what its peer has not read."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(_SECONDS)
        ask = _ASK.pack(socket.AF_UNIX, 0, 0, _ESTABLISHED, 0, _SHOW_NAME | _SHOW_QUEUES, 0, 0)
        kernel.send(_HEAD.pack(_HEAD.size + len(ask), _BY_FAMILY, _DUMP, 0, 0) + ask)
        while True:
            for kind, body in _parts(kernel.recv(_PART), _HEAD):
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError(-int.from_bytes(body[:4], "little", signed=True), "sock_diag refused")
                yield from _socket(body)


def _socket(body: bytes) -> Iterator[tuple[int, bytes, int]]:
    inode = _SOCKET.unpack_from(body)[4]
    told = dict(_parts(body[_SOCKET.size :], _ATTRIBUTE))
    if _NAME in told and _QUEUES in told:
        yield inode, told[_NAME].rstrip(b"\0"), _LENGTHS.unpack_from(told[_QUEUES])[1]


def _parts(data: bytes, head: struct.Struct) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of what stands one after the other, each with its length, filled up to words."""
    start = 0
    while len(data) - start >= head.size:
        size, kind, *_ = head.unpack_from(data, start)
        if size < head.size:
            return
        yield kind, data[start + head.size : start + size]
        start += size + -size % 4
