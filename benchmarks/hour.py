"""Memory over a long transcription: an hour of recordings with pauses, at full speed.

Prints the resident memory of `dictated transcribe` after the tenth and after the last utterance, and the
real-time factor.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 16_000
PAUSE_SECONDS = 1.5
SPEECH = Path(__file__).resolve().parents[2] / "shared" / "speech"
DICTATED = Path(sys.executable).with_name("dictated")


def main() -> None:
    """Measure, print, and fail where memory grew by more than the bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SPEECH, help="recordings (wav, flac)")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--bound-mb", type=float, default=20.0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        track = Path(folder) / "track.wav"
        seconds = write_track(track, sorted(options.folder.glob("s*.wav")), options.minutes * 60)
        figures = measure(track, seconds)
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    sys.exit(figures["growth_mb"] > options.bound_mb)


def write_track(track: Path, recordings: list[Path], seconds: float) -> float:
    """Write recordings one after the other, a pause behind each, until the track is long enough."""
    pause = np.zeros(int(PAUSE_SECONDS * RATE), dtype="<i2").tobytes()
    written = 0.0
    with wave.open(str(track), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        for recording in itertools.cycle(recordings):
            samples, rate = soundfile.read(recording, dtype="int16", always_2d=True)
            pcm = soxr.resample(samples[:, 0], rate, RATE).astype("<i2").tobytes() + pause
            out.writeframes(pcm)
            written += len(pcm) / 2 / RATE
            if written >= seconds:
                return written
    raise SystemExit("there are no recordings")


def measure(track: Path, seconds: float) -> dict[str, float]:
    """Transcribe it, and look at the process's resident memory after each line."""
    started = time.perf_counter()
    with subprocess.Popen([DICTATED, "transcribe", "--json", track], stdout=subprocess.PIPE) as process:
        resident = [resident_mb(process.pid) for _ in process.stdout or ()]
    elapsed = time.perf_counter() - started
    return {
        "utterances": len(resident),
        "track_s": round(seconds, 1),
        "elapsed_s": round(elapsed, 1),
        "real_time_factor": round(elapsed / seconds, 4),
        "after_tenth_mb": round(resident[9], 1),
        "after_last_mb": round(resident[-1], 1),
        "most_mb": round(max(resident), 1),
        "growth_mb": round(resident[-1] - resident[9], 1),
    }


def resident_mb(pid: int) -> float:
    """Resident memory of a process (proc(5), VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    main()
