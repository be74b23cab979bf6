"""Rules of texts that follow one another in real windows: spaces, capitals, and the key Enter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from doubles import transcript as spoken_long_ago
from test_sinks_wayland_live import shown

from dictated import outputconfig
from dictated.sinks.type import TypeSink
from dictated.sinks.wayland import WaylandSink
from dictated.text.manner import Manner

if TYPE_CHECKING:
    from fixtures.screen import Screen
    from fixtures.sway import Session

    from dictated.types import Transcript

pytestmark = pytest.mark.desktop

SMART = {"": Manner("smart"), "code": Manner("none")}
LINES = {"": Manner("line", enter=True)}


def said(text: str, number: int = 1, profile: str = "") -> Transcript:
    transcript = spoken_long_ago(text, number)
    now = datetime.now(UTC)
    return replace(transcript, utterance=replace(transcript.utterance, began=now, ended=now, profile=profile))


async def test_texts_read_as_typed_by_one_hand(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), SMART)
    for number, text in enumerate(["We stayed because.", "The rain fell.", ", he said.", "Peter left."], 1):
        await sink.deliver(said(text, number))
    wanted = "We stayed because the rain fell., he said. Peter left."
    assert await window.wait_for_text(len(wanted)) == wanted
    await sink.close()


async def test_what_is_taken_back_takes_its_space_along(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), SMART)
    for text in ("One.", "Two."):
        await sink.deliver(said(text))
    await sink.undo()
    await sink.deliver(said("Three."))
    assert shown(window.rest()) == "One. Three."
    await sink.close()


async def test_words_that_appear_are_joined_as_they_will_stand(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(live=True), SMART)
    await sink.deliver(said("One.", 1))
    late = said("Two and three.", 2)
    await sink.appear(late.utterance, "Two and")
    assert await window.wait_for_text(len("One. Two and")) == "One. Two and"
    await sink.deliver(late)
    assert window.rest() == " three."
    assert sink.corrections == 0
    await sink.close()


async def test_a_profile_has_a_manner_of_its_own(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), SMART)
    for text in ("foo", "bar"):
        await sink.deliver(said(text, profile="code"))
    assert await window.wait_for_text(6) == "foobar"
    await sink.close()


async def test_a_line_break_presses_enter_where_that_is_on(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), LINES)
    await sink.deliver(said("one\ntwo é"))
    assert await window.wait_for_text(10) == "one\rtwo é\r"  # which is what Enter is to a terminal
    await sink.close()


async def test_a_text_of_the_user_s_own_is_typed_as_it_stands(screen: Screen) -> None:
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), SMART)
    await sink.deliver(said("Done."))
    await sink.deliver(replace(said("rm  -rf build", 2), verbatim=True))
    assert shown(window.rest()) == "Done. rm  -rf build"
    await sink.close()


@pytest.mark.parametrize("keyboard", ["us", "de", "fr", "ru"])
async def test_enter_is_the_key_of_every_layout(screen: Screen, keyboard: str) -> None:
    screen.run("setxkbmap", keyboard)
    window, sink = screen.window(), TypeSink(outputconfig.TypeSink(), LINES)
    await sink.deliver(said("Ab\nя"))
    assert await window.wait_for_text(5) == "Ab\rя\r"
    await sink.close()


async def test_a_wayland_session_types_a_text_of_the_user_s_own_as_it_stands(session: Session) -> None:
    window = session.terminal()
    sink = WaylandSink(outputconfig.TypeSink(), {"": Manner("smart")}, environ=session.env)
    await sink.deliver(replace(said("rm  -rf build"), verbatim=True))
    assert await window.rest() == "rm  -rf build"
    await sink.close()


async def test_a_wayland_session_has_the_same_manners(session: Session) -> None:
    window = session.terminal()
    sink = WaylandSink(outputconfig.TypeSink(), {"": Manner("smart", enter=True)}, environ=session.env)
    for text in ("We stayed because.", "The rain\nfell, é."):
        await sink.deliver(said(text))
    assert await window.rest() == "We stayed because the rain\rfell, é."
    await sink.close()
