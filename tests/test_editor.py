"""Rules of editing: what is done to a text between the engine and the sinks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from doubles import NumberingTranscriber, transcript, utterance
from foresight import spoken

from dictated.editor import Editor
from dictated.errors import RefinerError, TranscriberError
from dictated.supposition import Supposition
from dictated.text.hand import Hand
from dictated.text.intent import Intent
from dictated.textconfig import Replacement, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from dictated.types import Transcript


class Louder:
    """A refiner that adds a mark, or makes of any text what it is told to, or fails while it is told to."""

    name = "louder"

    def __init__(self) -> None:
        self.failing = False
        self.closed = False
        self.asked = 0
        self.made: str | None = None

    async def refine(self, transcript: Transcript) -> str:
        self.asked += 1
        if self.failing:
            raise RefinerError("it is hoarse; give it tea")
        return transcript.text + "!" if self.made is None else self.made

    async def close(self) -> None:
        self.closed = True


class Plain(NumberingTranscriber):
    """An engine that can be asked ahead."""

    async def suppose(self, supposition: Supposition) -> Transcript:
        answer = await self.transcribe(supposition.utterance)
        return replace(answer, utterance=await supposition.real())


def saying(text: str, doubt: str = "") -> Plain:
    engine = Plain()
    engine.texts[1], engine.doubts[1] = text, doubt
    return engine


class Scripted(Hand):
    """A hand that does to any text what the test says."""

    def __init__(self, edit: Callable[[str], Intent]) -> None:
        super().__init__(Text())
        self._edit = edit

    def edit(self, text: str) -> Intent:
        return self._edit(text)


untouched = Scripted(Intent)
capitals = Scripted(lambda text: Intent(text.upper(), takes_back=2, stops=True))
nothing = Scripted(lambda _: Intent("", takes_back=1))
BY_THE_WAY = Hand(Text(replacements=(Replacement(find="btw", put="by the way"),)))


async def edited(editor: Editor) -> Transcript:
    return await editor.transcribe(utterance(1))


async def test_an_edited_text_keeps_what_the_engine_wrote() -> None:
    transcript = await edited(Editor(saying("hello"), capitals))
    assert (transcript.text, transcript.raw) == ("HELLO", "hello")


async def test_a_text_that_stays_as_it_is_is_not_kept_twice() -> None:
    assert (await edited(Editor(saying("hello"), untouched))).raw == ""


async def test_what_the_words_command_goes_along_with_them() -> None:
    transcript = await edited(Editor(saying("hello"), capitals))
    assert (transcript.takes_back, transcript.stops) == (2, True)


async def test_a_text_in_doubt_is_neither_edited_nor_refined() -> None:
    louder = Louder()
    transcript = await edited(Editor(saying("hello", "never said"), capitals, [louder]))
    assert (transcript.text, transcript.takes_back, louder.asked) == ("hello", 0, 0)


async def test_where_no_words_are_left_nobody_refines_them() -> None:
    louder = Louder()
    transcript = await edited(Editor(saying("scratch that"), nothing, [louder]))
    assert (transcript.text, transcript.raw, louder.asked) == ("", "scratch that", 0)


async def test_a_refiner_gets_what_the_one_before_it_made() -> None:
    transcript = await edited(Editor(saying("hello"), capitals, [Louder(), Louder()]))
    assert (transcript.text, transcript.raw) == ("HELLO!!", "hello")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("hello\n", "hello!\n"),
        ("\n\nhello", "\n\nhello!"),
        ("\none\n\ntwo\n\n", "\none\n\ntwo!\n\n"),
        ("\n", "\n"),
    ],
)
async def test_line_breaks_at_the_ends_of_a_text_are_no_words_and_stay(text: str, typed: str) -> None:
    hand = Scripted(lambda _: Intent(text))
    assert (await edited(Editor(saying("hello"), hand, [Louder()]))).text == typed


async def test_a_text_that_is_thrown_away_takes_its_line_breaks_along() -> None:
    hand = Scripted(lambda _: Intent("hello\n"))
    nobody = Louder()
    nobody.made = ""
    assert (await edited(Editor(saying("hello"), hand, [nobody, Louder()]))).text == ""


async def test_a_text_of_the_user_s_own_stays_known_as_such() -> None:
    snippet = Scripted(lambda _: Intent("  ls -la", verbatim=True))
    transcript = await edited(Editor(saying("insert list"), snippet))
    assert (transcript.text, transcript.verbatim) == ("  ls -la", True)


async def test_a_refiner_that_fails_leaves_the_text_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    louder = Louder()
    louder.failing = True
    editor = Editor(saying("hello"), untouched, [louder])
    assert [(await edited(editor)).text for _ in range(3)] == ["hello"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "louder: it is hoarse; give it tea; texts stay as they are"
    ]


async def test_a_refiner_that_works_again_is_told_of_again_when_it_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    louder = Louder()
    editor = Editor(saying("hello"), untouched, [louder])
    for louder.failing in (True, False, True):
        await edited(editor)
    assert sum("hoarse" in record.getMessage() for record in caplog.records) == 2


async def test_what_was_supposed_is_edited_when_it_has_come_true() -> None:
    supposition = Supposition(spoken(1, 5))
    supposition.come_true(spoken(1, 5, 2))
    transcript = await Editor(saying("hello"), capitals).suppose(supposition)
    assert (transcript.text, transcript.utterance) == ("HELLO", supposition.utterance)


async def test_an_engine_that_fails_fails_as_without_editing() -> None:
    engine = saying("hello")
    engine.failing[1] = TranscriberError("no")
    with pytest.raises(TranscriberError, match="no"):
        await edited(Editor(engine, capitals))


async def test_closing_closes_the_refiners() -> None:
    louder = Louder()
    await Editor(saying("hello"), untouched, [louder]).close()
    assert louder.closed


async def test_what_is_still_being_said_is_corrected_and_obeys_nothing() -> None:
    class Guessing(Plain):
        guess = Plain.transcribe

    engine = Guessing()
    engine.texts[1] = "stop listening btw"
    guess = await Editor(engine, BY_THE_WAY).guess(utterance(1))
    assert (guess.text, guess.stops) == ("stop listening by the way", False)


async def test_what_was_transcribed_ahead_is_shown_like_any_guess() -> None:
    answer = replace(transcript("stop listening btw"), doubt="never said")
    shown = await Editor(saying("hello"), BY_THE_WAY).preview(answer)
    assert (shown.text, shown.stops, shown.doubt) == ("stop listening by the way", False, "never said")


async def test_an_engine_that_takes_no_guesses_is_not_asked_for_any() -> None:
    with pytest.raises(TranscriberError, match="numbering is not asked"):
        await Editor(saying("hello"), untouched).guess(utterance(1))
