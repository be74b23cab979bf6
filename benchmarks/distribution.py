"""Draws how long recordings waited for their text: of each run, the share that had it by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

mpl.use("Agg")  # there may be no screen

from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def draw(runs: dict[str, Sequence[float]], machine: str, file: Path) -> None:
    """Write a PNG of the runs, each a number of milliseconds a recording."""
    picture, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for name, values in runs.items():
        ordered = np.sort(values)
        share = np.arange(1, len(ordered) + 1) / len(ordered) * 100
        axes.step([ordered[0], *ordered], [0, *share], where="post", label=name)
    axes.axhline(50, color="grey", linewidth=0.8, linestyle=":")
    axes.axhline(95, color="grey", linewidth=0.8, linestyle=":")
    axes.set(
        title=f"End of speech to text in the log ({machine})",
        xlabel="milliseconds",
        ylabel="% of recordings that have their text",
        ylim=(0, 102),
    )
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="lower right")
    picture.savefig(file, dpi=120)
