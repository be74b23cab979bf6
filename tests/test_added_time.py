"""What the program adds to a service's own time stays below what anybody could notice."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARK = Path(__file__).parents[1] / "benchmarks/remote.py"
SHM = Path("/dev/shm")  # noqa: S108 (a folder of its own is made there)
FOLDER = ("--folder", SHM) if SHM.is_dir() else ()
"""How long a disk takes to write is not the program's doing: here it is left out."""

ATTEMPTS, BOUND_MS = 5, 5.0
"""Other processes run on the machine, too; the best attempt at each figure shows what the program takes."""


@pytest.mark.alone
@pytest.mark.timeout(600)  # an attempt takes 25 s, or twice that beside a busy neighbour
def test_a_service_is_asked_and_its_words_are_handed_on_within_5_ms_each_over_one_connection() -> None:
    rows: list[dict[str, Any]] = []
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            [sys.executable, BENCHMARK, "--rounds", "100", "--formats", "wav", *FOLDER],
            capture_output=True,
            text=True,
            check=True,
        )
        rows += map(json.loads, done.stdout.splitlines())
        if not slow(rows):
            break
    assert ({row["connections"] for row in rows}, slow(rows)) == ({1}, {})


def slow(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the least of the 95th percentiles of each engine's figures, where that is over the bound."""
    found: dict[str, float] = {}
    for row in rows:
        for name in ("ended_to_first_byte_ms", "answer_to_sink_ms"):
            figure = f"{row['engine']} {name}"
            found[figure] = min(row[name]["p95"], found.get(figure, math.inf))
    return {figure: took for figure, took in found.items() if took > BOUND_MS}
