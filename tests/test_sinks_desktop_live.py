"""Rules of words that appear while they are said: one sink has all of an utterance, and they are read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from doubles import PLAIN, SPACED
from fixtures.accessibility import reading
from fixtures.screen import DEADLINE
from test_sinks_desktop import no_screen
from test_sinks_type_live import BACK, words
from test_sinks_wayland_live import shown

from dictated import outputconfig
from dictated.accessibility.reader import Reader
from dictated.errors import HeldError, NoDisplayError, SinkError
from dictated.ports import Live
from dictated.sinks.desktop import DesktopSink
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fixtures.accessibility import Desk
    from fixtures.screen import Screen
    from fixtures.sway import Session

__all__ = ["no_screen"]

desktop = pytest.mark.desktop


def sink(environ: Mapping[str, str], reader: Reader | None = None) -> DesktopSink:
    settings = outputconfig.TypeSink(live=True, modifier_wait_ms=300)
    return DesktopSink(settings, SPACED, OwnKeys(), environ, reader)


async def appear(to: DesktopSink, *texts: str, number: int = 1) -> None:
    for text in texts:
        await to.appear(words(text, number).utterance, text)


def test_words_appear_where_they_are_to() -> None:
    made = [DesktopSink(outputconfig.TypeSink(live=live), PLAIN, OwnKeys(), {}) for live in (True, False)]
    assert [(isinstance(to, Live), to.live) for to in made] == [(True, True), (True, False)]


@desktop
async def test_words_appear_in_the_wayland_session_that_the_environment_names(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "Ask nut")
    await to.deliver(words("Ask not"))
    assert (await window.rest(), to.corrections, await to.undo()) == (f"Ask nut{BACK * 2}ot ", 2, 8)
    await to.close()


@desktop
async def test_the_session_that_words_began_in_gets_the_rest_of_them(
    screen: Screen, session: Session, tmp_path: Path
) -> None:
    session.folder = tmp_path / "wayland"  # both number their windows
    session.folder.mkdir()
    environ = {"DISPLAY": screen.display}
    to, first, second = sink(environ), screen.window(), session.terminal()
    await appear(to, "Ask")
    environ |= session.env
    await appear(to, "Act")
    await to.deliver(words("Ask not"))
    await to.deliver(words("what", 2))
    await to.close()
    assert (shown(first.rest()), await second.rest(), to.corrections) == ("Ask not ", "what ", 4)


@desktop
async def test_words_that_appeared_in_a_session_that_is_over_vanish_before_others_are_typed(
    screen: Screen, session: Session, tmp_path: Path
) -> None:
    session.folder = tmp_path / "wayland"  # both number their windows
    session.folder.mkdir()
    environ = {"DISPLAY": screen.display}
    to, first, second = sink(environ), screen.window(), session.terminal()
    await appear(to, "one")
    environ |= session.env
    await to.deliver(words("two", 2))
    await to.close()
    assert (shown(first.rest()), await second.rest()) == ("", "two ")


@desktop
async def test_words_that_could_not_appear_go_where_there_is_a_screen_by_then(session: Session) -> None:
    environ: dict[str, str] = {}
    to, window = sink(environ), session.terminal()
    with pytest.raises(NoDisplayError):
        await appear(to, "Ask")
    environ |= session.env
    await to.deliver(words("Ask not"))
    assert await window.rest() == "Ask not "


@desktop
async def test_words_that_might_not_appear_go_to_the_session_there_is_by_then(
    screen: Screen, session: Session
) -> None:
    environ = {"DISPLAY": screen.display}
    to, window = sink(environ), session.terminal()
    with pytest.raises(HeldError, match="not known"):
        await appear(to, "Ask")
    environ |= session.env
    await to.deliver(words("Ask not"))
    await to.close()
    assert await window.rest() == "Ask not "


@desktop
async def test_corrections_in_a_session_that_is_over_are_counted(session: Session) -> None:
    environ, window = dict(session.env), session.terminal()
    to = sink(environ)
    await appear(to, "Ask nut", "Ask not")
    await to.deliver(words("Ask not"))
    environ["DISPLAY"] = ":99"
    await to.deliver(words("what", 2))
    assert (to.corrections, shown(await window.rest())) == (2, "Ask not what ")


@desktop
async def test_words_stand_there_in_part_from_when_they_appear_until_they_are_delivered(
    session: Session,
) -> None:
    said, others, to = words("Ask").utterance, words("Ask", 2).utterance, sink(session.env)
    session.terminal()
    stands = [to.stands_of(said)]
    await appear(to, "Ask")
    stands += [to.stands_of(said), to.stands_of(others)]
    await to.deliver(words("Ask"))
    assert [*stands, to.stands_of(said)] == [False, True, False, False]


@desktop
async def test_words_appear_in_part_on_a_screen_of_x11_too(screen: Screen) -> None:
    to = sink({"DISPLAY": screen.display})
    screen.window()
    await appear(to, "Ask")
    stands = to.stands_of(words("Ask").utterance)
    await to.close()
    assert stands


@desktop
async def test_the_next_words_appear_when_those_before_are_delivered(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "one")
    with pytest.raises(HeldError, match="not complete"):
        await appear(to, "two", number=2)
    await to.deliver(words("one"))
    await appear(to, "two", number=2)
    assert await window.rest() == "one two"


@desktop
async def test_words_that_were_never_delivered_vanish_before_others_are(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "one")
    await to.deliver(words("two", 2))
    assert shown(await window.rest()) == "two "


@desktop
async def test_what_is_not_delivered_vanishes(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "one")
    await to.vanish()
    assert shown(await window.rest()) == ""


@desktop
async def test_words_that_appeared_and_are_shown_are_delivered(desk: Desk) -> None:
    desk.window("entry")
    async with reading(Reader(desk.env, ask_s=DEADLINE, settle_s=DEADLINE)) as reader:
        to = sink(desk.env, reader)
        await appear(to, "Grütze", "Grüße")
        await to.deliver(words("Grüße dich"))
        assert await to.undo() == len("Grüße dich ")
        await to.close()


@desktop
async def test_words_that_never_appeared_in_a_window_are_not_delivered_and_not_taken_back(desk: Desk) -> None:
    desk.window("full")
    async with reading(Reader(desk.env, ask_s=DEADLINE)) as reader:
        to = sink(desk.env, reader)
        await appear(to, "more")
        with pytest.raises(SinkError, match="shows none of them"):
            await to.deliver(words("more of it"))
        with pytest.raises(SinkError, match="nothing that was typed"):
            await to.undo()
        await to.close()


@desktop
async def test_words_as_long_as_those_taken_back_before_them_are_delivered(desk: Desk) -> None:
    desk.window("entry")
    async with reading(Reader(desk.env, ask_s=DEADLINE, settle_s=DEADLINE)) as reader:
        to = sink(desk.env, reader)
        await to.deliver(words("one"))
        await appear(to, "two", number=2)
        await to.undo()
        await to.deliver(words("two", 2))
        assert await to.undo() == 4
        await to.close()
