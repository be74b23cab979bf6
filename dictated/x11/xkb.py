"""The requests of the X Keyboard Extension that typing needs and python-xlib does not bring.

Numbers and layouts: "The X Keyboard Extension: Protocol Specification", version 1.0, appendix A, and
`X11/extensions/XKBproto.h`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from Xlib.protocol import rq

from dictated.errors import NoDisplayError

if TYPE_CHECKING:
    from Xlib.display import Display

_EXTENSION = "XKEYBOARD"

_CORE_KEYBOARD = 0x0100
"""XkbUseCoreKbd."""

_ALL = 0xFF
"""Every modifier."""

_TYPES, _SYMS, _MODIFIERS = 1, 2, 4
"""XkbKeyTypesMask, XkbKeySymsMask, XkbModifierMapMask."""

_MAPPING = 3
"""XkbNewKeyboardNotifyMask and XkbMapNotifyMask."""

_DETECTABLE_REPEAT = 1
"""XkbPCF_DetectableAutoRepeatMask."""

_HEADER = 32
"""Bytes of XkbGetMap's reply before its data, counted from the reply's length field on."""


@dataclass(frozen=True, slots=True)
class State:
    """Modifiers (a bit each, Shift is 1, Lock 2, Control 4) that are held, latched and locked; the group."""

    held: int
    latched: int
    locked: int
    group: int


@dataclass(frozen=True, slots=True)
class KeyType:
    """Which level of a key each combination of the modifiers in `mask` chooses; any other chooses level 0."""

    mask: int
    levels: dict[int, int]

    def level(self, modifiers: int) -> int:
        """Return the level that these modifiers choose."""
        return self.levels.get(modifiers & self.mask, 0)


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the type of each of its groups, and the keysyms of all groups, `width` levels each."""

    types: tuple[KeyType, ...]
    outside: int
    width: int
    syms: tuple[int, ...]

    def sym(self, group: int, modifiers: int) -> int:
        """Return the keysym that this key gives, 0 for none."""
        if not self.types:
            return 0
        inside = self._inside(group)
        return self.syms[inside * self.width + self.types[inside].level(modifiers)]

    def _inside(self, group: int) -> int:
        """Return the group to use where the key has fewer (the specification's XkbOutOfRangeGroup…)."""
        count = len(self.types)
        if group < count:
            return group
        if self.outside & 0x40:
            return count - 1
        if self.outside & 0x80:
            return min((self.outside >> 4) & 0x03, count - 1)
        return group % count


@dataclass(frozen=True, slots=True)
class Keymap:
    """Every key by its keycode, and the modifiers that some of them are."""

    keys: dict[int, Key]
    modifiers: dict[int, int]

    def find(self, keysym: int, group: int, modifiers: int) -> int | None:
        """Return the first key that gives this keysym in that group with those modifiers."""
        return next((code for code, key in self.keys.items() if key.sym(group, modifiers) == keysym), None)


class _UseExtension(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card16("major"), rq.Card16("minor")
    )
    _reply = rq.Struct(rq.ReplyCode(), rq.Card8("supported"), rq.Card16("sequence_number"), rq.Pad(28))


class _GetState(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(4), rq.RequestLength(), rq.Card16("device"), rq.Pad(2))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("mods"),
        rq.Card8("held"),
        rq.Card8("latched"),
        rq.Card8("locked"),
        rq.Card8("group"),
        rq.Pad(19),
    )


class _LatchLockState(rq.Request):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(5),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card8("affect_locks"),
        rq.Card8("locks"),
        rq.Pad(2),
        rq.Card8("affect_latches"),
        rq.Card8("latches"),
        rq.Pad(4),
    )


class _SelectEvents(rq.Request):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(1),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card16("affected"),
        rq.Card16("none"),
        rq.Card16("every"),
        rq.Card16("affected_parts"),
        rq.Card16("parts"),
    )


class _PerClientFlags(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(21),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(2),
        rq.Card32("change"),
        rq.Card32("value"),
        rq.Pad(12),
    )
    _reply = rq.Struct(rq.ReplyCode(), rq.Card8("device"), rq.Card16("sequence_number"), rq.Pad(28))


