"""`dictated stats`: what the engines have done and cost, day by day."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from functools import reduce
from typing import TYPE_CHECKING

from dictated.errors import UsageError
from dictated.history import History, Spent
from dictated.ledger import today

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dictated.paths import Paths

HEADING: tuple[str, ...] = ("day", "engine", "answers", "minutes", "tokens", "cost")

_WORDS = 2  # the columns of words; the others hold numbers
_CENTS = (4, 9)  # least and most decimals of a cost


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print a table of the last days, today included, with sums; or an object per day and engine.

    Raises:
        UsageError: it is asked for no day.
        HistoryError: the history cannot be read.
    """
    if arguments.days < 1:
        raise UsageError("--days takes a number from 1")
    spent = History(paths.history_file).spent(_since(today(), arguments.days))
    if arguments.json:
        print(*(_object(one) + "\n" for one in spent), sep="", end="")
    elif spent:
        print(*_table(spent), sep="\n")
    else:
        print(
            "no engine has been asked"
            + (f" in the last {arguments.days} days" if arguments.days > 1 else " today")
        )
    return 0


def _since(day: date, days: int) -> date:
    return day.fromordinal(max(1, day.toordinal() - days + 1))


def _table(spent: Sequence[Spent]) -> list[str]:
    engines = dict.fromkeys(one.engine for one in spent)
    sums = [_sum(one for one in spent if one.engine == engine) for engine in engines]
    decimals = _decimals(one.usage.cost for one in spent)
    rows = [HEADING, *(_row(f"{one.day}", one, decimals) for one in spent)]
    rows += [_row("sum", one, decimals) for one in sums]
    if len(sums) > 1:
        rows.append(_row("sum", replace(_sum(sums), engine=""), decimals))
    return _aligned(rows)


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


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Put words to the left of their columns and numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column < _WORDS else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
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
