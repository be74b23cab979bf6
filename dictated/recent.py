"""What became of the last utterances, as it is told to who looks on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.details import LONGEST_TEXT, MOST_PAST, Past
from dictated.records import from_microseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.database import Database

_RECENT = """SELECT id, began, substr(text, 1, ?), engine, fate, pause + wait + delivery FROM entries
    WHERE fate NOT IN ('recorded', 'transcribed') ORDER BY id DESC LIMIT ?"""


def recent(database: Database) -> Sequence[Past]:
    """Return the newest that are over, oldest first; of a very long text, its beginning.

    Raises:
        HistoryError: the file cannot be read.
    """
    rows = database.read(_RECENT, LONGEST_TEXT, MOST_PAST)
    try:
        return [_past(*row) for row in reversed(rows)]
    except (ArithmeticError, TypeError, ValueError) as error:
        raise database.damaged() from error


def _past(number: int, began: int, text: str | None, engine: str, fate: str, took: float | None) -> Past:  # noqa: PLR0913, PLR0917 (a row)
    return Past(
        number=number,
        time=from_microseconds(began),
        text=text or "",
        engine=engine,
        fate=fate,
        latency_ms=None if took is None else round(took * 1000),
    )
