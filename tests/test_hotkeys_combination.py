from __future__ import annotations

import pytest

from dictated.errors import HotkeyError
from dictated.hotkeys.combination import are_pressed_alike, keycodes_of, modifiers_in, parse

CTRL_L, CTRL_R, ALT_L = 0xFFE3, 0xFFE4, 0xFFE9
US = {37: (CTRL_L,), 40: (ord("d"), ord("D")), 64: (ALT_L,), 105: (CTRL_R,), 20: (ord("-"), ord("_"))}
RU = US | {40: (0x06D7, 0x06F7)}
US_RU = US | {40: (ord("d"), ord("D"), 0x06D7, 0x06F7)}
DVORAK = US | {40: (ord("e"), ord("E")), 43: (ord("d"), ord("D"))}


@pytest.mark.parametrize(
    ("combination", "syms"),
    [
        ("<ctrl>+<alt>+d", ({CTRL_L, CTRL_R}, {ALT_L, 0xFFEA}, {ord("d")})),
        ("<Ctrl_L>+D", ({CTRL_L}, {ord("d")})),
        ("<f9>", ({0xFFC6},)),
        ("<ctrl>++", ({CTRL_L, CTRL_R}, {ord("+")})),
        ("+", ({ord("+")},)),
        ("<65481>", ({65481},)),
    ],
)
def test_a_combination_is_read_as_pynput_writes_it(combination: str, syms: tuple[set[int], ...]) -> None:
    assert parse(combination) == syms


@pytest.mark.parametrize(
    ("combination", "told"),
    [
        ("", "write it like"),
        ("ctrl+d", "write it like"),
        ("<ctrl>+", "write it like"),
        ("<ctrl>+<alt>+dd", "write it like"),
        ("<crtl>+d", r"no key <crtl>; did you mean <ctrl>\?"),
        ("<qqqqqq>", "no key <qqqqqq>; write it like"),
        ("d+d", "names a key twice"),
        ("<shift>", "a modifier alone"),
    ],
)
def test_what_is_not_a_combination_is_told_in_one_line(combination: str, told: str) -> None:
    with pytest.raises(HotkeyError, match=f"^.*{told}.*$"):
        parse(combination)


@pytest.mark.parametrize(
    ("mapping", "keycode"),
    [(US, 40), (RU, 40), (US_RU, 40), (DVORAK, 43)],
    ids=["us", "ru", "us,ru", "dvorak"],
)
def test_a_letter_is_the_key_that_gives_it_else_where_a_us_keyboard_has_it(
    mapping: dict[int, tuple[int, ...]], keycode: int
) -> None:
    assert keycodes_of(parse("<ctrl>+d"), mapping) == ({37, 105}, {keycode})


def test_a_character_that_needs_shift_is_the_key_it_stands_on() -> None:
    assert keycodes_of(parse("_"), US) == ({20},)


def test_the_modifiers_of_a_keyboard_are_found() -> None:
    assert modifiers_in(US) == {37, 64, 105}


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("<ctrl>+<alt>+d", "<alt>+D+<ctrl>", True),
        ("<ctrl>+<alt>+d", "<ctrl_l>+<alt_r>+d", True),
        ("<ctrl_l>+d", "<ctrl_r>+d", False),
        ("<ctrl>+<alt>+d", "<ctrl>+<alt>+e", False),
        ("<ctrl>+<alt>+d", "<ctrl>+d", False),
        ("<shift>+<f9>", "<f9>", False),
    ],
)
def test_combinations_that_one_press_completes_are_alike(first: str, second: str, alike: bool) -> None:  # noqa: FBT001  (a column of the table)
    assert (
        are_pressed_alike(parse(first), parse(second)),
        are_pressed_alike(parse(second), parse(first)),
    ) == (
        alike,
        alike,
    )
