"""Rules of what counts of what is being said: what two guesses in a row agree on, and little of it turns."""

from __future__ import annotations

import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dictated.hypothesis import NEAR, Hypothesis, agreement

WORDS = st.lists(
    st.sampled_from(["the", "The", "the,", "quick", "quick.", "brown", "fox", "fax"]), max_size=12
)


def heard(*guesses: str) -> Hypothesis:
    hypothesis = Hypothesis()
    for guess in guesses:
        hypothesis.hear(guess)
    return hypothesis


def taken_back(before: str, after: str) -> int:
    """How many characters of the one go when it becomes the other."""
    return len(before) - len(os.path.commonprefix([before, after]))  # noqa: RUF071 (of characters it is)


@pytest.mark.parametrize(
    ("guesses", "text"),
    [
        pytest.param([], "", id="nothing was heard"),
        pytest.param(["From fear"], "", id="one guess is no agreement"),
        pytest.param(["From fear", "From fairest"], "From", id="what both begin with"),
        pytest.param(["from the", "From The"], "From The", id="capitals do not count, the newer are taken"),
        pytest.param(["But thou", "But thou, my"], "But thou", id="a stop may be the end of the guess only"),
        pytest.param(["thou, my love", "thou, my love is"], "thou, my love", id="a stop between words"),
        pytest.param(["So it", "no it"], "", id="nothing is agreed behind what is not"),
        pytest.param(["a b c", "a b c", "a b"], "a b c", id="a shorter guess takes nothing back"),
        pytest.param(["a b c", "a b c", "", "a b c d"], "a b c", id="nor does one without words"),
        pytest.param(["a the", "a the", "a thou", "a thou"], "a thou", id="near the end it is put right"),
        pytest.param(["Hi. 12", "Hi. 12", "Hi, 12"], "Hi. 12", id="a stop that wavers stays"),
    ],
)
def test_what_two_guesses_in_a_row_begin_with_counts(guesses: list[str], text: str) -> None:
    assert heard(*guesses).text == text


def test_far_from_the_end_nothing_is_put_right_any_more_and_it_goes_on_behind_it() -> None:
    old, new = (
        "should by time deceased his tender air might",
        "should by time decease, his tender air might bear",
    )
    assert heard(old, old, new, new).text == f"{old} bear"


def test_where_far_words_were_joined_it_goes_on_in_the_right_place() -> None:
    old, new = "thy self thy foe to thy sweet self", "thyself thy foe to thy sweet self too cruel"
    assert heard(old, old, new, new).text == f"{old} too cruel"


def test_the_newest_guess_is_known_whole() -> None:
    assert heard("But as", "But as the riper").newest == "But as the riper"


@given(WORDS, WORDS)
def test_two_guesses_agree_on_a_beginning_of_the_newer_that_the_older_has_too(
    before: list[str], now: list[str]
) -> None:
    agreed = agreement(before, now)
    assert (agreed, bare(before[: len(agreed)])) == (now[: len(agreed)], bare(agreed))


@given(st.lists(WORDS, max_size=8))
def test_of_what_counted_no_more_goes_than_is_near_the_end(guesses: list[list[str]]) -> None:
    hypothesis, texts = Hypothesis(), [""]
    for guess in guesses:
        hypothesis.hear(" ".join(guess))
        texts.append(hypothesis.text)
    gone = [taken_back(before, after) for before, after in zip(texts, texts[1:], strict=False)]  # noqa: RUF007 (as clear)
    assert max(gone, default=0) <= NEAR


@given(st.lists(WORDS, max_size=8), WORDS, WORDS)
def test_all_that_two_guesses_in_a_row_share_counts_while_what_counted_before_is_near(
    earlier: list[list[str]], before: list[str], now: list[str]
) -> None:
    hypothesis = heard(*map(" ".join, [*earlier, before]))
    assume(len(hypothesis.text) <= NEAR)
    hypothesis.hear(" ".join(now))
    shared = os.path.commonprefix([bare(before), bare(now)])  # noqa: RUF071 (of words it is)
    assert bare(hypothesis.text.split())[: len(shared)] == shared


@given(st.lists(WORDS, max_size=8), WORDS)
def test_all_that_is_guessed_twice_behind_what_counted_counts(
    earlier: list[list[str]], more: list[str]
) -> None:
    hypothesis = heard(*map(" ".join, earlier))
    grown = [*hypothesis.text.split(), *more]
    for _ in range(2):
        hypothesis.hear(" ".join(grown))
    assert bare(hypothesis.text.split()) == bare(grown)


def bare(words: list[str]) -> list[str]:
    """Without what makes no difference."""
    return [word.rstrip(".,").casefold() for word in words]


@given(WORDS, st.integers(0, 12), st.integers(0, 12))
def test_while_guesses_only_grow_all_but_the_last_one_counts(words: list[str], first: int, more: int) -> None:
    short, long = words[:first], words[: first + more]
    assert heard(" ".join(short), " ".join(long)).text == " ".join(short).rstrip(".,")
