"""Measures what each upload format saves: bytes, the time to encode, and the time to send.

    python benchmarks/upload.py [RECORDING] [--json FILE]

The utterance is the first 5 s of RECORDING, which defaults to one that comes with moonshine-voice.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import time
from pathlib import Path
from typing import Any, get_args

import anyio
import mix

from dictated.types import SAMPLE_RATE
from dictated.wire.upload import Format, encode

SECONDS = 5
RATES_MBIT = (1, 5, 20)
ROUNDS = 30


async def measure(pcm: bytes, form: Format) -> dict[str, Any]:
    """Return the figures of one format; the first encoding, which loads libsndfile, is not counted."""
    size = len((await encode(pcm, form)).content)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        content = (await encode(pcm, form)).content
        times.append(1000 * (time.perf_counter() - started))
    sent = {"raw": size, "base64": len(base64.b64encode(content))}
    return {
        "bytes": sent,
        "encode_ms": {"median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]},
        "upload_ms": {
            way: {str(rate): 8 * length / rate / 1000 for rate in RATES_MBIT} for way, length in sent.items()
        },
    }


def table(figures: dict[Format, dict[str, Any]]) -> list[str]:
    """Return the figures as a Markdown table."""
    rates = " / ".join(map(str, RATES_MBIT))
    rows = [
        f"| {SECONDS} s speech | bytes | in base64 | encode, ms | sent at {rates} Mbit/s | in base64, ms |",
        "|---|---|---|---|---|---|",
    ]
    for form, got in figures.items():
        ways = [" / ".join(f"{ms:.0f}" for ms in got["upload_ms"][way].values()) for way in ("raw", "base64")]
        sizes = [f"{got['bytes'][way]:,}".replace(",", " ") for way in ("raw", "base64")]
        rows.append("| " + " | ".join([form, *sizes, f"{got['encode_ms']['median']:.1f}", *ways]) + " |")
    return rows


def shipped() -> Path:
    """Return a recording that comes with the embedded engine."""
    import moonshine_voice  # noqa: PLC0415 (only where no recording is named)

    return Path(moonshine_voice.__file__).parent / "assets" / "two_cities.wav"


def main() -> None:
    """Measure every format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", nargs="?", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    pcm = mix.pcm(mix.load(arguments.recording or shipped())[: SECONDS * SAMPLE_RATE])
    figures = {form: anyio.run(measure, pcm, form) for form in get_args(Format)}
    print(*table(figures), sep="\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
