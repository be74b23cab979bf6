from __future__ import annotations

import pytest

from dictated.tuning.letters import HEIGHT, ORDER, WIDTH, letter


@pytest.mark.parametrize("char", ORDER)
def test_every_letter_fills_its_place_and_has_ink(char: str) -> None:
    rows = letter(char)
    assert ([len(row) for row in rows], "#" in "".join(rows)) == ([WIDTH] * HEIGHT, True)


def test_no_two_letters_look_alike() -> None:
    assert len({letter(char) for char in ORDER}) == len(ORDER)


@pytest.mark.parametrize("char", [" ", "é", "😀"])
def test_a_character_that_is_not_there_is_a_space(char: str) -> None:
    assert "#" not in "".join(letter(char))
