"""Rules of one opening of the microphone where the words so far decide how long a pause may be."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import SpokenRecorder
from foresight import ForesightedTranscriber
from hypothesis import given
from hypothesis import strategies as st
from resting import everything_rests
from test_listening import MOMENTS, PARTS, RULES, Desktop, Microphone, Stenographer
from test_pipeline import Line
from test_segmenter import PICTURES
from test_segmenter_supposition import SPECULATING

from dictated.chosen import Chosen
from dictated.endpoint import NONE, Patience
from dictated.listening import Listening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.segmenter import Rules
    from dictated.supposition import Supposition
    from dictated.types import Transcript

PATIENCE = Patience(least=3, most=9)


class Talkative(ForesightedTranscriber):
    """Tells these words of what is supposed."""

    def __init__(self, words: str, *, held: bool = False) -> None:
        super().__init__(held=held)
        self._words = words

    async def suppose(self, supposition: Supposition) -> Transcript:
        answer = await self.transcribe(supposition.utterance)
        if not supposition.came_true:
            supposition.tell(replace(answer, text=self._words))
        return replace(answer, utterance=await supposition.real())


async def quiet_until_the_end(engine: Talkative, *, let_go_after: int = 0, profile: str = "default") -> int:
    """Say two frames; how many quiet ones end that, with the engine let go after so many."""
    line, recorder, chosen = Line(engine=engine), SpokenRecorder(), Chosen()
    chosen.take(("calm",))
    chosen.choose(profile)
    parts = replace(PARTS, rules=RULES, patience={"": PATIENCE, "calm": NONE}.__getitem__)
    async with line.running() as pipeline, anyio.create_task_group() as tasks:
        listening = Listening(await recorder.open(), parts, lambda _: None, tasks, chosen=chosen)
        tasks.start_soon(listening.run, pipeline, count(1))
        await recorder.say("ss")
        quiet = 0
        while not (pipeline.waiting or line.sink.texts):
            await recorder.say(".")
            await everything_rests()
            quiet += 1
            if quiet == let_go_after:
                engine.release(1)
                await everything_rests()
        engine.release(1)
        await recorder.close()
    return quiet


@pytest.mark.parametrize(
    ("words", "quiet"),
    [("It is late.", 3), ("It is late and", 9), ("It is late", 6), ("", 6)],
)
async def test_the_words_so_far_say_how_long_the_pause_is(words: str, quiet: int) -> None:
    assert await quiet_until_the_end(Talkative(words)) == quiet


@pytest.mark.parametrize(("profile", "quiet"), [("default", 9), ("calm", 6)])
async def test_the_words_of_a_profile_are_judged_as_that_does(profile: str, quiet: int) -> None:
    assert await quiet_until_the_end(Talkative("It is late and"), profile=profile) == quiet


@pytest.mark.parametrize(("words", "quiet"), [("It is late.", 6), ("It is late and", 9)])
async def test_words_that_come_late_count_from_the_next_frame_on(words: str, quiet: int) -> None:
    assert await quiet_until_the_end(Talkative(words, held=True), let_go_after=5) == quiet


async def test_where_no_words_come_the_pause_is_the_usual_one() -> None:
    assert await quiet_until_the_end(Talkative("It is late and", held=True)) == 6


class Chatterbox(Stenographer):
    """Tells words by the length of what it was given, which go on, or end, or neither."""

    async def suppose(self, supposition: Supposition) -> Transcript:
        answer = await self.transcribe(supposition.utterance)
        if not supposition.came_true:
            words = ("Go and.", "Go on, now.", "go now")[supposition.utterance.segment.frames % 3]
            supposition.tell(replace(answer, text=words))
        return replace(answer, utterance=await supposition.real())


@given(
    PICTURES,
    SPECULATING,
    st.builds(Patience, st.integers(1, 6), st.integers(6, 20)),
    MOMENTS,
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
)
async def test_no_utterance_lacks_any_of_its_speech_however_its_words_make_it_end(
    picture: str, rules: Rules, patience: Patience, pace: Sequence[int], effort: Sequence[int]
) -> None:
    microphone, desktop = Microphone(picture, pace), Desktop()
    line = Line(desktop, engine=Chatterbox(effort))
    parts = replace(PARTS, rules=rules, vad=microphone, patience=lambda _: patience)
    async with line.running() as pipeline, anyio.create_task_group() as tasks:
        await Listening(microphone.frames(), parts, lambda _: None, tasks).run(pipeline, count(1))
    for transcript in desktop.transcripts:
        said = transcript.utterance.segment
        speech = {at + 1 for at in range(said.first, said.first + said.frames) if picture[at] == "s"}
        assert speech <= set(map(int, transcript.text.split()))
