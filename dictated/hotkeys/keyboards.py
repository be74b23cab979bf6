"""The keyboards of a folder such as /dev/input, as they come and go, and what they tell."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_LOG = logging.getLogger(__name__)

_EV_SYN, _EV_KEY, _SYN_DROPPED = 0, 1, 3
"""Kinds of events, linux/input-event-codes.h."""

_UP, _DOWN = 0, 1
"""What a key's event says; 2 is a repeat."""

_LETTERS = frozenset({*range(16, 26), *range(30, 39), *range(44, 51)})
"""KEY_Q to KEY_P, KEY_A to KEY_L, KEY_Z to KEY_M."""

_TYPISTS = ("ydotool",)
"""What the names of keyboards begin with that a program types on: "ydotoold virtual device"."""


class Event(Protocol):
    """A `struct input_event`."""

    type: int
    code: int
    value: int


class Device(Protocol):
    """What is asked of an `evdev.InputDevice`; each method raises OSError when the device has gone."""

    name: str

    def fileno(self) -> int:
        """Return the number of its file, which can be read when there are events."""
        ...

    def read(self) -> Iterable[Event]:
        """Return the events there are; BlockingIOError when there are none."""
        ...

    def capabilities(self) -> Mapping[int, Sequence[object]]:
        """Return the codes it can send of each type."""
        ...

    def active_keys(self) -> Sequence[int]:
        """Return the keys that are down."""
        ...

    def close(self) -> None:
        """Close its file."""
        ...


class Change(NamedTuple):
    """A key that went down or up; `seen` is false for one that went down while nobody looked."""

    code: int
    down: bool
    seen: bool = True


class Keyboards:
    """A key is down from when it goes down on the first keyboard until it is up on every one.

    Belongs to one thread. `refused` says whether a device may not be read.
    """

    def __init__(self, folder: Path, open_device: Callable[[str], Device]) -> None:
        self._folder = folder
        self._open_device = open_device
        self._open: dict[str, Device] = {}
        self._down: dict[str, set[int]] = {}
        self._judged: dict[str, tuple[int, ...]] = {}  # what was asked, and is not asked until it changes
        self._refused: set[str] = set()

    @property
    def open(self) -> list[Device]:
        """The keyboards that are read."""
        return list(self._open.values())

    @property
    def refused(self) -> bool:
        """Whether there is a device that may not be read."""
        return bool(self._refused)

    def look(self) -> Iterator[Change]:
        """Open the keyboards that have come; yield the keys that are down on them, and up with those gone."""
        found = {path.name: path for path in self._folder.glob("event*")}
        for name in self._open.keys() - found.keys():
            yield from self._close(name)
        self._refused &= found.keys()
        for name in sorted(found.keys() - self._open.keys()):
            with suppress(OSError):  # gone again, or going
                self._judge(found[name])
            yield from self._resync(name)

    def read(self, device: Device) -> Iterator[Change]:
        """Yield what a keyboard tells; one that has gone lets go of its keys, and is looked for again."""
        name = next(name for name, known in self._open.items() if known is device)
        lost = False
        try:
            for event in device.read():
                lost |= (event.type, event.code) == (_EV_SYN, _SYN_DROPPED)
                if event.type == _EV_KEY and not lost:
                    yield from self._take(name, event)
            if lost:
                yield from self._resync(name)
        except BlockingIOError:
            return
        except OSError as problem:
            _LOG.debug("the keyboard %s has gone (%s)", device.name, problem)
            yield from self._close(name)
            yield from self.look()

    def close(self) -> None:
        """Close every keyboard."""
        for device in self._open.values():
            device.close()
        self._open.clear()
        self._down.clear()
        self._judged.clear()

    def _judge(self, path: Path) -> None:
        """Open a device, and keep it open if it is a keyboard; each is asked once, until it changes."""
        status = path.stat()
        # before Linux 6.13 a file that changes at once after it has come keeps its time
        state = (status.st_ino, status.st_ctime_ns, status.st_mode, status.st_uid, status.st_gid)
        if self._judged.get(path.name) == state:
            return
        self._judged[path.name] = state
        self._refused.discard(path.name)
        try:
            device = self._open_device(str(path))
        except PermissionError:
            self._refused.add(path.name)
            return
        if not _is_keyboard(device):
            device.close()
            return
        _LOG.debug("the keyboard %s is watched (%s)", device.name, path)
        self._open[path.name] = device
        self._down[path.name] = set()

    def _take(self, name: str, event: Event) -> Iterator[Change]:
        if event.value == _DOWN:
            self._down[name].add(event.code)
            yield Change(event.code, down=True)
        elif event.value == _UP:
            yield from self._let_go(name, event.code)

    def _let_go(self, name: str, code: int) -> Iterator[Change]:
        self._down[name].discard(code)
        if not any(code in down for down in self._down.values()):
            yield Change(code, down=False)

    def _resync(self, name: str) -> Iterator[Change]:
        """Ask a keyboard that is open which keys are down, where no event has told it."""
        if name not in self._open:
            return
        try:
            active = set(self._open[name].active_keys())
        except OSError:
            yield from self._close(name)
            return
        for code in self._down[name] - active:
            yield from self._let_go(name, code)
        for code in active - self._down[name]:
            self._down[name].add(code)
            yield Change(code, down=True, seen=False)

    def _close(self, name: str) -> Iterator[Change]:
        self._open.pop(name).close()
        self._judged.pop(name, None)
        for code in sorted(self._down[name]):
            yield from self._let_go(name, code)
        del self._down[name]


def _is_keyboard(device: Device) -> bool:
    """Say whether a hand types on it: it has the letters, and no program of ours is its hand.

    Being virtual is no sign: keyd, kmonad and the like take the real keyboard for themselves, and give what
    is typed on a virtual one (keyd's says that it is on the USB).
    """
    keys = device.capabilities().get(_EV_KEY, ())
    return _LETTERS.issubset(keys) and not device.name.startswith(_TYPISTS)
