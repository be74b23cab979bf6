"""What a way of typing on Wayland promises, and how it says that it has no part in this session."""

from __future__ import annotations

from typing import Protocol

from dictated.errors import SinkError


class UnsupportedError(SinkError):
    """This way does not work here, and nothing was typed: the next may be tried."""


class Method(Protocol):
    """A way of typing into the focused window."""

    @property
    def name(self) -> str:
        """How it is called in the configuration."""
        ...

    @property
    def piece(self) -> int:
        """The most characters it is given at once."""
        ...

    async def type(self, text: str) -> None:
        """Type the text, once; it holds no control character.

        Raises:
            UnsupportedError: it does not work here; nothing was typed.
            HeldError: it must not be now, as while the user is being asked; nothing was typed.
            SinkError: it broke off; an unknown part was typed.
        """
        ...

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times.

        Raises:
            UnsupportedError: it does not work here; nothing was pressed.
            SinkError: it broke off; how often it was pressed is not known.
        """
        ...


class Key(Protocol):
    """A way of pressing the keys that paste, and that take back."""

    async def paste(self) -> None:
        """Press Shift and Insert.

        Raises:
            UnsupportedError: it does not work here; nothing was pressed.
            SinkError: whether it was pressed is not known.
        """
        ...

    async def backspace(self, count: int) -> None:
        """Press Backspace so many times.

        Raises:
            UnsupportedError: it does not work here; nothing was pressed.
            SinkError: it broke off; how often it was pressed is not known.
        """
        ...
