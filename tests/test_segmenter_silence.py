"""Rule of falling silent: that a speaker does is told long before it is known to be the end."""

from __future__ import annotations

import pytest
from test_segmenter import frame

from dictated.segmenter import Rules, Segmenter


def silences(picture: str, rules: Rules) -> list[tuple[int, int]]:
    """When the speaker seemed to fall silent: the frame, and where the utterance begins."""
    told: list[tuple[int, int]] = []
    now = 0
    segmenter = Segmenter(rules, lambda first: told.append((now, first)))
    for now, char in enumerate(picture):
        segmenter.push(frame(now), speech=char == "s")
    return told


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        pytest.param("..ss..s...", [(9, 2)], id="no plosive"),
        pytest.param("..ss...s......", [(6, 2), (10, 2)], id="each time, whether or not it is the end"),
        pytest.param("..........", [], id="nobody speaks"),
        pytest.param("ss......ss...", [(4, 0), (12, 8)], id="the next utterance begins elsewhere"),
    ],
)
def test_that_the_speaker_falls_silent_is_told_long_before_the_utterance_ends(
    picture: str, told: list[tuple[int, int]]
) -> None:
    assert silences(picture, Rules(pause=6)) == told
