from __future__ import annotations

import pytest

from dictated.x11.layout import Stroke, layout_of
from dictated.x11.xkb import Key, Keymap, KeyType

ONE = KeyType(0, {})
TWO = KeyType(1, {1: 1})
ALPHABETIC = KeyType(3, {1: 1, 2: 1})
VE, CAPITAL_VE = 0x06D7, 0x06F7

KEYMAP = Keymap(
    keys={
        8: Key((), 0, 0, ()),
        10: Key((TWO,), 0, 2, (ord("1"), ord("!"))),
        40: Key((ALPHABETIC, ALPHABETIC), 0, 2, (ord("d"), ord("D"), VE, CAPITAL_VE)),
        50: Key((ONE,), 0, 1, (0xFFE1,)),
        93: Key((), 0, 0, ()),
        97: Key((ONE,), 0, 1, (0xE9,)),
        92: Key((), 0, 0, ()),
    },
    modifiers={50: 1, 92: 128},
)


@pytest.mark.parametrize(
    ("group", "locked", "char", "stroke"),
    [
        (0, 0, "d", Stroke(40)),
        (0, 0, "D", Stroke(40, shift=True)),
        (0, 0, "!", Stroke(10, shift=True)),
        (1, 0, "\N{CYRILLIC SMALL LETTER VE}", Stroke(40)),
        (1, 0, "d", None),
        (1, 0, "1", Stroke(10)),
        (0, 2, "D", Stroke(40)),
        (0, 0, "é", Stroke(97)),
    ],
)
def test_a_character_is_found_in_the_active_group(
    group: int, locked: int, char: str, stroke: Stroke | None
) -> None:
    assert layout_of(KEYMAP, group=group, locked=locked).strokes.get(char) == stroke


def test_a_key_is_free_when_it_means_nothing_and_is_no_modifier() -> None:
    assert layout_of(KEYMAP, group=0, locked=0).free == (93,)


def test_a_lent_key_is_neither_free_nor_part_of_the_layout() -> None:
    layout = layout_of(KEYMAP, group=0, locked=0, lent={93, 97})
    assert (layout.free, layout.strokes.get("é")) == ((), None)


def test_the_shift_key_is_the_one_that_is_shift() -> None:
    assert layout_of(KEYMAP, group=0, locked=0).shift == 50
