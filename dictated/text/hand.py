"""Everything that [text] asks for, done to one text after the other as by one hand."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dictated.notice import Subject, about
from dictated.text.commands import Reader
from dictated.text.intent import Intent
from dictated.text.replacements import Replacements
from dictated.text.snippets import Snippets

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.textconfig import Text

log = logging.getLogger(__name__)


class Hand:
    """Corrects words, reads the commands in them, and puts in what stands for others.

    In this order: a snippet is written as it stands; else numbers, then near misses of the vocabulary, then
    commands, then replacements, which see what is left to be written.
    """

    def __init__(self, settings: Text) -> None:
        """Make the rules ready.

        Raises:
            ValueError: a replacement cannot be read (`configrules` tells it before).
        """
        self._snippets = Snippets(settings.snippets, settings.language)
        self._correct = tuple(_corrections(settings))
        self._reader = Reader(settings.commands, settings.language)
        self._replacements = Replacements(settings.replacements)
        self._skipped: set[int] = set()  # rules that were left out once, and told

    def edit(self, text: str) -> Intent:
        """Return what the text asks for. Takes a bounded time, and raises nothing, whatever the text."""
        snippet = self._snippets.called(text)
        if snippet is not None:
            return Intent(snippet, verbatim=True)
        for correct in self._correct:
            text = correct(text)
        intent = self._reader.read(text)
        return replace(intent, text=self._replaced(intent.text))

    def preview(self, text: str) -> str:
        """Return the beginning of a text that is still being said, corrected; no command is obeyed in it."""
        for correct in self._correct:
            text = correct(text)
        return self._replaced(text)

    def _replaced(self, text: str) -> str:
        replaced = self._replacements.replace(text)
        for skipped in replaced.skipped:
            if skipped.rule not in self._skipped:
                self._skipped.add(skipped.rule)
                why = "takes too long" if skipped.because == "time" else "makes a text too long"
                told = "text.replacements[%d] %s and is left out where it does; make it simpler"
                log.warning(told, skipped.rule, why, extra=about(Subject.TEXT))
        return replaced.text


def _corrections(settings: Text) -> list[Callable[[str], str]]:
    """Those that are on; each is imported when it is, for what it rests on is slow to load."""
    corrections: list[Callable[[str], str]] = []
    if settings.numbers:
        from dictated.text.numbers import Numbers  # noqa: PLC0415 (see above)

        corrections.append(Numbers(settings.language).apply)
    if settings.near_miss and settings.vocabulary:
        from dictated.text.vocabulary import Vocabulary  # noqa: PLC0415 (see above)

        corrections.append(Vocabulary(settings.vocabulary, settings.near_miss).apply)
    return corrections
