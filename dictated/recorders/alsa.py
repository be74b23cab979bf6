"""Prepares ALSA's library for PortAudio, which opens every device of its configuration to see what it is."""

from __future__ import annotations

import ctypes
import logging

logger = logging.getLogger(__name__)

_ENCODER = b"pcm.a52"
"""A loudspeaker behind an AC-3 encoder, which libasound2-plugins configures. To look at it loads all of
libavcodec: 14 MB, and more than half of the time PortAudio takes to start. Nobody can record from it."""


def prepare() -> None:
    """Keep ALSA silent, and the encoder out of its configuration; before each start of PortAudio. Blocks.

    Does nothing where there is no ALSA.
    """
    try:
        library = ctypes.CDLL("libasound.so.2")
        _silence(library)
        _leave_out(library, _ENCODER)
    except (OSError, AttributeError, ValueError) as error:
        logger.debug("ALSA stays as it is: %s", error)


def _silence(library: ctypes.CDLL) -> None:
    """Keep ALSA from writing to the standard error stream what we report ourselves.

    It calls a function for every message; one of the C library that does nothing is given to it.
    """
    library.snd_lib_error_set_handler(ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p))


def _leave_out(library: ctypes.CDLL, device: bytes) -> None:
    """Delete a device from the configuration in memory, which PortAudio takes as it is (conf.c)."""
    found = ctypes.c_void_p()
    if library.snd_config_update() < 0:
        return
    configuration = ctypes.c_void_p.in_dll(library, "snd_config")
    if library.snd_config_search(configuration, device, ctypes.byref(found)) == 0:
        library.snd_config_delete(found)
