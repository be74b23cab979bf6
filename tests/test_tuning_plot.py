from __future__ import annotations

from pathlib import Path

import pytest
from traced import heard

from dictated.errors import UsageError
from dictated.tuning.letters import ORDER
from dictated.tuning.plot import canvas, draw, told

KEYS = 4
"""Squares of the key, which are drawn first."""

SPOKEN = heard("." * 30 + "s" * 50 + "." * 30)


class Story:
    """Notes what is drawn."""

    def __init__(self) -> None:
        self.rects: list[tuple[float, float, float, float, str]] = []
        self.texts: list[str] = []

    def rect(self, at: tuple[float, float], size: tuple[float, float], colour: str) -> None:
        self.rects.append((*at, *size, colour))

    def area(self, tops: list[tuple[float, float]], _bottom: float, colour: str) -> None:
        self.rects.append(
            (tops[0][0], 0, tops[-1][0] - tops[0][0], 0, colour) if tops else (0, 0, 0, 0, colour)
        )

    def text(self, _at: tuple[float, float], text: str, _colour: str) -> None:
        self.texts.append(text)

    def encoded(self) -> bytes:
        return b""


@pytest.mark.parametrize(
    ("name", "begins"), [("a.png", b"\x89PNG"), ("a.PNG", b"\x89PNG"), ("a.svg", b"<svg")]
)
def test_the_name_says_what_is_drawn(name: str, begins: bytes) -> None:
    on = canvas(Path(name), SPOKEN)
    draw(SPOKEN, on)
    assert on.encoded().startswith(begins)


def test_another_name_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"\.png or an \.svg"):
        canvas(Path("a.gif"), SPOKEN)


def test_speech_is_drawn_where_the_utterance_is() -> None:
    story = Story()
    draw(SPOKEN, story)
    cut, speech = (next(rect for rect in story.rects[KEYS:] if rect[4] == kind) for kind in ("cut", "speech"))
    assert cut[0] == pytest.approx(speech[0])


def test_a_png_has_every_letter_that_is_written() -> None:
    story = Story()
    draw(SPOKEN, story)
    assert set("".join(story.texts)) <= {*ORDER, " "}


def test_nothing_at_all_is_drawn_too() -> None:
    story = Story()
    draw(heard(""), story)
    assert "0 s" in story.texts


def test_what_was_heard_is_told_in_words() -> None:
    assert told(SPOKEN) == (
        "2.2 s heard, 1.0 s of it speech, in 1 utterance; speech at -26 dBFS; the room at -60 dBFS"
    )
