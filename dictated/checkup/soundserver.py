"""Which sound server answers, and what its default microphone is."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import msgspec

from dictated.checkup.finding import Finding, Grade

if TYPE_CHECKING:
    from collections.abc import Sequence

WITHIN_S = 4.0

PACTL_S = 3.0
"""Seconds `pactl` may take; a server that has to be started first takes up to 2."""

WHAT = "sound server"
START = "systemctl --user start pipewire-pulse  (or pulseaudio)"


class Info(msgspec.Struct):
    """The part of `pactl info` that is of use here."""

    server_name: str = ""
    server_version: str = ""
    default_source_name: str = ""


def look() -> Sequence[Finding]:
    """Ask it by `pactl`; without one a sound card may still do, so that is a warning."""
    try:
        done = subprocess.run(
            ["pactl", "--format=json", "info"],  # noqa: S607  (wherever the system has it)
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
            timeout=PACTL_S,
        )
        return [finding(msgspec.json.decode(done.stdout, type=Info))]
    except FileNotFoundError:
        return [Finding(WHAT, Grade.WARN, "pactl is not installed", "sudo apt install pulseaudio-utils")]
    except (subprocess.SubprocessError, msgspec.DecodeError, OSError):
        return [Finding(WHAT, Grade.WARN, "neither PipeWire nor PulseAudio answers", START)]


def finding(info: Info) -> Finding:
    """Say which it is; a default source that hears the loudspeaker is no microphone."""
    server, source = f"{info.server_name} {info.server_version}", info.default_source_name
    if source.endswith(".monitor"):  # how both servers name them
        said = f"{server}; its default source hears what the computer plays ({source})"
        return Finding(
            WHAT, Grade.WARN, said, "pactl set-default-source NAME  (`dictated devices` lists them)"
        )
    return Finding(WHAT, Grade.OK, f"{server}; default source {source or 'none'}")