class _Rest(rq.ValueField):  # type: ignore[misc]  # python-xlib has no types
    """All that is left of a reply, as bytes."""

    structcode = None

    def parse_binary_value(self, data: Any, _display: Any, _length: Any, _format: Any) -> tuple[bytes, bytes]:
        return bytes(data[:]), b""


class _GetMap(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(8),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card16("full"),
        rq.Pad(20),
    )
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Card8("device"), rq.Card16("sequence_number"), rq.ReplyLength(), _Rest("data")
    )


def enable(display: Display) -> int:
    """Tell the server that this connection speaks XKB; needed once, before any other function here.

    Returns the type that all events of XKB have.

    Raises:
        NoDisplayError: the server does not speak it.
    """
    found = display.query_extension(_EXTENSION)
    if not found or not found.present:
        raise NoDisplayError("this X server has no XKEYBOARD extension, which typing needs; use the log sink")
    display.display.set_extension_major(_EXTENSION, found.major_opcode)
    _UseExtension(major=1, minor=0, **_to(display))
    events: int = found.first_event
    return events


def tell_mapping(display: Display) -> None:
    """Have an event sent to this connection whenever a key's meaning changes.

    Once `enable` was called, the server no longer sends MappingNotify for it.
    """
    _SelectEvents(
        device=_CORE_KEYBOARD,
        affected=_MAPPING,
        none=0,
        every=_MAPPING,
        affected_parts=_ALL,
        parts=_ALL,
        **_to(display),
    )


def tell_repeats(display: Display) -> None:
    """Have a key that repeats sent to this connection as presses alone, not as presses and releases."""
    _PerClientFlags(
        device=_CORE_KEYBOARD, change=_DETECTABLE_REPEAT, value=_DETECTABLE_REPEAT, **_to(display)
    )


def state(display: Display) -> State:
    """Return the modifiers and the group as they are now."""
    found = _GetState(device=_CORE_KEYBOARD, **_to(display))
    return State(found.held, found.latched, found.locked, found.group)


def lock(display: Display, modifiers: int) -> None:
    """Make these, and no others, the locked modifiers, and drop what is latched; no key is pressed."""
    _LatchLockState(
        device=_CORE_KEYBOARD,
        affect_locks=_ALL,
        locks=modifiers,
        affect_latches=_ALL,
        latches=0,
        **_to(display),
    )


def keymap(display: Display) -> Keymap:
    """Read the whole keyboard (a few milliseconds)."""
    reply = _GetMap(device=_CORE_KEYBOARD, full=_TYPES | _SYMS | _MODIFIERS, **_to(display))
    return parse_keymap(reply.data)


def parse_keymap(data: bytes) -> Keymap:
    """Read XkbGetMap's reply, given from its ninth byte on."""
    first_type_count, first_key, key_count, modifier_count = data[7], data[9], data[12], data[25]
    place = _HEADER
    types: list[KeyType] = []
    for _ in range(first_type_count):
        kind, place = _key_type(data, place)
        types.append(kind)
    keys: dict[int, Key] = {}
    for keycode in range(first_key, first_key + key_count):
        keys[keycode], place = _key(data, place, types)
    pairs = struct.iter_unpack("BB", data[place : place + 2 * modifier_count])
    return Keymap(keys, {keycode: bits for keycode, bits in pairs if bits})


def _key_type(data: bytes, place: int) -> tuple[KeyType, int]:
    mask, _, _, _, entries, preserve = struct.unpack_from("=BBHBBB", data, place)
    place += 8
    levels = {}
    for _ in range(entries):
        active, modifiers, level = struct.unpack_from("=BBB", data, place)
        if active:
            levels[modifiers] = level
        place += 8
    return KeyType(mask, levels), place + (4 * entries if preserve else 0)


def _key(data: bytes, place: int, types: list[KeyType]) -> tuple[Key, int]:
    *indices, info, width, count = struct.unpack_from("=BBBBBBH", data, place)
    place += 8
    syms = struct.unpack_from(f"={count}I", data, place)
    chosen = tuple(types[index] for index in indices[: info & 0x0F])
    return Key(chosen, info & 0xF0, width, syms), place + 4 * count


def _to(display: Display) -> dict[str, Any]:
    return {"display": display.display, "opcode": display.display.get_extension_major(_EXTENSION)}
