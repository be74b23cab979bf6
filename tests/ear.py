"""Records from the sound server until it is lost, and again for every line on its standard input.

A line tells how many seconds that opening may take.
"""

from __future__ import annotations

import sys

import anyio

from dictated.errors import RecorderError, RecorderLostError
from dictated.recorders import microphone


async def listen(recorder: microphone.Microphone) -> None:
    try:
        frames = await recorder.open()
    except RecorderError as error:
        say(str(error).split(":")[0])
        return
    say("open")
    try:
        async for _ in frames:
            pass
    except RecorderLostError:
        say("lost")
    await recorder.close()
    say("closed")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main() -> None:
    microphone.CLOSE_S = 0.5
    recorder = microphone.Microphone("", frames_s=30, no_frame_s=1)
    await listen(recorder)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        microphone.OPEN_S = float(line)
        await listen(recorder)


if __name__ == "__main__":
    anyio.run(main)
