"""Rules of supposing: soon after speech stops, the utterance is told as it will be if the pause lasts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from foresight import positions
from hypothesis import given
from hypothesis import strategies as st
from test_segmenter import PICTURES, RULE_SETS, frame

from dictated.segmenter import Rules, Segmenter
from dictated.types import FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated.types import Segment

RULES = Rules(pause=5, tail=4, speculate=2)
SPECULATING = st.builds(
    lambda rules, speculate, pause: replace(rules, speculate=speculate, pause=speculate + pause),
    RULE_SETS,
    st.integers(1, 4),
    st.integers(6, 9),  # no shorter than any tail
)


def heard(picture: str, rules: Rules) -> list[tuple[str, Segment]]:
    """What the segmenter tells, in order: "supposed" and "said", with the segment; frames begin with 1."""
    told: list[tuple[str, Segment]] = []
    segmenter = Segmenter(rules, may_end=lambda segment: told.append(("supposed", segment)))
    for position, char in enumerate(picture):
        if segment := segmenter.push(frame(position + 1), speech=char == "s"):
            told.append(("said", segment))
    return told


def supposed(picture: str, rules: Rules) -> list[str]:
    return [
        "".join(_signs(segment.pcm, picture)) for what, segment in heard(picture, rules) if what == "supposed"
    ]


def _signs(pcm: bytes, picture: str) -> Iterator[str]:
    """A frame that was never heard is `-`."""
    for at in range(0, len(pcm), FRAME_BYTES):
        position = int.from_bytes(pcm[at : at + 2], "little")
        yield picture[position - 1] if position else "-"


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        pytest.param("..ss..", ["ss..--"], id="with the silence there is, and more for the rest of the tail"),
        pytest.param("..ss.s...", ["ss.s..--"], id="not in a shorter gap"),
        pytest.param("ss....s...", ["ss..--", "ss....s..--"], id="again each time"),
        pytest.param("ss.........", ["ss..--"], id="once in a pause"),
        pytest.param("..........", [], id="not where nobody speaks"),
    ],
)
def test_what_may_be_the_whole_utterance_is_told_when_it_has_been_quiet_for_so_long(
    picture: str, told: list[str]
) -> None:
    assert supposed(picture, RULES) == told


def test_nothing_is_supposed_where_that_is_not_wanted() -> None:
    assert supposed("ss....s....", replace(RULES, speculate=0)) == []


def test_nothing_is_supposed_when_the_utterance_ends_by_then_anyway() -> None:
    assert supposed("ss....s....", replace(RULES, speculate=5)) == []


def test_a_cough_is_not_supposed_to_be_an_utterance() -> None:
    assert supposed("ss...sss....", replace(RULES, least_speech=3)) == ["ss...sss..--"]


def test_the_rest_of_a_cut_utterance_may_be_as_short_as_it_likes() -> None:
    rules = replace(RULES, longest=4, dip_window=1, least_speech=3)
    assert supposed("sssss.....", rules) == ["ss..--"]


def test_a_pause_counts_the_milliseconds_of_the_configuration_in_frames() -> None:
    rules = Rules.from_ms(
        onset=60,
        pre_roll=300,
        pause=600,
        tail=300,
        least_speech=200,
        longest=20_000,
        dip_window=5000,
        speculate=150,
    )
    assert rules.speculate == 8


def test_a_time_before_the_pause_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match="ahead of time"):
        Rules(speculate=-1)


@given(PICTURES, SPECULATING)
def test_supposing_changes_nothing_in_what_is_said(picture: str, rules: Rules) -> None:
    said = [told for told in heard(picture, rules) if told[0] == "said"]
    assert said == heard(picture, replace(rules, speculate=0))


@given(PICTURES, SPECULATING)
def test_in_a_pause_that_lasts_without_a_click_the_utterance_is_what_was_supposed_and_more_silence(
    picture: str, rules: Rules
) -> None:
    picture += "." * rules.pause
    for (_, before), (what, after) in pairwise(heard(picture, replace(rules, longest=1000))):
        if what == "said" and "s" not in picture[before.offset : after.first + after.frames]:
            assert (before.first, before.offset, before.voiced) == (after.first, after.offset, after.voiced)
            assert positions(before.pcm) - {0} <= positions(after.pcm)
