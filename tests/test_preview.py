"""Rules of words that appear while they are said: when is guessed, what appears, and what goes again."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from doubles import SPEECH as SPEAKING
from leaping import LEAPING
from live_room import BEGINNING, RULES, SPEECH, ForesightedGuesser, Room
from live_text import SCRIPT, LiveScreen

from dictated.errors import HeldError, RecorderLostError, SinkError, TranscriberError
from dictated.listening import LEAD_OUT


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return LEAPING


async def test_what_two_guesses_agree_on_appears_while_it_is_said_and_is_then_completed() -> None:
    room = Room()
    async with room.open():
        await room.say(BEGINNING, SPEECH, SPEECH, "......")
    assert room.screen.story == ["1 appears: But as", "1 appears: But as the", "1: words 1"]


async def test_it_is_guessed_at_all_that_was_said_until_then() -> None:
    room = Room()
    async with room.open():
        await room.say(BEGINNING, SPEECH)
    assert [one.segment.offset for one in room.engine.guessed_at] == [6, 11]


async def test_nothing_is_guessed_at_where_nobody_wants_to_know() -> None:
    room = Room(screen=LiveScreen(live=False))
    async with room.open():
        await room.say(BEGINNING, SPEECH)
    assert (room.engine.guessed_at, room.screen.story) == ([], ["1: words 1"])


async def test_who_follows_closely_is_told_the_newest_guess_and_that_it_is_over() -> None:
    room, told = Room(screen=LiveScreen(live=False)), []
    with room.bulletin.follow_closely() as statuses:
        async with room.open():
            for picture in (BEGINNING, SPEECH, "......"):
                await room.say(picture)
                told.append((await anext(statuses))["hypothesis"])
    assert (told, room.screen.story) == (["But as", "But as the", ""], ["1: words 1"])


async def test_one_guess_is_made_at_a_time() -> None:
    room = Room(held=True)
    async with room.open():
        await room.say(BEGINNING, SPEECH, SPEECH, SPEECH)
    assert (room.engine.most_guesses_at_once, len(room.engine.guessed_at)) == (1, 1)


async def test_after_a_guess_the_engine_rests_as_long_as_that_took() -> None:
    room = Room(held=True)
    async with room.open():
        await room.say(BEGINNING)
        await anyio.sleep(10)  # so long the engine takes
        room.engine.lets_go.set()
        await room.say(SPEECH, SPEECH)
        early = len(room.engine.guessed_at)
        await anyio.sleep(12)  # it has rested
        await room.say("s")
        assert (early, len(room.engine.guessed_at)) == (1, 2)


async def test_nothing_is_guessed_at_in_a_pause() -> None:
    room = Room()
    async with room.open():
        await room.say("ssss", ".....", "s")
        assert len(room.engine.guessed_at) == 1  # with the last frame


async def test_nothing_is_guessed_at_while_an_utterance_waits_for_its_text() -> None:
    room = Room()
    room.engine._held = True  # noqa: SLF001 (what was said, not the guesses)
    async with room.open():
        await room.say("ssss......", BEGINNING)
        early = len(room.engine.guessed_at)
        room.engine.release(1)
        await room.say(SPEECH)
        assert (early, len(room.engine.guessed_at)) == (0, 1)
        room.engine.release(2)


async def test_words_appear_as_soon_as_all_before_them_are_delivered() -> None:
    gate = GatedSink()
    room = Room(before=gate)
    async with room.open():
        await room.say("ssss......ssss......", BEGINNING, SPEECH)
        early = list(room.screen.story)
        gate.lets_go.set()
        await room.say("", "s")
        assert (early, room.screen.story) == ([], ["1: words 1", "2: words 2", "3 appears: But as"])


class GatedSink(LiveScreen):
    """Takes its time for what is delivered."""

    def __init__(self) -> None:
        super().__init__(live=False, held=True)

    async def deliver(self, _transcript: object) -> None:
        await self.lets_go.wait()


async def test_of_what_comes_to_count_while_a_screen_is_busy_only_the_newest_appears() -> None:
    room = Room(["a b", "a b c", "a b c d", "a b c d e"], screen=LiveScreen(held=True))
    async with room.open():
        await room.say(BEGINNING, SPEECH, SPEECH, SPEECH)
        room.screen.lets_go.set()
        await anyio.wait_all_tasks_blocked()
        assert room.screen.story == ["1 appears: a b", "1 appears: a b c d"]


async def test_what_was_too_little_to_be_said_vanishes() -> None:
    room = Room()
    room.parts = replace(room.parts, rules=replace(RULES, least_speech=100))
    async with room.open():
        await room.say(BEGINNING, SPEECH, "......")
        assert room.screen.story == ["1 appears: But as", "vanishes"]


async def test_what_came_to_nothing_when_the_microphone_was_lost_vanishes() -> None:
    room = Room()
    room.parts = replace(room.parts, rules=replace(RULES, least_speech=100))
    with pytest.raises(ExceptionGroup) as lost:  # noqa: PT012 (the room is open while it happens)
        async with room.open():
            await room.say(BEGINNING, SPEECH)
            await room.recorder.lose(RecorderLostError("it was unplugged"))
            await anyio.wait_all_tasks_blocked()
    assert (lost.group_contains(RecorderLostError), room.screen.story[-1]) == (True, "vanishes")


async def test_what_came_to_nothing_has_had_its_number() -> None:
    room = Room()
    room.parts = replace(room.parts, rules=replace(RULES, least_speech=12))
    async with room.open():
        await room.say(BEGINNING, SPEECH, "......", 3 * SPEECH + "......")
    assert room.screen.story[-1] == "2: words 2"


async def test_what_came_to_nothing_when_listening_ended_vanishes() -> None:
    room = Room()
    room.parts = replace(room.parts, rules=replace(RULES, least_speech=100))
    async with room.open():
        await room.say(BEGINNING, SPEECH)
    assert room.screen.story == ["1 appears: But as", "vanishes"]


@pytest.mark.parametrize("case", ["empty", "doubtful", "failed"])
async def test_what_is_not_delivered_vanishes(case: str) -> None:
    room = Room()
    if case == "failed":
        room.engine.failing[1] = TranscriberError("it broke")
    if case == "empty":
        room.engine.texts[1] = ""
    if case == "doubtful":
        room.engine.doubts[1] = "it says the same thing ten times"
    async with room.open():
        await room.say(BEGINNING, SPEECH, "......")
    assert room.screen.story == ["1 appears: But as", "vanishes"]


@pytest.mark.parametrize("refusal", [HeldError("another window"), SinkError("it broke off")])
async def test_where_words_may_not_appear_no_more_of_the_utterance_do(refusal: SinkError) -> None:
    room = Room(screen=LiveScreen(refusal=refusal))
    async with room.open():
        await room.say(BEGINNING, SPEECH, SPEECH, "......")
    assert room.screen.story == ["1 appears: But as", "1: words 1"]


async def test_an_engine_that_cannot_guess_is_asked_once_for_each_utterance() -> None:
    room = Room([TranscriberError("not now"), *SCRIPT])
    async with room.open():
        await room.say(BEGINNING, SPEECH, "......", BEGINNING)
    assert [one.number for one in room.engine.guessed_at] == [1, 2]


async def test_a_guess_that_is_doubtful_is_none() -> None:
    room = Room()
    room.engine.doubt = "it says the same thing ten times"
    async with room.open():
        await room.say(BEGINNING, SPEECH)
    assert room.screen.story == ["1: words 1"]


async def test_a_guess_that_comes_when_all_was_said_is_not_shown() -> None:
    room = Room()
    async with room.open():
        await room.say(BEGINNING)
        room.engine.lets_go = anyio.Event()
        await room.say(SPEECH, "......")
        room.engine.lets_go.set()
        await anyio.wait_all_tasks_blocked()
    assert room.screen.story == ["1: words 1"]


def foresighted_room(doubt: str = "") -> Room:
    engine = ForesightedGuesser(SCRIPT)
    engine.ahead_doubt = doubt
    room = Room(engine=engine)
    room.parts = replace(room.parts, rules=replace(RULES, speculate=2))
    return room


async def test_what_is_transcribed_ahead_is_a_guess_too() -> None:
    room = foresighted_room()
    async with room.open():
        await room.say(BEGINNING, SPEECH, "...")
        assert room.screen.story == ["1 appears: But as", "1 appears: But as the"]


async def test_what_is_transcribed_ahead_and_doubtful_is_no_guess() -> None:
    room = foresighted_room(doubt="it says the same thing ten times")
    with room.bulletin.follow_closely() as statuses:
        async with room.open():
            await room.say(BEGINNING, "...", SPEECH, "...")
            told = (await anext(statuses))["hypothesis"]
    assert (told, room.screen.story[0]) == ("But as the", "1 appears: But as")


async def test_when_speech_goes_on_after_what_was_transcribed_ahead_it_is_guessed_at_again() -> None:
    room = foresighted_room()
    async with room.open():
        await room.say(BEGINNING, "...", SPEECH)
        assert len(room.engine.guessed_at) == 2


async def test_what_is_transcribed_ahead_is_told_to_nobody_who_does_not_want_to_know() -> None:
    room = foresighted_room()
    room.screen.live = False
    async with room.open():
        await room.say(BEGINNING, "...")
        with room.bulletin.follow_closely() as statuses:
            assert (await anext(statuses))["hypothesis"] == ""


async def test_behind_what_is_guessed_at_there_is_silence() -> None:
    room = Room()
    async with room.open():
        await room.say(BEGINNING)
    assert room.engine.guessed_at[0].pcm == len(BEGINNING) * SPEAKING.pcm + LEAD_OUT


async def test_a_guess_that_comes_when_all_was_said_is_told_to_nobody() -> None:
    room = Room(held=True)
    with room.bulletin.follow_closely() as statuses:
        async with room.open():
            await room.say(BEGINNING, "......")
            room.engine.lets_go.set()
            await anyio.wait_all_tasks_blocked()
            assert (await anext(statuses))["hypothesis"] == ""


async def test_when_listening_ends_nothing_is_being_said_any_more() -> None:
    room = Room()
    room.parts = replace(room.parts, rules=replace(RULES, least_speech=100))
    with room.bulletin.follow_closely() as statuses:
        async with room.open():
            await room.say(BEGINNING)
            early = (await anext(statuses))["hypothesis"]
        assert (early, (await anext(statuses))["hypothesis"]) == ("But as", "")


async def test_what_is_said_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    room = Room()
    async with room.open():
        await room.say(BEGINNING, SPEECH, SPEECH, "......")
    assert "But as" not in caplog.text
