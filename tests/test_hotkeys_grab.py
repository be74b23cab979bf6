from __future__ import annotations

import pytest
from Xlib import XK

from dictated.hotkeys.grab import GIVE, KEEP, Grab, Keys, presses_of

CAPS, CTRL_L, SHIFT, ALT, NUM, F9, CTRL_R, SUPER = 66, 37, 50, 64, 77, 75, 105, 133
D, E, X = 40, 26, 53
SHIFT_BIT, LOCK_BIT, CTRL_BIT, ALT_BIT, NUM_BIT, SUPER_BIT = 1, 2, 4, 8, 16, 64

SYMS = {
    **{key: (ord(char), ord(char.upper())) for key, char in ((D, "d"), (E, "e"), (X, "x"))},
    **{
        key: (XK.string_to_keysym(name),)
        for key, name in (
            (CAPS, "Caps_Lock"),
            (CTRL_L, "Control_L"),
            (CTRL_R, "Control_R"),
            (SHIFT, "Shift_L"),
            (ALT, "Alt_L"),
            (NUM, "Num_Lock"),
            (F9, "F9"),
            (SUPER, "Super_L"),
        )
    },
}
BITS = {
    CAPS: LOCK_BIT,
    CTRL_L: CTRL_BIT,
    CTRL_R: CTRL_BIT,
    SHIFT: SHIFT_BIT,
    ALT: ALT_BIT,
    NUM: NUM_BIT,
    SUPER: SUPER_BIT,
}
KEYS = Keys(SYMS, BITS)
LOCKED = [0, LOCK_BIT, NUM_BIT, LOCK_BIT | NUM_BIT]


@pytest.mark.parametrize(
    ("combination", "keycode", "modifiers"),
    [
        ("<ctrl>+<alt>+d", D, CTRL_BIT | ALT_BIT),
        ("d+<ctrl>+<alt>", D, CTRL_BIT | ALT_BIT),
        ("<ctrl_r>+<shift>+d", D, CTRL_BIT | SHIFT_BIT),
        ("<cmd>+e", E, SUPER_BIT),
        ("<f9>", F9, 0),
        ("<shift>+<f9>", F9, SHIFT_BIT),
    ],
)
def test_a_combination_is_kept_whichever_locks_are_on(combination: str, keycode: int, modifiers: int) -> None:
    assert presses_of(combination, KEYS) == {(keycode, modifiers | locks) for locks in LOCKED}


@pytest.mark.parametrize(
    "combination", ["<ctrl>+<alt>", "d", "<shift>+d", "<ctrl>+d+e", "<alt_gr>+d", "<f9>+d"]
)
def test_what_could_keep_a_key_that_is_no_hotkey_is_not_kept(combination: str) -> None:
    assert presses_of(combination, KEYS) == frozenset()


def test_a_key_moves_with_the_layout() -> None:
    moved = Keys({**SYMS, D: SYMS[E], E: SYMS[D]}, BITS)
    assert {keycode for keycode, _ in presses_of("<ctrl>+d", moved)} == {E}


@pytest.mark.parametrize(
    ("events", "answers"),
    [
        ([D, -D, D], [KEEP, None, KEEP]),
        ([D, D, D, -D], [KEEP, KEEP, KEEP, None]),
        ([D, -CTRL_L, D, -D], [KEEP, KEEP, KEEP, None]),
        ([D, X], [KEEP, GIVE]),
        ([D, -X], [KEEP, GIVE]),
        ([D, X, D], [KEEP, GIVE, KEEP]),
        ([D, E, E, -E, -D], [KEEP, KEEP, KEEP, KEEP, None]),
        ([D, E, -D, E, -E], [KEEP, KEEP, None, KEEP, None]),
    ],
)
def test_only_what_belongs_to_hotkeys_is_kept(events: list[int], answers: list[int | None]) -> None:
    assert answered(events, typing=False) == answers


def test_a_key_with_other_modifiers_than_its_hotkey_is_given() -> None:
    grab = Grab(presses_of("<ctrl>+<alt>+d", KEYS) | presses_of("<ctrl>+<alt>+e", KEYS), frozenset(BITS))
    grab.press(D, CTRL_BIT | ALT_BIT, typing=False)
    assert grab.press(E, ALT_BIT, typing=False) == GIVE


@pytest.mark.parametrize(("event", "answer"), [(SHIFT, GIVE), (-CTRL_L, GIVE), (D, KEEP)])
def test_a_window_that_is_typed_into_sees_the_modifiers(event: int, answer: int) -> None:
    assert answered([D, event], typing=True) == [KEEP, answer]


def answered(events: list[int], *, typing: bool) -> list[int | None]:
    """Return the answers to these keys, pressed or (negative) let go, with Ctrl and Alt held."""
    grab = Grab(presses_of("<ctrl>+<alt>+d", KEYS) | presses_of("<ctrl>+<alt>+e", KEYS), frozenset(BITS))
    state = CTRL_BIT | ALT_BIT | NUM_BIT
    return [
        grab.press(key, state, typing=typing) if key > 0 else grab.release(-key, typing=typing)
        for key in events
    ]
