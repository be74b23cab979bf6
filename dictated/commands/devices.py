"""`dictated devices`: what can be recorded from, as `audio.device` takes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from dictated.errors import RecorderError
from dictated.recorders.device import NO_MICROPHONE
from dictated.recorders.microphone import devices

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths
    from dictated.recorders.device import Device


def run(arguments: argparse.Namespace, _: Paths) -> int:
    """Print them, a line each.

    Raises:
        RecorderError: there is none.
    """
    found = devices()
    if arguments.json:
        print(json.dumps([asdict(device) for device in found]))
        return 0
    for device in found:
        print(_line(device))
    if not found:
        raise RecorderError(NO_MICROPHONE)
    return 0


def _line(device: Device) -> str:
    number = "" if device.index is None else str(device.index)
    monitor = "; hears what the computer plays" if device.monitor else ""
    default = "; default" if device.default else ""
    return f"{number:>3}  {device.label}  {device.channels} ch, {device.rate} Hz{default}{monitor}"
