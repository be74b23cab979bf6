"""What an utterance asks for, once its words are read as a person means them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Intent:
    r"""First take back so many texts that were delivered before, then write the text, then stop listening.

    `text` has "\n" only where a new line was asked for. One that is `verbatim` is the user's own, and
    stays as it stands.
    """

    text: str = field(default="", repr=False)
    takes_back: int = 0
    stops: bool = False
    verbatim: bool = False
