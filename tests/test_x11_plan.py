from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.errors import SinkError
from dictated.x11.keysym import char_of
from dictated.x11.layout import Stroke
from dictated.x11.plan import Batch, Slots, plan

KEYS = {"a": Stroke(38), "A": Stroke(38, shift=True), " ": Stroke(65)}


def typed(batches: list[Batch], meanings: dict[int, tuple[int, int]]) -> str:
    """Return what a keyboard types that does as the batches say; `meanings` outlives them."""
    known = {stroke: char for char, stroke in KEYS.items()}
    text = ""
    for batch in batches:
        meanings.update(batch.bind)
        for stroke in batch.strokes:
            text += known.get(stroke) or char_of(meanings[stroke.keycode][stroke.shift]) or "?"
    return text


@given(st.lists(st.text("aA bcdefghij", max_size=20)), st.integers(1, 4))
def test_any_texts_on_any_number_of_free_keys_are_typed_exactly(texts: list[str], free: int) -> None:
    slots, meanings, got = Slots(), {}, []
    for text in texts:
        slots.offer(range(200, 200 + free))
        got.append(typed(plan(text, KEYS, slots), meanings))
    assert got == texts


def test_a_text_that_the_layout_has_changes_no_key() -> None:
    assert plan("a A", KEYS, Slots())[0].bind == {}


def test_a_character_stays_on_its_key_for_the_next_text() -> None:
    slots = Slots()
    slots.offer([200])
    plan("é", KEYS, slots)
    assert plan("éa", KEYS, slots)[0].bind == {}


def test_the_character_used_longest_ago_makes_room() -> None:
    slots = Slots()
    slots.offer([200])
    for text in ("éü", "é", "ñ"):
        plan(text, KEYS, slots)
    assert set(slots.placed) == {"é", "ñ"}


@pytest.mark.parametrize(("text", "takes"), [("éü", [False]), ("éüñ", [False, True])])
def test_a_batch_says_whether_it_changes_what_was_typed_before(text: str, takes: list[bool]) -> None:
    slots = Slots()
    slots.offer([200])
    assert [batch.takes for batch in plan(text, KEYS, slots)] == takes


def test_a_lone_character_stands_on_its_key_with_shift_too() -> None:
    slots = Slots()
    slots.offer([200])
    assert plan("É", KEYS, slots)[0].bind == {200: (0xC9, 0xC9)}


def test_a_missing_character_and_no_free_key_is_told_without_the_text() -> None:
    with pytest.raises(SinkError, match="has no free key") as told:
        plan("aé", KEYS, Slots())
    assert "é" not in str(told.value)
