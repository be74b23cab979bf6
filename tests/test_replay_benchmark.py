"""What benchmarks/replay.py makes of an engine's speed: `s` is a frame of speech, `.` one of silence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from doubles import sound
from replay import Case, Policy, Run

SPOKEN = "s" * 20


class SlowEngine:
    """Says the same after so many seconds."""

    def __init__(self, text: str, seconds: float) -> None:
        self._answer = text, seconds

    def answer(self, _pcm: bytes) -> tuple[str, float]:
        return self._answer


def run(picture: str, engine: SlowEngine, gap: tuple[float, float] | None = None) -> Run:
    case = Case("", "", sound(picture), [char == "s" for char in picture], 0.4, gap)
    return Run(case, Policy(usual=600, least=300, most=900), engine).go()


@pytest.mark.parametrize(
    ("text", "seconds", "delay"),
    [
        ("so be it.", 0.1, 0.3),
        ("so be it.", 0.21, 0.38),  # 160 ms of quiet, the engine's time, and the next frame
        ("so be it.", 0.5, 0.66),  # too late to shorten anything
        ("so be it", 0.1, 0.6),
        ("and", 0.1, 0.9),
    ],
)
def test_a_policy_knows_the_words_once_the_engine_could_have_told_them(
    text: str, seconds: float, delay: float
) -> None:
    assert run(SPOKEN + "." * 60, SlowEngine(text, seconds)).delay == pytest.approx(delay)


def test_an_engine_at_work_ends_its_work_first() -> None:
    picture = SPOKEN + "." * 10 + SPOKEN + "." * 60
    assert run(picture, SlowEngine("so be it", 1.0)).delay == pytest.approx(2.16)  # asked at 0.56 s


@pytest.mark.parametrize(("text", "cut"), [("so be it.", True), ("and", False)])
def test_an_utterance_that_ends_in_its_pause_is_cut(text: str, cut: bool) -> None:  # noqa: FBT001 (of a table)
    picture = SPOKEN + "." * 35 + SPOKEN + "." * 60
    assert run(picture, SlowEngine(text, 0.1), gap=(0.4, 1.1)).cut is cut
