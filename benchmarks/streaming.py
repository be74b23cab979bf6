"""Plays a WAV file in real time through Moonshine's own streaming transcriber; each completed line is JSON.

    python benchmarks/streaming.py FILE

Everything is at its own defaults: its segmenter, an update every 0.5 s, blocks of 1024 samples, and what has
gathered while it worked handed over at once, as its MicTranscriber does (moonshine_voice/mic_transcriber.py).
Times are seconds of the track; `at` is when the line was complete.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from moonshine_voice import ModelArch
from moonshine_voice.transcriber import LineCompleted, Transcriber
from moonshine_voice.utils import get_model_path

if TYPE_CHECKING:
    from moonshine_voice.transcriber import TranscriptEvent

RATE = 16_000
BLOCK = 1024


def main() -> None:
    """Play it."""
    samples, rate = soundfile.read(sys.argv[1], dtype="float32")
    assert rate == RATE, "the track is at 16 kHz"  # noqa: S101 (a script for our own track)
    transcriber = Transcriber(get_model_path("tiny-en"), ModelArch.TINY)
    stream = transcriber.create_stream()
    began = time.monotonic()

    def completed(event: TranscriptEvent) -> None:
        if isinstance(event, LineCompleted):
            line = event.line
            record = {"start": line.start_time, "end": line.start_time + line.duration, "text": line.text}
            print(json.dumps({"at": time.monotonic() - began, **record}), flush=True)

    stream.add_listener(completed)
    stream.start()
    given = 0
    while given < len(samples):
        # A block is there when it has been spoken to its end; a microphone knows it no sooner.
        time.sleep(max(0.0, began + min(given + BLOCK, len(samples)) / RATE - time.monotonic()))
        there = int((time.monotonic() - began) * RATE) // BLOCK * BLOCK
        due = np.asarray(samples[given : max(there, given + BLOCK)])
        stream.add_audio(due.tolist(), RATE)
        given += len(due)
    stream.stop()
    transcriber.close()


if __name__ == "__main__":
    main()
