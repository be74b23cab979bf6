"""Rules of what covers what was said, and of waiting until that is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
import pytest
from foresight import positions, spoken
from hypothesis import given
from test_segmenter import PICTURES
from test_segmenter_supposition import SPECULATING, heard

from dictated.supposition import Supposition

if TYPE_CHECKING:
    from dictated.segmenter import Rules
    from dictated.types import Utterance


def louder(said: Utterance) -> Utterance:
    return replace(said, segment=replace(said.segment, pcm=b"\x7f" + said.pcm[1:]))


@pytest.mark.parametrize("silence", [0, 1, 2, 9])
def test_an_utterance_with_more_or_less_silence_at_its_end_is_covered(silence: int) -> None:
    assert Supposition(spoken(1, 5, 2)).covers(spoken(1, 5, silence))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(spoken(1, 6, 2), id="more was said"),
        pytest.param(spoken(1, 4, 2), id="less was said"),
        pytest.param(spoken(2, 5, 2), id="it is another one"),
        pytest.param(louder(spoken(1, 5, 2)), id="it sounds otherwise"),
        pytest.param(replace(spoken(1, 5, 2), segment=replace(spoken(1, 5, 2).segment, first=3)), id="where"),
        pytest.param(
            replace(spoken(1, 5, 2), segment=replace(spoken(1, 5, 2).segment, voiced=4)), id="more is speech"
        ),
    ],
)
def test_nothing_else_is_covered(said: Utterance) -> None:
    assert not Supposition(spoken(1, 5, 2)).covers(said)


@given(PICTURES, SPECULATING)
def test_what_covers_an_utterance_holds_each_of_its_frames_that_is_speech(picture: str, rules: Rules) -> None:
    told = [(what, replace(spoken(1, 1), segment=segment)) for what, segment in heard(picture, rules)]
    supposed = [Supposition(utterance) for what, utterance in told if what == "supposed"]
    pairs = [(one, said) for what, said in told if what == "said" for one in supposed if one.covers(said)]
    for supposition, said in pairs:
        segment = said.segment
        end = segment.first + segment.frames
        speech = {at + 1 for at in range(segment.first, end) if picture[at] == "s"}
        assert speech <= positions(supposition.utterance.pcm)


async def test_who_waits_for_it_to_come_true_gets_what_was_really_said() -> None:
    supposition = Supposition(spoken(1, 5, 2))
    async with anyio.create_task_group() as tasks:
        waiting = tasks.start_soon(supposition.real)
        await anyio.wait_all_tasks_blocked()
        supposition.come_true(spoken(1, 5, 9))
    assert waiting.return_value == spoken(1, 5, 9)
