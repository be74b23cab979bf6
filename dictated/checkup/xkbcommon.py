"""What keys mean, read by libxkbcommon as windows read them: a keymap, and the modifiers that hold.

The C library is on every desktop of Wayland; called by ctypes, for the numbers below are all it takes
(xkbcommon/xkbcommon.h).
"""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY = "libxkbcommon.so.0"

_ALONE = 1 | 2
"""XKB_CONTEXT_NO_DEFAULT_INCLUDES and _NO_ENVIRONMENT_NAMES: the system's files are added once it is silent,
for it does without: a compositor's keymap is mostly whole."""

_SILENT = 10
"""XKB_LOG_LEVEL_CRITICAL: what is wrong with a keymap is not for the user's terminal."""

_TEXT_V1 = 1
_EFFECTIVE = 1 << 3
_INSERT = 0xFF63
_EVDEV = 8
"""Added to the kernel's number of a key."""

_LONGEST = 64
"""Bytes that one key may write."""

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "xkb_context_new": (c_void_p, [c_int]),
    "xkb_context_set_log_level": (None, [c_void_p, c_int]),
    "xkb_context_include_path_append_default": (c_int, [c_void_p]),
    "xkb_context_unref": (None, [c_void_p]),
    "xkb_keymap_new_from_string": (c_void_p, [c_void_p, c_char_p, c_int, c_int]),
    "xkb_keymap_unref": (None, [c_void_p]),
    "xkb_state_new": (c_void_p, [c_void_p]),
    "xkb_state_unref": (None, [c_void_p]),
    "xkb_state_update_mask": (c_int, [c_void_p, *[c_uint32] * 6]),
    "xkb_state_key_get_utf8": (c_int, [c_void_p, c_uint32, c_char_p, c_size_t]),
    "xkb_state_key_get_one_sym": (c_uint32, [c_void_p, c_uint32]),
    "xkb_state_mod_name_is_active": (c_int, [c_void_p, c_char_p, c_int]),
}
"""Those that are called: what they return and take."""


class Keys:
    """A keyboard's keys; none means anything before a keymap is loaded."""

    def __init__(self) -> None:
        """Load the library.

        Raises:
            OSError: it is not here.
        """
        self._xkb = _library()
        self._context = self._xkb.xkb_context_new(_ALONE)
        self._xkb.xkb_context_set_log_level(self._context, _SILENT)
        self._xkb.xkb_context_include_path_append_default(self._context)
        self._state: int | None = None

    def load(self, keymap: bytes) -> None:
        """Have the keys mean this from now on, with no modifier held; nothing where it is no keymap."""
        self._unload()
        made = self._xkb.xkb_keymap_new_from_string(self._context, keymap, _TEXT_V1, 0)
        if made:
            self._state = self._xkb.xkb_state_new(made)  # keeps the keymap
            self._xkb.xkb_keymap_unref(made)

    def hold(self, modifiers: Sequence[int]) -> None:
        """Have these hold: depressed, latched and locked modifiers, and the layout, as wl_keyboard says."""
        if self._state:
            depressed, latched, locked, layout = modifiers
            self._xkb.xkb_state_update_mask(self._state, depressed, latched, locked, 0, 0, layout)

    def text(self, code: int) -> str:
        """Return what a key writes, "" where that is nothing to be seen."""
        if not self._state:
            return ""
        room = ctypes.create_string_buffer(_LONGEST)
        self._xkb.xkb_state_key_get_utf8(self._state, code + _EVDEV, room, _LONGEST)
        text = room.value.decode(errors="replace")
        return text if text.isprintable() else ""

    def pastes(self, code: int) -> bool:
        """Say whether it is Insert, and Shift is held."""
        if not self._state:
            return False
        shift = int(self._xkb.xkb_state_mod_name_is_active(self._state, b"Shift", _EFFECTIVE))
        sym = int(self._xkb.xkb_state_key_get_one_sym(self._state, code + _EVDEV))
        return shift == 1 and sym == _INSERT

    def close(self) -> None:
        """Give the memory back."""
        self._unload()
        self._xkb.xkb_context_unref(self._context)

    def _unload(self) -> None:
        if self._state:
            self._xkb.xkb_state_unref(self._state)
        self._state = None


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    for name, (returned, taken) in _FUNCTIONS.items():
        function = library[name]
        function.restype, function.argtypes = returned, taken
        setattr(library, name, function)
    return library
