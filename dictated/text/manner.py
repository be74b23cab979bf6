"""How texts are put one after the other in a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.text.joining import join
from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.text.joining import Mode


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text follows what stands before it; a line break is one only where it may press Enter."""

    mode: Mode = "space"
    language: str = "en"
    enter: bool = False

    def written(self, before: str, text: str) -> str:
        r"""Return what is typed for a text behind `before`, the end of what was typed there last.

        It has nothing that is more than a letter to a window, such as Enter, Tab or Escape, whatever the
        text; but for "\n" where that may be. Engines tidy what they give; this is where it counts, so it
        does not rest on them.
        """
        return join(before, self._plain(text), self.mode, self.language)

    def begun(self, before: str, text: str) -> str:
        """Return the same for words behind which more will come, so without what stands behind a text."""
        plain = self._plain(text)
        return join(before, plain, "smart", self.language) if self.mode == "smart" else plain

    def _plain(self, text: str) -> str:
        return "\n".join(map(tidy, text.split("\n"))) if self.enter else tidy(text)
