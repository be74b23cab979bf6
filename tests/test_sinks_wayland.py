"""Rules of typing on Wayland: the words reach their window, whole, in time and once, or somebody hears of it."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import anyio
import pytest
from doubles import PLAIN, SPACED
from fixtures.screen import DEADLINE
from fixtures.veil import VIRTUAL_KEYBOARD, veiled
from test_wayland_virtualkeyboard import TEXT, stand_in

from dictated import outputconfig
from dictated.errors import HeldError, SinkError
from dictated.sinks.wayland import WaylandSink
from dictated.types import Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fixtures.sway import Session, Terminal

    from dictated.text.manner import Manner

pytestmark = pytest.mark.desktop

Policy = Literal["hold", "type", "refocus"]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for: nothing here is about the time."""
    monkeypatch.setattr("dictated.sinks.wayland._WINDOW_PATIENCE", DEADLINE)
    monkeypatch.setattr("dictated.wayland.compositor._ANSWER_SECONDS", DEADLINE)


def transcript(text: str, *, age: float = 0, window: str = "") -> Transcript:
    ended = datetime.now(tz=UTC) - timedelta(seconds=age)
    return Transcript(Utterance(1, Segment(b"", 0, 0, 0, 0), ended, ended, window), text, "none", 0.0)


def sink(env: dict[str, str], policy: Policy = "hold", manner: Manner = SPACED[""]) -> WaylandSink:
    return WaylandSink(outputconfig.TypeSink(on_focus_change=policy), {"": manner}, environ=env)


@pytest.fixture
def env(session: Session) -> dict[str, str]:
    return session.env


