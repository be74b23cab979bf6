"""The keys of [text]: what is done to the words themselves; see `config`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from dictated.refineconfig import Cleanup, Hook

Phrase = Annotated[str, Meta(min_length=1, max_length=100)]

Pattern = Annotated[str, Meta(min_length=1, max_length=1000)]


class Replacement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: what is found, and what stands there instead."""

    find: Annotated[Pattern, Meta(description="What is looked for; a phrase, or a regular expression.")]
    put: Annotated[
        str, Meta(max_length=10_000, description="What stands there instead; \\\\1 is a group of a regex.")
    ]
    match: Annotated[
        Literal["word", "literal", "regex"],
        Meta(description="word: as a whole word; literal: anywhere; regex: as the package `regex` reads it."),
    ] = "word"
    keep_case: Annotated[
        bool, Meta(description="Find it in any case; an initial capital, or ALL CAPITALS, stay so.")
    ] = True


Spoken = Annotated[str, Meta(max_length=10_000)]


class Commands(Struct, frozen=True, kw_only=True):
    """Words that do something instead of being written."""

    when: Annotated[
        Literal["never", "alone", "boundary"],
        Meta(
            description="never; alone: an utterance that is nothing else; boundary: also at the beginning or "
            "the end of an utterance, and between punctuation marks."
        ),
    ] = "alone"
    punctuation: Annotated[
        bool, Meta(description='Also "comma", "question mark", "open quote"; anywhere in the utterance.')
    ] = False
    enter: Annotated[
        bool,
        Meta(
            description='"new line" and "new paragraph" are commands, too, and press Enter where words are '
            "typed, as do line breaks of replacements, snippets and the hook; that sends in many chats."
        ),
    ] = False
    words: Annotated[
        dict[str, Annotated[dict[Phrase, Spoken], Meta(max_length=1000)]],
        Meta(
            description='More of them, by language: { en = { "smiley" = "🙂", "next line" = "@new-line", '
            '"period" = "" } }; "" takes one away; there are @new-line, @new-paragraph, @no-space, @caps-on, '
            "@caps-off, @undo, @stop, @literal."
        ),
    ] = {}


class Text(Struct, frozen=True, kw_only=True):
    """The words themselves."""

    language: Annotated[
        str, Meta(pattern="^[a-z]{2,3}$", description="The language of joining, commands and numbers.")
    ] = "en"
    join: Annotated[
        Literal["smart", "space", "line", "none"],
        Meta(
            description="Between utterances. smart: as if typed by one hand; space: one after each; line: a "
            "line break (needs commands.enter); none."
        ),
    ] = "space"
    vocabulary: Annotated[
        tuple[str, ...], Meta(max_length=200, description="Names and terms that engines are told to expect.")
    ] = ()
    near_miss: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="How alike (per cent) words must be to an entry of vocabulary to be corrected to it; "
            "0 is never, 90 is careful, 86 finds more.",
        ),
    ] = 0
    numbers: Annotated[
        bool,
        Meta(
            description='Write numbers above twelve, and any before a unit, in figures: "25 %" (needs '
            "the extra `numbers`)."
        ),
    ] = False
    replacements: Annotated[
        tuple[Replacement, ...], Meta(max_length=1000, description="Carried out one after the other.")
    ] = ()
    snippets: Annotated[
        dict[Phrase, Annotated[str, Meta(max_length=10_000)]],
        Meta(max_length=1000, description='Texts by name: "insert my address" writes that of "my address".'),
    ] = {}
    commands: Commands = field(default_factory=Commands)
    cleanup: Cleanup = field(default_factory=Cleanup)
    hook: Hook = field(default_factory=Hook)
