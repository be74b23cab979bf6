"""What the window gets is the text, whatever the layout, the window, the locks and the group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doubles import SPACED
from spoken_into import ask, line, transcript

from dictated import outputconfig
from dictated.sinks.type import TypeSink
from dictated.x11 import xkb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen, Window

pytestmark = pytest.mark.desktop

TEXTS = (Path(__file__).parent / "fixtures" / "texts.txt").read_text("utf-8").splitlines()
BASIC = [text for text in TEXTS if max(text) <= "\uffff"]
"""Without emoji: Tk 8.6 shows none, and dies of some."""

LAYOUTS = ["us", "de", "fr", "ru", "cz"]
CAPS, SECOND_GROUP = 66, 135
"""Keycodes of Caps Lock and of Menu, which goes to the next group here."""


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(), SPACED)
    yield made
    await made.close()


async def mismatches(sink: TypeSink, window: Window, texts: list[str]) -> list[tuple[str, str]]:
    """Type every text; return those that did not arrive as they are, with what came instead."""
    got = []
    for text in texts:
        await sink.deliver(transcript(text))
        got.append(await window.wait_for_text(len(text) + 1))
    return [(text, came) for text, came in zip(texts, got, strict=True) if came != f"{text} "]


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
@pytest.mark.parametrize("layout", LAYOUTS)
async def test_every_script_reaches_every_window_exactly_under_every_layout(
    screen: Screen, sink: TypeSink, layout: str, kind: str
) -> None:
    screen.layout(layout)
    assert await mismatches(sink, screen.window(kind), TEXTS) == []


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_every_script_but_emoji_reaches_tk_exactly(screen: Screen, sink: TypeSink, layout: str) -> None:
    screen.layout(layout)
    window, got = screen.window("tk"), []
    for text in BASIC:
        await sink.deliver(transcript(text))
        got.append(await line(window))
    assert got == [f"{text} " for text in BASIC]


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
@pytest.mark.parametrize("layout", ["de", "fr", "ru"])
async def test_caps_lock_changes_no_text_and_stays_on(
    screen: Screen, sink: TypeSink, layout: str, kind: str
) -> None:
    screen.layout(layout)
    window = screen.window(kind)
    screen.tap(CAPS)
    assert (await mismatches(sink, window, TEXTS), ask(xkb.state).locked) == ([], 2)


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
@pytest.mark.parametrize("layouts", ["us,ru", "de,cz", "ru,fr"])
async def test_a_second_group_changes_no_text_and_stays_active(
    screen: Screen, sink: TypeSink, layouts: str, kind: str
) -> None:
    screen.layout(layouts, "-option", "grp:menu_toggle")
    window = screen.window(kind)
    screen.tap(SECOND_GROUP)
    assert (await mismatches(sink, window, TEXTS), ask(xkb.state).group) == ([], 1)


async def test_caps_lock_in_a_second_group_changes_no_text(screen: Screen, sink: TypeSink) -> None:
    screen.layout("us,fr", "-option", "grp:menu_toggle")
    window = screen.window()
    screen.tap(SECOND_GROUP)
    screen.tap(CAPS)
    assert await mismatches(sink, window, TEXTS) == []
