"""`dictated stats`: what the engines have done and cost, day by day, and how long the words took."""

from __future__ import annotations

import json
import math
import shutil
import sys
from dataclasses import asdict, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from dictated import disk
from dictated.commands import histogram, stagetable
from dictated.errors import DictatedError, UsageError
from dictated.figures import bins
from dictated.history import History, Spent
from dictated.ledger import today

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dictated.paths import Paths
    from dictated.stages import Latency

HEADING: tuple[str, ...] = ("day", "engine", "answers", "minutes", "tokens", "cost")

_WORDS = 2  # the columns of words; the others hold numbers
_NUMBERS = 4  # the columns of numbers in the table of the stages
_CENTS = (4, 9)  # least and most decimals of a cost


STDOUT = "-"
"""The file of `--html` without one."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print tables and a histogram of the last days, today included; or objects, or a page.

    Raises:
        UsageError: it is asked for no day.
        HistoryError: the history cannot be read.
        DictatedError: the page cannot be written.
    """
    if arguments.days < 1:
        raise UsageError("--days takes a number from 1")
    since = _since(today(), arguments.days)
    history = History(paths.history_file)
    spent, latencies = history.spent(since), history.latencies(since)
    if arguments.json:
        print(*(one + "\n" for one in _objects(spent, latencies)), sep="", end="")
    elif arguments.html is not None:
        _write(arguments.html, spent, latencies, arguments.days)
    elif spent or latencies:
        print(*_report(spent, latencies), sep="\n")
    else:
        print(f"no engine has been asked {_when(arguments.days)}")
    return 0


def _report(spent: Sequence[Spent], latencies: Sequence[Latency]) -> list[str]:
    """Return as lines what there is: the table of the engines, that of the stages, the histogram."""
    parts = [aligned(table(spent), _WORDS)] if spent else []
    if latencies:
        stages = stagetable.table(latencies)
        parts.append(aligned(stages, len(stages[0]) - _NUMBERS))
        parts += [_histogram(*one) for one in stagetable.by_engine(latencies).items()]
    return "\n\n".join("\n".join(part) for part in parts).split("\n")


def _histogram(engine: str, latencies: Sequence[Latency]) -> list[str]:
    columns = shutil.get_terminal_size().columns
    counted = bins(stagetable.milliseconds(latencies), least_width=stagetable.LEAST_MS)
    drawn = histogram.lines(counted, columns, sys.stdout.encoding)
    return [f"{stagetable.WHOLE}, {engine}:", *drawn]


def _write(file: str, spent: Sequence[Spent], latencies: Sequence[Latency], days: int) -> None:
    from dictated.commands.statspage import page  # noqa: PLC0415 (for the page alone)

    whole = page(table(spent) if spent else [], latencies, today(), _when(days))
    if file == STDOUT:
        print(whole, end="")
        return
    try:
        Path(file).write_text(whole, encoding="utf-8")
    except OSError as error:
        raise DictatedError(disk.explain(error, Path(file))) from error


def _when(days: int) -> str:
    return f"in the last {days} days" if days > 1 else "today"


def _since(day: date, days: int) -> date:
    return day.fromordinal(max(1, day.toordinal() - days + 1))


def table(spent: Sequence[Spent]) -> list[tuple[str, ...]]:
    """Return heading, rows and sums as text; there is one of them at least."""
    engines = dict.fromkeys(one.engine for one in spent)
    sums = [_sum(one for one in spent if one.engine == engine) for engine in engines]
    decimals = _decimals(one.usage.cost for one in spent)
    rows = [HEADING, *(_row(f"{one.day}", one, decimals) for one in spent)]
    rows += [_row("sum", one, decimals) for one in sums]
    if len(sums) > 1:
        rows.append(_row("sum", replace(_sum(sums), engine=""), decimals))
    return rows


def _sum(spent: Iterable[Spent]) -> Spent:
    return reduce(Spent.plus, spent)


def _row(day: str, spent: Spent, decimals: int) -> tuple[str, ...]:
    used = spent.usage
    tokens = used.tokens_in + used.tokens_out
    return (
        day,
        spent.engine,
        str(spent.answers),
        f"{used.seconds / 60:.1f}",
        str(tokens),
        f"${used.cost:.{decimals}f}",
    )


def _decimals(costs: Iterable[float]) -> int:
    """Return how many decimals show two digits of the least cost."""
    fewest, most = _CENTS
    least = min((cost for cost in costs if cost > 0), default=1.0)
    return min(most, max(fewest, 1 - math.floor(math.log10(least))))


def aligned(rows: Sequence[tuple[str, ...]], words: int) -> list[str]:
    """Put words, which so many columns hold, to the left of their columns, and numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _objects(spent: Sequence[Spent], latencies: Sequence[Latency]) -> list[str]:
    """Return a line a day and engine, with a `day`, and then a line a stage and engine, with a `stage`."""
    return [
        *(_object(one) for one in spent),
        *(json.dumps(row.object()) for row in stagetable.rows(latencies)),
    ]


def _object(spent: Spent) -> str:
    return json.dumps(
        {
            "day": spent.day.isoformat(),
            "engine": spent.engine,
            "answers": spent.answers,
            **asdict(spent.usage),
        }
    )
