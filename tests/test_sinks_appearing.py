"""Rules of words that appear while they are said: only ours is taken back, and the right text comes of it."""

from __future__ import annotations

import pytest
import regex
from doubles import utterance
from hypothesis import given
from hypothesis import strategies as st

from dictated.errors import HeldError, SinkError
from dictated.sinks.appearing import Appearing, Change, beginning
from dictated.typed import Typed

HERE, THERE = "0x60000e/1234", "0x80000e/77"
FIRST, SECOND = utterance(1), utterance(2)

TEXTS = st.text(
    alphabet="ab é.e\u0301\u0300🙂👩\u200d👧🇩🇪🏽\ufe0f한ᄀ\u1161क\u094dषก\u0e33\u0600\xad", max_size=12
)
"""Of letters and of what joins them to others."""


@pytest.fixture
def typed() -> Typed:
    return Typed()


@pytest.fixture
def appearing(typed: Typed) -> Appearing:
    return Appearing(typed)


@pytest.mark.parametrize(
    ("text", "appears"),
    [
        ("Ask not what", "Ask not what"),
        ("Ça coûte 3 €, 中文 한국어 🙂", "Ça coûte 3 €, 中文 한국어 🙂"),
        ("cafe\u0301 noir", "caf"),
        ("\u0301a", ""),
        ("go 👍🏽 on", "go "),
        ("go 👩‍👧", "go "),
        ("in 🇩🇪", "in "),
        ("one 🇩", "one "),
        ("1️⃣", ""),
        ("ᄀ", ""),
        ("नमस्ते", "नम"),
        ("soft\xadhyphen", "soft"),
        ("so \U0001fffd on", "so "),
        ("", ""),
    ],
)
def test_only_what_one_backspace_takes_back_alone_appears(text: str, appears: str) -> None:
    assert beginning(text) == appears


@pytest.mark.parametrize(
    ("there", "text", "change"),
    [
        ("", "Ask", Change(0, "Ask")),
        ("Ask", "Ask not", Change(0, " not")),
        ("Ask nut", "Ask not what", Change(2, "ot what")),
        ("Ask not", "Ask", Change(4, "")),
        ("Ask", "Ask", Change(0, "")),
        ("ask", "Ask", Change(3, "Ask")),
        ("cafe", "cafe\u0301 ", Change(1, "e\u0301 ")),
        ("🙂", "", Change(1, "")),
        ("👩", "👩‍👧", Change(1, "👩‍👧")),
    ],
)
def test_what_differs_is_taken_back_and_the_rest_typed(
    appearing: Appearing, there: str, text: str, change: Change
) -> None:
    appearing.put(there)
    assert appearing.towards(text) == change


@pytest.mark.parametrize(
    ("there", "text", "further"),
    [
        ("Ask", "Ask not ", " not "),
        ("Ask nut", "Ask not ", "Ask not "),
        ("Ask ", "Ask ", ""),
        ("cafe", "cafe\u0301", "cafe\u0301"),
    ],
)
def test_another_window_gets_what_has_not_appeared_or_all_if_other_words_did(
    appearing: Appearing, there: str, text: str, further: str
) -> None:
    appearing.put(there)
    assert appearing.further(text) == further


class Program:
    """A window with a text before the cursor, and its own idea of what a BackSpace takes."""

    def __init__(self, before: str, takes: str) -> None:
        self.text = before
        self._last = regex.compile(f"(?s){takes}$")

    def make(self, appearing: Appearing, change: Change) -> None:
        appearing.touch(FIRST, HERE)
        for _ in range(change.back):
            self.text = self.text[: self._last.search(self.text).start()]
        appearing.took(change.back)
        self.text += change.words
        appearing.put(change.words)


