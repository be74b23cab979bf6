"""The program that plays one sound, 16-bit mono at 48 kHz, from its standard input: one process a sound.

In the daemon's own process PortAudio would be shared with the microphone: to look for devices anew ends every
stream, one that plays crashes then, and a sound server that hangs holds both. A process can be ended.
"""

from __future__ import annotations

import signal
import sys

from dictated.recorders.device import SERVER_PCMS

RATE = 48_000
"""Samples a second: a sound server's own rate, so that it need not convert."""

MOST_S = 5
"""Seconds after which the process ends whatever hangs, also where nobody is left to end it."""


def main() -> int:
    """Play it and return 0; or print why it was not heard, and return 1."""
    signal.alarm(MOST_S)
    pcm = sys.stdin.buffer.read()
    try:
        import sounddevice  # noqa: PLC0415  fails where there is no PortAudio
    except OSError:
        sys.stdout.write("PortAudio is missing: install the package libportaudio2")
        return 1
    outputs = {info["name"] for info in sounddevice.query_devices() if info["max_output_channels"] > 0}
    device = next((name for name in SERVER_PCMS if name in outputs), None)
    try:
        with sounddevice.RawOutputStream(
            samplerate=RATE, channels=1, dtype="int16", device=device, latency="low"
        ) as stream:
            stream.write(pcm)
    except sounddevice.PortAudioError as error:
        sys.stdout.write(str(error.args[0]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
