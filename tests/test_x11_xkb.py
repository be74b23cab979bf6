from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated.x11 import xkb
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Generator

    from fixtures.screen import Screen
    from Xlib.display import Display

PLAIN = xkb.KeyType(0, {})


@pytest.fixture
def display(screen: Screen) -> Generator[Display]:
    screen.layout("us,ru")
    opened = connect()
    xkb.enable(opened)
    yield opened
    disconnect(opened)


@pytest.mark.parametrize(
    ("outside", "group", "sym"),
    [(0x00, 0, 1), (0x00, 1, 2), (0x00, 2, 1), (0x00, 3, 2), (0x40, 3, 2), (0x80, 3, 1), (0x90, 3, 2)],
)
def test_a_group_the_key_lacks_wraps_clamps_or_is_redirected(outside: int, group: int, sym: int) -> None:
    assert xkb.Key((PLAIN, PLAIN), outside, 1, (1, 2)).sym(group, 0) == sym


@pytest.mark.desktop
@pytest.mark.parametrize(
    ("group", "modifiers", "sym"), [(0, 0, 0x64), (0, 1, 0x44), (0, 2, 0x44), (1, 0, 0x6D7), (1, 1, 0x6F7)]
)
def test_the_real_keymap_tells_what_the_third_key_of_the_home_row_gives(
    display: Display, group: int, modifiers: int, sym: int
) -> None:
    assert xkb.keymap(display).keys[40].sym(group, modifiers) == sym


@pytest.mark.desktop
def test_locks_are_set_without_a_key_press(display: Display) -> None:
    xkb.lock(display, 18)
    assert xkb.state(display).locked == 18


@pytest.mark.desktop
def test_the_state_tells_what_is_held(display: Display, screen: Screen) -> None:
    screen.xdotool("keydown", "ctrl")
    assert xkb.state(display).held == 4
