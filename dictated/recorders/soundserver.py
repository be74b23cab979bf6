"""The sources of the sound server, PulseAudio or PipeWire, as `pactl` lists them."""

from __future__ import annotations

import logging
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from dictated.recorders.device import Device

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

PACTL_S = 1.0
"""Seconds `pactl` may take (it takes 0.02)."""


class _Source(msgspec.Struct):
    """The part of `pactl list sources` that is of use here."""

    name: str
    description: str
    sample_specification: str
    monitor_source: str


class _Info(msgspec.Struct):
    default_source_name: str = ""


def sources() -> list[Device]:
    """Return the sound server's sources, or nothing where there is no server or no `pactl`. Blocks."""
    try:
        found = msgspec.json.decode(_pactl("list", "sources"), type=list[_Source])
        default = msgspec.json.decode(_pactl("info"), type=_Info).default_source_name
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        logger.debug("the sound server's sources are not known: %s", error)
        return []
    return [_device(source, default) for source in found]


@contextmanager
def source_chosen(name: str) -> Iterator[None]:
    """Let a stream that is opened meanwhile record from this source of the sound server.

    libpulse reads PULSE_SOURCE when a stream is opened; ALSA's `pulse` device offers no other way. The
    environment belongs to the whole process, so only one thread at a time may be here.
    """
    before = os.environ.get("PULSE_SOURCE")
    os.environ["PULSE_SOURCE"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["PULSE_SOURCE"]
        else:
            os.environ["PULSE_SOURCE"] = before


def _pactl(*arguments: str) -> bytes:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}  # else decimals come with the comma of the country
    command = ["pactl", "--format=json", *arguments]
    return subprocess.run(  # noqa: S603  the arguments are ours
        command, env=environment, capture_output=True, check=True, timeout=PACTL_S
    ).stdout


def _device(source: _Source, default: str) -> Device:
    _, channels, rate = source.sample_specification.split()  # as in "s16le 2ch 48000Hz"
    return Device(
        index=None,
        name=source.name,
        channels=int(channels.removesuffix("ch")),
        rate=int(rate.removesuffix("Hz")),
        default=source.name == default,
        kind="source",
        title=source.description,
        monitor=bool(source.monitor_source),
    )
