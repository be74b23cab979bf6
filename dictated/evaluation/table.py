"""Scores side by side, as columns for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.evaluation.words import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dictated.evaluation.score import Score

_WORDS = 2  # the columns of words; the others hold numbers
_UNKNOWN = "-"


def table(scores: Sequence[Score]) -> list[str]:
    """Return a heading and a line for each engine, then why one of them could not work."""
    rows = [row(score, measured(scores)) for score in scores]
    shown = [list(rows[0]), *(list(cells.values()) for cells in rows)] if rows else []
    faults = [fault(score) for score in scores if score.fault]
    return [*_aligned(shown), *faults]


def fault(score: Score) -> str:
    """Say why an engine could not work."""
    return f"{score.engine} ({score.model}): {score.fault.removeprefix(f'{score.engine}: ')}"


def measured(scores: Sequence[Score]) -> list[Unit]:
    """Return the units that errors are counted in here: words first."""
    found = [of for of in Unit if any(score.errors(of).units for score in scores)]
    return found or [Unit.WORDS]


def row(score: Score, of: Sequence[Unit]) -> dict[str, str]:
    """Return the cells of an engine, each under its heading."""
    cells = {"engine": score.engine, "model": score.model}
    for unit in of:
        errors = score.errors(unit)
        cells["wrong words" if unit is Unit.WORDS else "wrong characters"] = percent(errors.rate)
        if len(of) == 1:
            counts = (errors.substitutions, errors.insertions, errors.deletions)
            cells |= zip(("other", "added", "missing"), map(str, counts), strict=True)
    return cells | {
        "median": seconds(score.within(50)),
        "p95": seconds(score.within(95)),
        "x real time": _UNKNOWN if score.real_time_factor is None else f"{score.real_time_factor:.3f}",
        "cost": dollars(score.cost),
        "failed": str(score.failures),
        "held back": str(score.held),
    }


def percent(rate: float | None) -> str:
    """Write a share."""
    return _UNKNOWN if rate is None else f"{100 * rate:.1f} %"


def seconds(time: float | None) -> str:
    """Write a length of time."""
    return _UNKNOWN if time is None else f"{time:.2f} s"


def dollars(cost: float | None) -> str:
    """Write a price; a small one with as many decimals as show it."""
    if cost is None:
        return _UNKNOWN
    return "free" if not cost else f"${cost:.4f}" if cost >= 0.01 else f"${cost:.2g}"  # noqa: PLR2004 (a cent)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Put words to the left of their columns and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield "  ".join(
            cell.ljust(width) if column < _WORDS else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
