"""Rules of words that appear in a Wayland session while they are said."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Literal

import anyio
import pytest
from doubles import SPACED
from test_sinks_type_live import BACK, GUESSES, WORDS, words

from dictated import outputconfig
from dictated.errors import HeldError
from dictated.sinks.wayland import WaylandSink

if TYPE_CHECKING:
    from fixtures.sway import Session

    from dictated.types import Transcript

pytestmark = pytest.mark.desktop

Policy = Literal["hold", "type", "refocus"]


def sink(env: dict[str, str], policy: Policy = "hold") -> WaylandSink:
    return WaylandSink(outputconfig.TypeSink(live=True, on_focus_change=policy), SPACED, environ=env)


async def appear(to: WaylandSink, *texts: str, number: int = 1) -> None:
    for text in texts:
        await to.appear(words(text, number).utterance, text)


def shown(keys: str) -> str:
    """Return what a line holds after these keys."""
    return reduce(lambda line, key: line[:-1] if key == BACK else line + key, keys, "")


async def test_whatever_appeared_the_words_stand_there_in_the_end(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await to.deliver(words("x é🙂"))
    await appear(to, *GUESSES, "go 👩‍👧", number=2)
    await to.deliver(words(WORDS, 2))
    assert shown(await window.rest()) == f"x é🙂 {WORDS} "


async def test_only_what_differs_is_taken_back_and_counted(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "Ask nut", "Ask not")
    await to.deliver(words("Ask nothing"))
    assert (await window.rest(), to.corrections) == (f"Ask nut{BACK * 2}othing ", 2)


async def test_nothing_appears_where_the_compositor_does_not_tell_the_window(session: Session) -> None:
    window = session.terminal()
    to = sink({name: value for name, value in session.env.items() if name != "SWAYSOCK"})
    with pytest.raises(HeldError, match="not known"):
        await appear(to, "Ask")
    await to.deliver(words("Ask not"))
    assert await window.rest() == "Ask not "


async def test_nothing_appears_where_words_can_only_be_pasted(session: Session) -> None:
    window = session.terminal()
    settings = outputconfig.TypeSink(live=True, wayland=("paste",))
    to = WaylandSink(settings, SPACED, environ=session.env)
    with pytest.raises(HeldError, match="nothing types"):
        await appear(to, "Ask")
    await to.deliver(words("Ask not"))
    assert await window.rest() == "Ask not "


async def test_words_that_nothing_types_are_held_as_if_none_had_been_meant_to_appear(
    session: Session,
) -> None:
    session.terminal()
    to = WaylandSink(outputconfig.TypeSink(live=True, wayland=("ydotool",)), SPACED, environ=session.env)
    for _ in range(2):
        with pytest.raises(HeldError, match="nothing types"):
            await appear(to, "Ask")
    with pytest.raises(HeldError, match="nothing types"):
        await to.deliver(words("Ask not"))


async def test_what_could_not_be_corrected_for_a_while_is_corrected_later(session: Session) -> None:
    window, env = session.terminal(), dict(session.env)
    to = sink(env)
    await appear(to, "Ask nut")
    env["WAYLAND_DISPLAY"] = "gone"
    with pytest.raises(HeldError, match="nothing presses Backspace"):
        await appear(to, "Ask not")
    env["WAYLAND_DISPLAY"] = session.env["WAYLAND_DISPLAY"]
    await to.deliver(words("Ask not"))
    assert shown(await window.rest()) == "Ask not "


async def test_the_rest_and_the_beginning_in_two_windows_are_taken_back_one_by_one(session: Session) -> None:
    to, first = sink(session.env, "type"), session.terminal()
    await appear(to, "Ask")
    second = session.terminal()
    await to.deliver(words("Ask not"))
    counts = [await to.undo()]
    first.focus()
    counts += [await to.undo()]
    assert (counts, shown(await first.rest()), shown(await second.rest())) == ([5, 3], "", "")


async def test_nothing_more_appears_once_another_window_has_the_focus(session: Session) -> None:
    to, first = sink(session.env), session.terminal()
    await appear(to, "Ask")
    second = session.terminal()
    with pytest.raises(HeldError, match="another window"):
        await appear(to, "Act")
    first.focus()
    await appear(to, "Ask not")
    assert [await first.rest(), await second.rest()] == ["Ask not", ""]


@pytest.mark.parametrize(
    ("policy", "appeared", "typed"),
    [
        ("hold", "Ask", ["Ask", "", "held"]),
        ("refocus", "Asked", [f"Asked{BACK * 2} not ", "", ""]),
        ("type", "Ask", ["Ask", " not ", ""]),
        ("type", "Act", ["Act", "Ask not ", ""]),
    ],
)
async def test_the_rest_goes_where_it_is_told_to_when_another_window_has_the_focus(
    session: Session, policy: Policy, appeared: str, typed: list[str]
) -> None:
    to, first = sink(session.env, policy), session.terminal()
    await appear(to, appeared)
    second = session.terminal()
    held = await is_held(to, words("Ask not"))
    assert [await first.rest(), await second.rest(), held] == typed


async def test_what_is_not_delivered_vanishes(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "Ask", "Ask not")
    await to.vanish()
    assert shown(await window.rest()) == ""


async def test_what_stands_in_another_window_stays_when_it_should_vanish(session: Session) -> None:
    first, to = session.terminal(), sink(session.env)
    await appear(to, "Ask")
    second = session.terminal()
    await to.vanish()
    await to.deliver(words("Ask not"))
    assert [await first.rest(), await second.rest()] == ["Ask", "Ask not "]


async def test_words_of_before_that_come_late_stand_before_those_that_appeared(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "two", number=2)
    await to.deliver(words("one", 1))
    await to.deliver(words("two", 2))
    assert shown(await window.rest()) == "one two "


async def test_the_next_words_wait_until_those_before_are_complete(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "one", number=1)
    with pytest.raises(HeldError, match="not complete"):
        await appear(to, "one", number=2)
    assert await window.rest() == "one"


async def test_undo_takes_back_all_that_was_completed_and_not_what_appears_after_it(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await to.deliver(words("before"))
    await appear(to, "one", number=2)
    await to.deliver(words("one two", 2))
    await appear(to, "three", number=3)
    count = await to.undo()
    await appear(to, "three", number=3)
    assert (count, shown(await window.rest())) == (8, "before three")


async def test_late_words_are_not_completed_and_say_that_a_part_of_them_stands(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await appear(to, "Ask")
    with pytest.raises(HeldError, match=r"11 s after .*; the beginning of the words stands"):
        await to.deliver(words("Ask not", age=10.6))
    assert await window.rest() == "Ask"


async def test_words_are_not_completed_after_their_appearing_was_stopped_midway(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    async with anyio.create_task_group() as group:
        group.start_soon(appear, to, "x" * 5000)
        await window.read(100)
        group.cancel_scope.cancel()
    with pytest.raises(HeldError, match="how much of them stands there is not known"):
        await to.deliver(words("Ask not"))
    assert "Ask" not in await window.rest()


async def is_held(to: WaylandSink, said: Transcript) -> str:
    try:
        await to.deliver(said)
    except HeldError:
        return "held"
    return ""
