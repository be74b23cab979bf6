"""Which way of typing is to be tried first from now on, all having been tried: `dictated doctor --apply`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.checkup.apply import best_first, write
from dictated.errors import DictatedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dictated.checkup.apply import Change

KEY = ("output", "type", "wayland")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was changed in the configuration, and that in a line; or why nothing was."""

    said: str
    change: Change | None = None
    failed: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON: `before` is null where the file did not say."""
        if self.change is None:
            return {"changed": False, "said": self.said}
        change = self.change
        return {
            "changed": True,
            "said": self.said,
            "file": str(change.path),
            "key": change.key,
            "before": change.before,
            "after": change.after,
        }


def choose(methods: Sequence[str], works: Mapping[str, float], path: Path, *, wayland: bool) -> Choice:
    """Write the order with the best in front, where it is another; `works` as `best_first` has it."""
    if not wayland:
        return Choice("Nothing to choose: on X11 there is one way of typing.")
    if not works:
        return Choice("Nothing was changed: no way of typing was exact.")
    best = best_first(methods, works)
    if best == tuple(methods):
        return Choice(f"Nothing need be changed: {best[0]} is the best, and the first of {'.'.join(KEY)}.")
    try:
        change = write(path, KEY, best)
    except DictatedError as error:
        return Choice(f"Nothing was changed: {error}", failed=True)
    if change is None:  # written by somebody else meanwhile
        return Choice(f"Nothing need be changed: {path} says so already.")
    return Choice(f"Changed: {change}", change)
