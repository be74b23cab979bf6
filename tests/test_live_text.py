"""Rules of what stands around words that appear while they are said: sinks, engines, the status, the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from doubles import ListHistory, ListSink, transcript, utterance
from engines import TERMS, wrong_key
from house import House
from live_room import BEGINNING, SPEECH, ForesightedGuesser, Room
from live_text import SCRIPT, GuessingTranscriber, LiveScreen
from test_delivery import NOTHING
from test_pipeline_supposition import SAID, SUPPOSED, foresighted
from test_segmenter import frame
from test_session import CANCEL, START, Desk

from dictated import build
from dictated.chain import Chain, lanes
from dictated.config import Config, SegmentSettings
from dictated.delivery import Delivery
from dictated.editor import Editor
from dictated.errors import HeldError, SinkError, TranscriberError
from dictated.hypothesis import Guessing
from dictated.ledger import Ledger
from dictated.paths import Paths
from dictated.records import Fate
from dictated.segmenter import Rules, Segmenter
from dictated.sinks.appearing import PART
from dictated.tape import Tape
from dictated.text.hand import Hand
from dictated.textconfig import Replacement, Text
from dictated.types import Hints
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from dictated.ports import Sink, Transcriber


def delivery(*sinks: Sink, shut: str = "") -> Delivery:
    return Delivery(sinks, ListSink("log"), lambda: shut)


async def test_words_appear_in_the_sinks_where_they_can_only() -> None:
    screen, other = LiveScreen(), ListSink()
    await delivery(other, screen).appear(utterance(1), "But as")
    assert (screen.story, other.texts) == (["1 appears: But as"], [])


async def test_nothing_appears_nor_vanishes_in_a_sink_that_is_not_to_be_live() -> None:
    screen = LiveScreen(live=False)
    await delivery(screen).appear(utterance(1), "But as")
    await delivery(screen).vanish()
    assert screen.story == []


async def test_nothing_appears_nor_vanishes_while_windows_are_shut() -> None:
    screen = LiveScreen()
    await delivery(screen, shut="the screen is locked").vanish()
    with pytest.raises(HeldError, match="locked"):
        await delivery(screen, shut="the screen is locked").appear(utterance(1), "But as")
    assert screen.story == []


async def test_what_appears_is_there_before_the_whole_is_delivered() -> None:
    screen = LiveScreen(held=True)
    sinks = delivery(screen)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sinks.appear, utterance(1), "But as")
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(sinks.deliver, transcript("But as the riper"), NOTHING)
        await anyio.wait_all_tasks_blocked()
        early = list(screen.story)
        screen.lets_go.set()
    assert (early, screen.story) == (["1 appears: But as"], ["1 appears: But as", "1: But as the riper"])


async def test_what_has_begun_to_appear_is_not_broken_off() -> None:
    screen = LiveScreen(held=True, refusal=SinkError("it broke off"))
    faults = []
    async with anyio.create_task_group() as tasks:

        async def appear() -> None:
            try:
                await delivery(screen).appear(utterance(1), "But as")
            except SinkError as error:
                faults.append(str(error))

        tasks.start_soon(appear)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        screen.lets_go.set()
    assert faults == ["it broke off"]


async def test_what_appeared_of_words_that_are_held_vanishes() -> None:
    class Holding(LiveScreen):
        async def deliver(self, _transcript: object) -> None:
            raise HeldError("another window")

    screen = Holding()
    await delivery(screen).deliver(transcript("hello"), NOTHING)
    assert screen.story == ["vanishes"]


async def test_words_held_as_windows_are_shut_tell_of_the_part_that_stands() -> None:
    class Window(LiveScreen):
        async def undo(self) -> int:
            return 0

    shut: list[str] = []
    sinks = Delivery([Window()], ListSink("log"), lambda: "".join(shut))
    await sinks.appear(utterance(1), "But as")
    shut.append("the screen is locked")
    came = [await sinks.deliver(transcript("But as", number), NOTHING) for number in (1, 2)]
    assert [one.held for one in came] == [f"the screen is locked; {PART}", "the screen is locked"]


async def test_a_sink_where_nothing_can_vanish_does_no_harm() -> None:
    await delivery(LiveScreen(refusal=SinkError("it broke off"))).vanish()


async def test_corrections_of_all_sinks_are_counted() -> None:
    one, other = LiveScreen(), LiveScreen()
    one.corrections, other.corrections = 3, 4
    assert delivery(one, ListSink(), other).corrections == 7


def chain(engine: Transcriber, *, hold_doubtful: bool = False) -> Chain:
    ledger = Ledger(ListHistory(), cost_per_day=0)  # which fails whoever asks it for figures
    terms = replace(TERMS, hold_doubtful=hold_doubtful)
    return Chain(lanes([engine], terms, ledger), terms, Hints(vocabulary=("Kubernetes",)), ledger)


async def test_a_guess_is_what_the_first_engine_makes_of_it() -> None:
    assert (await chain(GuessingTranscriber(SCRIPT)).guess(utterance(1))).text == "But as"


async def test_a_guess_leaves_no_context_for_what_is_said_next() -> None:
    asked = chain(GuessingTranscriber(SCRIPT))
    await asked.guess(utterance(1))
    assert not asked._said  # noqa: SLF001 (it can be seen nowhere else without another engine)


async def test_the_doubt_of_a_guess_is_told() -> None:
    asked = chain(GuessingTranscriber(["no " * 60]), hold_doubtful=True)
    assert (await asked.guess(utterance(1))).doubt


async def test_an_engine_that_costs_something_is_not_asked_to_guess() -> None:
    from engines import ScriptedEngine  # noqa: PLC0415 (one test)

    story: list[str] = []
    with pytest.raises(TranscriberError, match="only for what is needed"):
        await chain(ScriptedEngine("one", [(0.0, "words")], story)).guess(utterance(1))
    assert story == []


async def test_an_engine_that_is_broken_is_not_asked_to_guess() -> None:
    engine = GuessingTranscriber(SCRIPT)
    engine.cold = wrong_key("local")
    asked = chain(engine)
    with pytest.raises(TranscriberError):
        await asked.warm()
    with pytest.raises(TranscriberError, match="only for what is needed"):
        await asked.guess(utterance(1))


async def test_the_pipeline_is_busy_until_what_was_supposed_has_its_words_or_is_forgotten() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        told = [pipeline.busy]
        pipeline.suppose(SUPPOSED)
        told.append(pipeline.busy)
        pipeline.forget()
        told.append(pipeline.busy)
    assert told == [False, True, False]


async def test_the_pipeline_is_busy_until_what_was_said_has_its_words() -> None:
    line = foresighted(held=True)
    async with line.running() as pipeline:
        await pipeline.put(SAID)
        early = pipeline.busy
        line.engine.release(1)
        await anyio.wait_all_tasks_blocked()
        assert (early, pipeline.busy) == (True, False)


def test_somebody_speaks_from_the_onset_on_while_frames_are_speech() -> None:
    segmenter, told = Segmenter(Rules(onset=2, longest=100, pause=4)), []
    for char in "s.ss.s.ss....s":
        segmenter.push(frame(1), speech=char == "s")
        told.append("s" if segmenter.speaking else ".")
    assert "".join(told) == "..ss.s.ss....."


def test_nobody_speaks_before_the_first_frame() -> None:
    assert not Segmenter(Rules()).speaking


class LiveDesk(Desk):
    """One whose words appear."""

    def __init__(self) -> None:
        super().__init__()
        self.guesser = GuessingTranscriber(SCRIPT)
        self.screen = LiveScreen()
        self.parts = replace(
            self.parts,
            transcriber=self.guesser,
            delivery=Delivery([self.screen], self.screen),
            guess_every=len(SPEECH),
            rules=replace(self.parts.rules, longest=10_000),
        )


async def test_what_appeared_vanishes_when_all_is_cancelled() -> None:
    desk = LiveDesk()
    async with desk.at_work():
        await desk.do(START)
        with anyio.fail_after(5):
            while not desk.screen.appeared.is_set():
                await desk.recorder.say(SPEECH)
                await anyio.wait_all_tasks_blocked()
        await desk.do(CANCEL)
        assert (desk.screen.story[0], desk.screen.story[-1]) == ("1 appears: But as", "vanishes")
        with desk.session.bulletin.follow_closely() as statuses:
            assert (await anext(statuses))["hypothesis"] == ""


async def test_the_status_counts_corrections() -> None:
    desk = LiveDesk()
    desk.screen.corrections = 5
    async with desk.at_work() as session:
        await desk.do(START)
        assert session.status()["corrections"] == 5


async def test_what_had_appeared_when_the_program_was_killed_is_not_typed_again_but_held(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    Tape(tmp_path / "spool").write(0, utterance(1).pcm)  # all there is of what is not over
    await house.recover()
    assert (house.window.texts, house.fates) == ([], [Fate.HELD])


def test_it_is_guessed_at_as_often_as_the_configuration_says(tmp_path: Path) -> None:
    around = build.Surroundings(Paths(tmp_path / "config", tmp_path, tmp_path), {}, OwnKeys())
    config = Config(segment=SegmentSettings(hypothesis_ms=200))
    assert build.parts(config, around).guess_every == 10


async def test_plain_status_does_not_tell_what_is_being_said() -> None:
    assert "hypothesis" not in Desk().session.status()


def test_the_engine_on_this_machine_guesses_and_the_chain_does() -> None:
    from dictated.sttconfig import LocalEngine  # noqa: PLC0415 (one test)
    from dictated.transcribers.local import LocalTranscriber  # noqa: PLC0415 (one test)

    assert isinstance(LocalTranscriber(LocalEngine()), Guessing)
    assert isinstance(chain(GuessingTranscriber()), Guessing)


async def test_what_was_guessed_and_what_was_transcribed_ahead_agree_as_both_are_corrected() -> None:
    engine = ForesightedGuesser(["btw we"])
    engine.ahead = "btw we should"
    hand = Hand(Text(replacements=(Replacement(find="btw", put="by the way"),)))
    room = Room(engine=engine, asked=Editor(engine, hand))
    room.parts = replace(room.parts, rules=replace(room.parts.rules, speculate=2))
    with room.bulletin.follow_closely() as statuses, anyio.fail_after(5):
        async with room.open():
            for picture, hypothesis in ((BEGINNING, "by the way we"), ("...", "by the way we should")):
                await room.say(picture)
                await until_told(statuses, hypothesis)
            await room.screen.appeared.wait()
            assert room.screen.story == ["1 appears: by the way we"]


async def until_told(statuses: AsyncIterator[dict[str, Any]], hypothesis: str) -> None:
    """Wait for that to be what is being said: an editor works in a thread."""
    async for status in statuses:
        if status["hypothesis"] == hypothesis:
            return
