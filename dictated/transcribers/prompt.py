"""One text out of all hints, for models that take a prompt: how to write, which words, what was said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dictated.types import Hints

LONGEST = 896
"""Characters of a prompt; Groq refuses longer ones. Whisper reads 224 tokens, four English letters each."""

ROOM = 448
"""Bytes of UTF-8 that vocabulary and context may fill the prompt up to: 224 tokens where each is short.

Whisper's tokens have 2 to 6 bytes: 2.0 in a list of rare names, 2.3 in Chinese and Hindi, 4 in English prose
(measured with its multilingual tokenizer). Of a longer prompt Whisper reads the end only, and what the user
wrote stands at the beginning.
"""

_GLOSSARY = "Glossary: "
"""How OpenAI's "Whisper prompting guide" (cookbook) gives the spelling of names."""


def compose(hints: Hints, *, vocabulary: bool = True) -> str:
    """Return prompt, glossary and context as one line of at most `LONGEST` characters; "" for no hints.

    Context stands last, for Whisper takes the prompt's end for what was said just before. It is cut from its
    front at a word, the glossary after its last whole word that fits. `vocabulary` off leaves the glossary
    out, for services that take the words by themselves.
    """
    parts = [_head(_line(hints.prompt), LONGEST)]
    if vocabulary:
        parts.append(_glossary(hints.vocabulary, _room(parts)))
    parts.append(_tail(_line(hints.context), _room(parts)))
    return " ".join(part for part in parts if part)


def _room(parts: list[str]) -> int:
    """Bytes left after these parts and a space behind each."""
    return ROOM - sum(len(part.encode()) + 1 for part in parts if part)


def _glossary(words: tuple[str, ...], room: int) -> str:
    text = ""
    for word in filter(None, map(_line, words)):
        longer = f"{text}, {word}" if text else _GLOSSARY + word
        if len(longer.encode()) >= room:  # a full stop comes behind it
            break
        text = longer
    return f"{text}." if text else ""


def _head(text: str, most: int) -> str:
    """The first words, `most` characters at most; part of a word that is longer by itself."""
    if len(text) <= most:
        return text
    return text[: most + 1].rpartition(" ")[0] or text[:most]


def _tail(text: str, room: int) -> str:
    """The last words, `room` bytes at most; part of one where a language puts no spaces."""
    said = text.encode()
    if len(said) <= room:
        return text
    cut = said[-room:].decode(errors="ignore") if room > 0 else ""
    return cut.partition(" ")[2] or cut


def _line(text: str) -> str:
    return " ".join(text.split())
