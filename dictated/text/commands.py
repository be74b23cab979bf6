r"""Reads what was said as a person means it: words to be written, and commands.

Line breaks come out as "\n" whatever `text.commands.enter` says: what types a text makes spaces of them where
they must not press Enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.text import marks
from dictated.text.boundaries import meant
from dictated.text.intent import Intent
from dictated.text.language import language
from dictated.text.page import Page
from dictated.text.phrases import Act, Phrases
from dictated.text.speech import speech
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dictated.text.language import Language
    from dictated.text.phrases import Found
    from dictated.text.speech import Speech
    from dictated.textconfig import Commands

_STRIPPED = "".join(marks.ENDS | marks.PAUSES) + "-"
"""The engine's own marks that give way to a spoken one."""


class Reader:
    """Reads utterances under one setting of the commands."""

    def __init__(self, settings: Commands, code: str) -> None:
        self._settings = settings
        self._language = language(code)
        self._phrases = Phrases(settings, self._language)
        self._reads = settings.punctuation or settings.when != "never"

    def read(self, text: str) -> Intent:
        """Return what an utterance asks for; its very text where no command is in it."""
        if not self._reads:
            return Intent(text)
        said = speech(tidy(text))
        chosen = meant(said, list(self._phrases.find(said)), self._settings, self._language)
        return _Writing(said, chosen, self._language).intent() if chosen else Intent(said.text)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of a speech from `first` up to, without, `end`: a command, or else prose."""

    first: int
    end: int
    command: Found | None = None


class _Writing:
    """One utterance, carried out from its first word to its last."""

    def __init__(self, said: Speech, chosen: Sequence[Found], language: Language) -> None:
        self._said = said
        self._pieces = list(_pieces(said, chosen))
        self._is_bare = all(piece.command for piece in self._pieces)  # the engine's marks mean nothing then
        self._language = language
        self._page = Page(language)
        self._takes_back = 0
        self._stops = False

    def intent(self) -> Intent:
        for piece, following in zip(self._pieces, [*self._pieces[1:], None], strict=True):
            tail = self._tail(piece, following)
            if piece.command is None:
                self._page.words(self._lead(piece) + self._said.between(piece.first, piece.end) + tail)
            else:
                self._carry_out(piece.command)
                self._page.behind(tail)
        text = self._page.text
        return Intent(text.rstrip(",;:") if self._stops else text, self._takes_back, self._stops)

    def _carry_out(self, command: Found) -> None:
        match command.act:
            case Act.WRITE:
                self._page.mark(command.meaning.text)
            case Act.LITERAL:
                self._page.words(command.meaning.text)
            case Act.NEW_LINE | Act.NEW_PARAGRAPH:
                self._page.line(is_paragraph=command.act is Act.NEW_PARAGRAPH)
            case Act.NO_SPACE:
                self._page.no_space()
            case Act.CAPS_ON | Act.CAPS_OFF:
                self._page.caps(on=command.act is Act.CAPS_ON)
            case Act.UNDO:
                self._takes_back += not self._page.text
                self._page = Page(self._language)
            case Act.STOP:
                self._stops = True

    def _lead(self, piece: _Piece) -> str:
        """Return the engine's marks that belong to the words behind them."""
        gap = self._said.gap(piece.first)
        if not piece.first:
            return gap
        return gap.rpartition(" ")[2] if " " in gap else ""

    def _tail(self, piece: _Piece, following: _Piece | None) -> str:
        """Return the engine's marks that belong to the words before, and give way to no command."""
        gap = self._said.gap(piece.end)
        if following is None and piece.command is None:
            return gap
        close = "" if self._is_bare else gap.partition(" ")[0]
        if self._keeps(piece)[1] and (following is None or self._keeps(following)[0]):
            return close
        return close.rstrip(_STRIPPED) if piece.command is None else ""

    def _keeps(self, piece: _Piece) -> tuple[bool, bool]:
        """Tell whether a piece leaves the engine's marks alone that stand before it, and behind it."""
        if piece.command is None or piece.command.act is Act.LITERAL:
            return True, True
        match piece.command.act:
            case Act.CAPS_OFF:
                return False, True
            case Act.NO_SPACE:
                return False, False
            case Act.WRITE:
                return self._mark_keeps(piece.command.meaning.text)
            case _:
                return True, False

    def _mark_keeps(self, text: str) -> tuple[bool, bool]:
        """Tell the same of a spoken mark: one that ends a quotation leaves alone what is behind it."""
        if text[0] not in marks.MARKS and text[0] not in "/%":
            return True, False
        if marks.opens(text[0], self._language):
            return True, False
        return False, text[0] in marks.QUOTES


def _pieces(said: Speech, chosen: Sequence[Found]) -> Iterator[_Piece]:
    at = 0
    for one in chosen:
        if at < one.first:
            yield _Piece(at, one.first)
        yield _Piece(one.first, one.end, one)
        at = one.end
    if at < len(said.words):
        yield _Piece(at, len(said.words))