@pytest.fixture
def without_protocol(session: Session, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a session whose compositor has no virtual keyboards."""
    real = session.env["WAYLAND_DISPLAY"]
    with veiled(tmp_path / real, tmp_path / "veil", VIRTUAL_KEYBOARD):
        yield session.env | {"WAYLAND_DISPLAY": "veil"}


@pytest.fixture
def with_ydotool(
    session: Session, without_protocol: dict[str, str], tmp_path: Path
) -> Iterator[dict[str, str]]:
    """Yield that, with a ydotool whose keys come out of the kernel: of the real compositor, that is."""
    real = session.env["WAYLAND_DISPLAY"]
    press = "wtype -M shift -k Insert -m shift"
    script = f"export WAYLAND_DISPLAY={real}; case $1 in key) {press};; *) wtype -;; esac"
    stand_in(tmp_path, "ydotool", script)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(tmp_path / ".ydotool_socket"))
        yield without_protocol | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


async def rest(*windows: Terminal) -> list[str]:
    return [await window.rest() for window in windows]


@pytest.mark.alone
async def test_two_thousand_characters_arrive_exactly_at_five_hundred_a_second_at_least(
    session: Session, env: dict[str, str]
) -> None:
    text, window = (TEXT * 30)[:1999].strip(), session.terminal()
    began = time.monotonic()
    await sink(env).deliver(transcript(text))
    speed = len(text) / (time.monotonic() - began)
    assert (await window.read(len(text) + 1), speed > 500) == (f"{text} ", True)


async def test_no_control_character_reaches_the_window(session: Session, env: dict[str, str]) -> None:
    window = session.terminal()
    await sink(env).deliver(transcript("a\rb\n\x1b[31mc\td\x03\x7f"))
    assert await window.rest() == "a b [31mc d "


async def test_without_virtual_keyboards_the_words_are_pasted(
    session: Session, with_ydotool: dict[str, str]
) -> None:
    window = session.terminal()
    await sink(with_ydotool).deliver(transcript(TEXT.strip()))
    assert await window.read(len(TEXT)) == TEXT


async def test_where_nothing_types_every_reason_is_told_and_nothing_arrives(
    session: Session, without_protocol: dict[str, str]
) -> None:
    window = session.terminal()
    with pytest.raises(SinkError) as told:
        await sink(without_protocol).deliver(transcript("secret"))
    line = str(told.value)
    reasons = ("virtual-keyboard: the compositor has no", "paste: no key", "ydotool: ydotoold")
    assert ([r for r in reasons if r not in line], "\n" in line, await window.rest()) == ([], False, "")


async def test_late_words_are_held_and_not_typed(session: Session, env: dict[str, str]) -> None:
    window = session.terminal()
    with pytest.raises(HeldError, match="11 s after"):
        await sink(env).deliver(transcript("late", age=10.6))
    assert await window.rest() == ""


async def test_a_clock_set_back_stops_no_words_for_the_window_they_were_spoken_to(
    session: Session, env: dict[str, str]
) -> None:
    window, to = session.terminal(), sink(env)
    await to.deliver(transcript("now", age=-3600, window=await to.window()))
    assert await window.read(4) == "now "


@pytest.mark.parametrize(
    ("policy", "typed"),
    [("hold", ["", "", "held"]), ("type", ["", "on ", ""]), ("refocus", ["on ", "", ""])],
)
async def test_words_spoken_to_another_window_go_where_they_are_told_to(
    session: Session, env: dict[str, str], policy: Policy, typed: list[str]
) -> None:
    to, first = sink(env, policy), session.terminal()
    name = await to.window()
    second = session.terminal()
    held = await is_held(to, transcript("on", window=name))
    assert [*await rest(first, second), held] == typed


async def test_words_spoken_to_a_window_that_has_closed_are_held(
    session: Session, env: dict[str, str]
) -> None:
    to, first = sink(env, "refocus"), session.terminal()
    name = await to.window()
    first.process.terminate()
    first.process.wait()
    assert await is_held(to, transcript("on", window=name))


async def test_words_for_no_window_are_not_called_typed(env: dict[str, str]) -> None:
    with pytest.raises(SinkError, match="no window has the keyboard"):
        await sink(env).deliver(transcript("words"))


async def test_a_long_text_breaks_off_when_another_window_takes_the_focus(
    session: Session, env: dict[str, str]
) -> None:
    second, first = session.terminal(), session.terminal()
    to = sink(env)
    async with anyio.create_task_group() as group:
        handle = group.start_soon(fault, to, transcript("x" * 5000))
        came = await first.read(100)
        await anyio.to_thread.run_sync(second.focus)
    there, elsewhere = await rest(first, second)
    assert ("another window took the focus" in await handle, len(came + there + elsewhere) < 5000) == (
        True,
        True,
    )


async def test_what_was_typed_last_is_taken_back_by_as_many_backspaces_as_it_has_graphemes(
    session: Session, env: dict[str, str]
) -> None:
    window, to = session.terminal(), sink(env)
    await to.deliver(transcript("e\u0301 👨‍👩‍👧"))
    await window.rest()
    assert (await to.undo(), await window.rest()) == (4, "\x7f" * 4)


async def test_nothing_is_taken_back_from_another_window(session: Session, env: dict[str, str]) -> None:
    first, to = session.terminal(), sink(env)
    await to.deliver(transcript("words"))
    second = session.terminal()
    with pytest.raises(SinkError, match="another window"):
        await to.undo()
    assert await rest(first, second) == ["words ", ""]


async def test_nothing_is_taken_back_where_no_one_tells_which_window_has_the_keyboard(
    session: Session, env: dict[str, str]
) -> None:
    window = session.terminal()
    to = sink({name: value for name, value in env.items() if name != "SWAYSOCK"})
    await to.deliver(transcript("words"))
    with pytest.raises(SinkError, match="not known here"):
        await to.undo()
    assert await window.rest() == "words "


async def test_a_text_too_long_is_held(env: dict[str, str]) -> None:
    assert await is_held(sink(env), transcript("x" * 20_001))


async def test_an_empty_text_types_nothing(session: Session, env: dict[str, str]) -> None:
    window = session.terminal()
    await sink(env, manner=PLAIN[""]).deliver(transcript("\x03"))
    assert await window.rest() == ""


async def fault(to: WaylandSink, words: Transcript) -> str:
    try:
        await to.deliver(words)
    except SinkError as error:
        return str(error)
    return ""


async def is_held(to: WaylandSink, words: Transcript) -> str:
    try:
        await to.deliver(words)
    except HeldError:
        return "held"
    return ""


async def test_what_was_typed_is_taken_back_after_words_for_no_window(
    session: Session, env: dict[str, str]
) -> None:
    to, window = sink(env), session.terminal()
    await to.deliver(transcript("one"))
    session.run("swaymsg", "workspace", "2")
    with pytest.raises(SinkError, match="no window has the keyboard"):
        await to.deliver(transcript("two"))
    session.run("swaymsg", "workspace", "1")
    window.focus()
    assert await to.undo() == len("one ")
