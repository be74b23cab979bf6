"""Writes a text of the user's at its name, as `text.snippets` says: "insert my address"."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERS = {
    "en": ("insert {}",),
    "de": ("füge {} ein", "{} einfügen"),
    "fr": ("insère {}", "insérer {}", "insérez {}"),
    "es": ("inserta {}", "insertar {}", "inserte {}"),
}
"""What is said to have a text written, by language; where none is known, its name alone."""


class Snippets:
    """Texts by what is said for them: case and punctuation do not count."""

    def __init__(self, texts: Mapping[str, str], language: str) -> None:
        """Make the texts ready to be called in a language (ISO 639)."""
        self._texts = {
            spoken(order.format(name)): text
            for name, text in texts.items()
            if spoken(name)
            for order in ORDERS.get(language, ("{}",))
        }

    def called(self, text: str) -> str | None:
        """Return what the whole of a text calls for, line breaks and all; None where it calls for nothing."""
        return self._texts.get(spoken(text))

    def apply(self, text: str) -> str:
        """Return what the whole of a text calls for, else the text itself."""
        called = self.called(text)
        return text if called is None else called


def spoken(text: str) -> str:
    """Return the words of a text as they sound: without case, punctuation, and spaces more than one."""
    words = unicodedata.normalize("NFC", text).casefold().replace("\u2019", "").replace("'", "")
    return " ".join(regex.findall(r"\w+", words))
