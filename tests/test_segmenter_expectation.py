"""Rules of adapting: what was supposed may be given another pause, for as long as that pause lasts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_segmenter import FORGIVING, PICTURES, frame, positions
from test_segmenter_supposition import SPECULATING

from dictated.segmenter import Rules, Segmenter

if TYPE_CHECKING:
    from dictated.types import Segment

RULES = Rules(pause=5, tail=4, speculate=2)
FORGIVING_AHEAD = st.builds(
    lambda rules, speculate, pause: replace(rules, speculate=speculate, pause=speculate + pause),
    FORGIVING,
    st.integers(1, 4),
    st.integers(6, 9),
)

Expectation = tuple[int, int]
"""Which of the suppositions so far it is about (0 the last, 1 the one before), and how long the pause is."""


def said(picture: str, rules: Rules, expectations: dict[int, Expectation]) -> list[tuple[int, Segment]]:
    """Which frame ends which utterance, where these come before these frames."""
    supposed: list[Segment] = []
    segmenter = Segmenter(rules, may_end=supposed.append)
    found: list[tuple[int, Segment | None]] = []
    for position, char in enumerate(picture):
        age, pause = expectations.get(position, (len(supposed), 0))
        if age < len(supposed):
            segmenter.expect(supposed[-1 - age], pause)
        found.append((position, segmenter.push(frame(position), speech=char == "s")))
    found.append((len(picture), segmenter.flush()))
    return [(position, segment) for position, segment in found if segment]


def ends(picture: str, expectations: dict[int, Expectation]) -> list[int]:
    return [position for position, _ in said(picture, RULES, expectations)]


@pytest.mark.parametrize(
    ("picture", "expectations", "ended"),
    [
        pytest.param("ss..........", {}, [6], id="the usual pause"),
        pytest.param(
            "ss..........", {4: (0, 3)}, [4], id="a shorter one ends at once what is quiet for so long"
        ),
        pytest.param("ss..........", {5: (0, 3)}, [5], id="and at the next frame what is quiet for longer"),
        pytest.param("ss..........", {5: (0, 8)}, [9], id="a longer one ends it later"),
        pytest.param("ss..........", {3: (0, 8)}, [6], id="what is not supposed yet has no other pause"),
        pytest.param("ss..........", {4: (0, 8), 6: (0, 3)}, [6], id="the last expectation counts"),
        pytest.param("ss....s......", {4: (0, 8)}, [11], id="it is over when speech goes on"),
        pytest.param("ss...s......", {9: (1, 3)}, [10], id="one about an older pause is none"),
        pytest.param("ss...s......", {6: (0, 3)}, [10], id="nor is one that comes after its pause"),
        pytest.param("ss.....ss......", {4: (0, 3)}, [4, 13], id="nor is it for the next utterance"),
        pytest.param("ss.....ss......", {8: (0, 1)}, [6, 13], id="not even where it comes after the end"),
    ],
)
def test_an_expectation_is_for_the_pause_it_is_about(
    picture: str, expectations: dict[int, Expectation], ended: list[int]
) -> None:
    assert ends(picture, expectations) == ended


def test_a_shorter_pause_keeps_as_much_of_the_tail_as_there_is() -> None:
    assert [segment.frames for _, segment in said("ss..........", RULES, {4: (0, 3)})] == [5]


def test_a_longer_pause_keeps_no_more_of_it_than_the_tail() -> None:
    assert [segment.frames for _, segment in said("ss..........", RULES, {4: (0, 8)})] == [6]


LONG = 1000
"""Frames; where an utterance has that much room, none is cut in its silence."""
EXPECTATIONS = st.dictionaries(
    st.integers(0, 175), st.tuples(st.integers(0, 2), st.integers(-1, 20)), max_size=60
)
STALE = st.dictionaries(st.integers(0, 175), st.tuples(st.integers(1, 3), st.integers(-1, 20)), max_size=60)


@given(PICTURES, FORGIVING_AHEAD, EXPECTATIONS)
def test_every_voiced_frame_is_in_exactly_one_utterance_whatever_is_expected(
    picture: str, rules: Rules, expectations: dict[int, Expectation]
) -> None:
    given_out = positions([segment for _, segment in said(picture, rules, expectations)])
    assert all(given_out.count(i) == 1 for i, char in enumerate(picture) if char == "s")


@given(PICTURES, SPECULATING, EXPECTATIONS, st.sampled_from([20, LONG]))
def test_whatever_is_expected_utterances_keep_their_order_length_and_tail(
    picture: str, rules: Rules, expectations: dict[int, Expectation], room: int
) -> None:
    found = [segment for _, segment in said(picture, replace(rules, longest=room), expectations)]
    assert positions(found) == sorted(set(positions(found)))
    assert all(segment.frames <= room for segment in found)
    assert room < LONG or all(s.first + s.frames - s.offset <= rules.tail for s in found)


@given(PICTURES, SPECULATING, STALE)
def test_what_is_expected_of_an_older_supposition_changes_nothing(
    picture: str, rules: Rules, expectations: dict[int, Expectation]
) -> None:
    assert said(picture, rules, expectations) == said(picture, rules, {})
