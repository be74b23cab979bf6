from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.transcribers.prompt import LONGEST, ROOM, compose
from dictated.types import NO_HINTS, Hints

WORDS = ("Kubernetes", "PipeWire", "Zürich")
ANY_HINTS = st.builds(
    Hints,
    prompt=st.text(max_size=1200),
    vocabulary=st.lists(st.text(max_size=60), max_size=60).map(tuple),
    context=st.text(max_size=1200),
)


@pytest.mark.parametrize(
    ("hints", "text"),
    [
        (NO_HINTS, ""),
        (Hints(prompt="Minutes of a meeting."), "Minutes of a meeting."),
        (Hints(vocabulary=WORDS), "Glossary: Kubernetes, PipeWire, Zürich."),
        (Hints(context="and so we went home"), "and so we went home"),
        (Hints("Digits, please.", WORDS[:1], "Then"), "Digits, please. Glossary: Kubernetes. Then"),
        (Hints(" two\nlines ", ("New  York", " "), "\tthen"), "two lines Glossary: New York. then"),
        (Hints(vocabulary=("", "\n")), ""),
    ],
)
def test_hints_become_one_line_with_the_context_last(hints: Hints, text: str) -> None:
    assert compose(hints) == text


def test_the_glossary_stays_out_where_a_service_takes_the_words_by_themselves() -> None:
    assert compose(Hints("Digits.", WORDS, "Then"), vocabulary=False) == "Digits. Then"


@given(ANY_HINTS, st.booleans())
def test_a_prompt_is_never_longer_than_groq_takes(hints: Hints, vocabulary: bool) -> None:  # noqa: FBT001 (drawn)
    assert len(compose(hints, vocabulary=vocabulary)) <= LONGEST


@given(ANY_HINTS)
def test_vocabulary_and_context_never_push_a_prompt_past_what_whisper_reads(hints: Hints) -> None:
    alone = compose(Hints(prompt=hints.prompt))
    assert len(compose(hints).encode()) <= max(len(alone.encode()), ROOM)


@given(ANY_HINTS)
def test_a_prompt_is_one_line_without_loose_ends(hints: Hints) -> None:
    text = compose(hints)
    assert text == " ".join(text.split())


@pytest.mark.parametrize("spare", [-1, 0])
def test_vocabulary_fills_the_room_to_its_last_byte_and_no_further(spare: int) -> None:
    last = "x" * (ROOM - len("Glossary: Kubernetes, .") - spare)
    fits = spare >= 0
    assert compose(Hints(vocabulary=("Kubernetes", last))).endswith(f", {last}." if fits else "Kubernetes.")


def test_vocabulary_is_cut_after_the_last_word_that_fits() -> None:
    many = tuple(f"word{number}" for number in range(1000))
    words = compose(Hints(vocabulary=many)).removeprefix("Glossary: ").removesuffix(".").split(", ")
    assert tuple(words) == many[: len(words)]


def test_no_word_jumps_the_queue_of_the_glossary() -> None:
    assert compose(Hints(vocabulary=("Kubernetes", "x" * ROOM, "PipeWire"))) == "Glossary: Kubernetes."


def test_all_that_is_added_fills_the_room_exactly() -> None:
    text = compose(Hints("x" * 100, ("PipeWire",), "y" * 1000))
    assert len(text) == ROOM


def test_context_is_cut_from_its_front_at_a_word() -> None:
    text = compose(Hints("Short.", context=" ".join(f"word{number}" for number in range(200))))
    first, *_, last = text.removeprefix("Short. ").split()
    assert (first.startswith("word"), last, ROOM - len(text) < len("word100 ")) == (True, "word199", True)


def test_context_without_spaces_is_cut_between_characters() -> None:
    text = compose(Hints(context="会議は九時に始まります" * 40))
    assert (text.endswith("ります"), "�" in text, ROOM - len(text.encode()) < 3) == (True, False, True)


def test_there_is_no_context_behind_a_prompt_that_fills_the_room() -> None:
    assert compose(Hints("x" * ROOM, context="then")) == "x" * ROOM


def test_a_prompt_that_groq_would_refuse_is_cut_behind_a_word() -> None:
    words = "word " * 300
    assert compose(Hints(words)) == words[: LONGEST - 1].rpartition(" ")[0]


def test_a_word_that_just_fits_is_kept_whole() -> None:
    fits = "x" * (LONGEST - 2) + " y"
    assert compose(Hints(f"{fits} z")) == fits


def test_a_word_longer_than_a_prompt_may_be_is_cut() -> None:
    assert compose(Hints("x" * 1000)) == "x" * LONGEST
