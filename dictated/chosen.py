"""Which profile the user has asked for, by name or by a hotkey of its own; it goes before any window's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dictated.errors import RequestError
from dictated.notice import Subject, about
from dictated.profiles import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)


class Chosen:
    """What is chosen lasts until another is, or until it is gone; what is lent, while listening does."""

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        """`tell` is called when another profile holds."""
        self.names: tuple[str, ...] = ()
        self._by_hand = ""
        self._lent: str | None = None  # by a hotkey
        self._tell = tell

    @property
    def name(self) -> str:
        """The profile that holds in every window; "" where the window decides."""
        return self._by_hand if self._lent is None else self._lent

    @property
    def shown(self) -> str:
        """The same for people, who call it "default" where there is none."""
        return self.name or DEFAULT

    def choose(self, name: str) -> None:
        """Have this one hold from now on; "default" is none.

        Raises:
            RequestError: there is no such profile, and which there are.
        """
        if name not in (DEFAULT, *self.names):
            known = ", ".join((DEFAULT, *self.names))
            raise RequestError(f"there is no profile of that name; there are: {known}")
        self._by_hand, self._lent = "" if name == DEFAULT else name, None
        self._tell()

    def lends(self, name: str) -> bool:
        """Say whether this one is lent now."""
        return self._lent == name

    def lend(self, name: str) -> None:
        """Have this one hold until it is given back; one that there is not changes nothing."""
        if name in self.names:
            self._lent = name
            self._tell()

    def give_back(self) -> None:
        """Have what was chosen hold again."""
        if self._lent is not None:
            self._lent = None
            self._tell()

    def take(self, names: Sequence[str]) -> None:
        """Choose among these from now on; one that was chosen and is gone is told."""
        self.names = tuple(names)
        if self._lent not in self.names:
            self._lent = None
        if self._by_hand and self._by_hand not in self.names:
            gone = "the profile %s is no longer in the configuration; default holds again"
            log.warning(gone, self._by_hand, extra=about(Subject.SETTINGS))
            self._by_hand = ""
        self._tell()
