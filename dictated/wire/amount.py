"""A number in an answer's JSON, of any shape: only what can be reckoned with is taken for one."""

from __future__ import annotations

import math
from typing import Any


def number(value: Any) -> float | None:
    """Return a JSON number that can be reckoned with, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # a whole number of more than 308 digits
        return None


def amount(value: Any) -> float | None:
    """Return a number of things that are counted or paid for: not below zero, None for anything else."""
    found = number(value)
    return found if found is not None and found >= 0 else None