@pytest.mark.parametrize("takes", [r".", r"\X"], ids=["code point", "grapheme"])
@given(before=st.sampled_from(["", "x", "Said: ", "👩‍👧 ", "e\u0301"]), texts=st.lists(TEXTS), final=TEXTS)
def test_whatever_appeared_the_final_text_stands_there_after_what_was_before(
    takes: str, before: str, texts: list[str], final: str
) -> None:
    appearing, program = Appearing(Typed()), Program(before, takes)
    for text in texts:
        program.make(appearing, appearing.towards(beginning(text)))
    program.make(appearing, appearing.towards(final))
    assert program.text == before + final


@given(texts=st.lists(TEXTS))
def test_never_more_is_taken_back_than_stands_there(texts: list[str]) -> None:
    appearing, program = Appearing(Typed()), Program("", r"\X")
    for text in map(beginning, texts):
        stood, change = program.text, appearing.towards(text)
        assert (change.back <= len(stood), stood[: len(stood) - change.back] + change.words) == (True, text)
        program.make(appearing, change)


@given(texts=st.lists(TEXTS))
def test_every_grapheme_taken_back_is_counted(texts: list[str]) -> None:
    appearing, program, back = Appearing(Typed()), Program("", r"\X"), 0
    for text in map(beginning, texts):
        change = appearing.towards(text)
        back += change.back
        program.make(appearing, change)
    assert appearing.corrections == back


def test_what_is_complete_is_taken_back_as_one_text(appearing: Appearing, typed: Typed) -> None:
    stand(appearing, "Ask")
    appearing.put(" not ")
    appearing.complete(HERE)
    assert (typed.last(HERE), appearing.text) == (8, "")


def test_what_is_left_is_taken_back_as_a_text_of_its_own(appearing: Appearing, typed: Typed) -> None:
    stand(appearing, "Ask")
    appearing.leave()
    assert (typed.last(HERE), appearing.stands_of(FIRST)) == (3, False)


def test_nothing_is_taken_back_after_an_unknown_part_was_left(appearing: Appearing, typed: Typed) -> None:
    typed.note("before ", HERE)
    appearing.touch(FIRST, HERE)
    appearing.leave()
    with pytest.raises(SinkError, match="nothing"):
        typed.last(HERE)


def test_nothing_left_is_no_text(appearing: Appearing, typed: Typed) -> None:
    typed.note("before ", HERE)
    appearing.leave()
    assert typed.last(HERE) == len("before ")


@pytest.mark.parametrize(
    ("window", "why"), [(THERE, "another window"), ("", "not known"), (None, "not known")]
)
def test_nothing_more_appears_in_a_window_that_may_be_another(
    appearing: Appearing, window: str | None, why: str
) -> None:
    stand(appearing, "Ask")
    with pytest.raises(HeldError, match=why):
        appearing.look(window)


def test_the_next_words_appear_when_those_before_are_complete(appearing: Appearing) -> None:
    stand(appearing, "Ask")
    with pytest.raises(HeldError, match="not complete"):
        appearing.claim(SECOND)
    appearing.complete(HERE)
    appearing.claim(SECOND)


def test_what_stands_is_of_the_utterance_it_is_said_in(appearing: Appearing) -> None:
    stand(appearing, "Ask")
    assert (appearing.stands_of(FIRST), appearing.stands_of(SECOND)) == (True, False)


def test_nothing_more_appears_after_an_unknown_part(appearing: Appearing) -> None:
    appearing.touch(FIRST, HERE)
    with pytest.raises(HeldError, match="broke off"):
        appearing.claim(FIRST)


def test_an_unknown_part_is_not_completed_and_forgotten_then(appearing: Appearing) -> None:
    appearing.touch(FIRST, HERE)
    with pytest.raises(HeldError, match="broke off"), appearing.ending():
        pytest.fail("completed")
    assert (appearing.lost, appearing.stands_of(FIRST)) == (False, False)


def test_held_words_tell_of_the_part_that_stands(appearing: Appearing) -> None:
    stand(appearing, "Ask")
    with pytest.raises(HeldError, match="late; the beginning of the words stands in"), appearing.ending():
        raise HeldError("late")


def stand(appearing: Appearing, text: str) -> None:
    appearing.touch(FIRST, HERE)
    appearing.put(text)
