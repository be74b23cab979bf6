"""Rules of our keymaps: each character has one key that writes, and what was there stays while there is room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dictated.wayland import keymap
from dictated.wayland.keymap import SHIFT, SLOTS, Key, fresh, of_characters, stretches

TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF), max_size=400)


@given(TEXTS)
def test_nothing_of_a_text_is_lost_and_each_character_has_a_key_of_its_own(text: str) -> None:
    parts = list(stretches(text, fresh()))
    assert "".join(part for part, _ in parts) == text
    assert all(set(part) <= set(keys) and len(set(keys.values())) == len(keys) for part, keys in parts)


def test_a_second_text_finds_the_keys_of_the_first_where_they_were() -> None:
    (_, first), *_ = stretches("abc", fresh())
    (_, second), *_ = stretches("cde", first)
    assert {char: second[char] for char in first} == first


def test_a_new_keyboard_is_begun_where_there_is_no_room() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + len(SLOTS) + 1)))
    assert [len(part) for part, _ in stretches(text, fresh())] == [len(SLOTS), 1]


def test_only_keys_that_write_carry_characters() -> None:
    codes = {key.code for key in SLOTS}
    assert codes.isdisjoint({1, 14, 15, 28, 29, 42, 54, 56, 57, 58, 113, 114, 115, keymap.PASTE.code})


def test_a_keymap_names_each_key_and_what_stands_on_it() -> None:
    text = of_characters({" ": Key(57), "é": Key(30), "🙂": Key(30, SHIFT)}).decode()
    assert 'key <K30> { type = "TWO_LEVEL", [ U00E9, U1F642 ] };' in text
    assert ("<K57> = 65;" in text, text.endswith("};\n\0")) == (True, True)
