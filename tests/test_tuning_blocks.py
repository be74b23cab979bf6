from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traced import heard

from dictated.tuning.blocks import LEGEND, MARGIN, STEPS, blocks


def rows(picture: str, columns: int = 109, **levels: float) -> list[str]:
    """100 columns for 10 s, so five frames a column."""
    return list(blocks(heard(picture, **levels), columns))


def test_speech_and_the_utterance_stand_below_the_level() -> None:
    level, speech, cut, legend = rows("." * 10 + "s" * 15 + "." * 10, speech=0.0, room=-90.0)
    assert level == "    0 s    ███  "
    assert (speech.strip(), cut.strip(), legend.strip()) == ("▬▬▬", "[─]", LEGEND)
    assert speech.index("▬") == cut.index("[") == level.index("█")


def test_every_ten_seconds_begin_a_row() -> None:
    assert [line[:7] for line in rows("s" * 1100) if "s" in line[:7]] == ["    0 s", "   10 s", "   20 s"]


def test_the_louder_the_higher() -> None:
    shown = [rows("s" * 5, speech=level)[0][MARGIN] for level in (-90.0, -40.0, -20.0, 0.0)]
    assert sorted(shown, key=STEPS.index) == shown


@given(st.text("s.", max_size=1200), st.integers(0, 200))
def test_no_line_is_wider_than_the_terminal(picture: str, columns: int) -> None:
    assert all(
        len(line) <= max(columns, MARGIN + 10, MARGIN + len(LEGEND)) for line in rows(picture, columns)
    )


@pytest.mark.parametrize("picture", ["", "s", "."])
def test_next_to_nothing_is_drawn_too(picture: str) -> None:
    assert rows(picture)[-1].strip() == LEGEND
