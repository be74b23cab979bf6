from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dictated.checkup import xkbcommon
from dictated.checkup.sample import SAMPLE
from dictated.checkup.xkbcommon import Keys
from dictated.wayland import keymap
from dictated.wayland.keymap import BACKSPACE, PASTE, SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def keys() -> Iterator[Keys]:
    with closing(Keys()) as made:
        yield made


def held(keys: Keys, modifiers: int) -> Keys:
    keys.hold([modifiers, 0, 0, 0])
    return keys


def test_every_key_writes_what_its_keymap_says(keys: Keys) -> None:
    ((_, found),) = keymap.stretches(SAMPLE, keymap.fresh())
    keys.load(keymap.of_characters(found))
    assert "".join(held(keys, found[char].modifiers).text(found[char].code) for char in SAMPLE) == SAMPLE


def test_another_keymap_takes_the_place_of_the_one_before(keys: Keys) -> None:
    for char in "aé":
        keys.load(keymap.of_characters({char: keymap.SLOTS[0]}))
    assert keys.text(keymap.SLOTS[0].code) == "é"


@pytest.mark.parametrize(
    ("code", "modifiers", "pastes"),
    [(PASTE.code, SHIFT, True), (PASTE.code, 0, False), (BACKSPACE.code, SHIFT, False)],
)
def test_shift_and_insert_paste(keys: Keys, code: int, modifiers: int, pastes: bool) -> None:  # noqa: FBT001  (a column of the table)
    keys.load(keymap.of_functions())
    assert held(keys, modifiers).pastes(code) == pastes


def test_a_key_that_does_something_writes_nothing(keys: Keys) -> None:
    keys.load(keymap.of_functions())
    assert keys.text(BACKSPACE.code) == ""


def test_what_is_no_keymap_means_nothing_and_says_nothing(
    keys: Keys, capfd: pytest.CaptureFixture[str]
) -> None:
    keys.load(b"xkb_keymap { nonsense };\0")
    assert (keys.text(30), keys.pastes(PASTE.code), capfd.readouterr().err) == ("", False, "")


def test_without_the_library_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xkbcommon, "LIBRARY", "libxkbcommon.so.none")
    with pytest.raises(OSError, match=r"libxkbcommon\.so\.none"):
        Keys()
