"""How texts are put one after the other in a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from dictated.text.joining import join
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated.text.joining import Mode
    from dictated.types import Utterance


_SPACES = regex.compile(r"(\p{Zs}++)")

_TAB = 4
"""Spaces that stand for a tab, which is no letter but a key that leaves the field."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text follows what stands before it; a line break is one only where it may press Enter."""

    mode: Mode = "space"
    language: str = "en"
    enter: bool = False

    def written(self, before: str, text: str, *, verbatim: bool = False) -> str:
        r"""Return what is typed for a text behind `before`, the end of what was typed there last.

        It has nothing that is more than a letter to a window, such as Enter, Tab or Escape, whatever the
        text; but for "\n" where that may be. Engines tidy what they give; this is where it counts, so it
        does not rest on them. A text that is `verbatim` keeps its letters and its spaces.
        """
        plain = self._as_it_stands(text) if verbatim else self._plain(text)
        return join(before, plain, self.mode, self.language, verbatim=verbatim)

    def begun(self, before: str, text: str) -> str:
        """Return the same for words behind which more will come, so without what stands behind a text."""
        plain = self._plain(text)
        return join(before, plain, "smart", self.language) if self.mode == "smart" else plain

    def _plain(self, text: str) -> str:
        return "\n".join(map(tidy, text.split("\n"))) if self.enter else tidy(text)

    def _as_it_stands(self, text: str) -> str:
        """Return a text with its own spaces; a line break that may not be one is a space."""
        if self.enter:
            return "\n".join(map(_line, text.split("\n")))
        first, *others = map(_line, text.strip("\n").split("\n"))
        return " ".join([first, *(line.lstrip() for line in others)])


def _line(line: str) -> str:
    """Return a line with its spaces as they are, and nothing else but what can be read."""
    parts = _SPACES.split(line.expandtabs(_TAB))
    return "".join(part if at % 2 else tidy(part) for at, part in enumerate(parts))


def manner_of(utterance: Utterance, manners: Mapping[str, Manner]) -> Manner:
    """Return the manner of its profile, by name; "" is what holds where there is none."""
    return manners.get(utterance.profile, manners[""])
