"""Scores of engines that were never asked, for tests of what shows them."""

from __future__ import annotations

from dictated.evaluation.score import Answer, Result, Score, judge


def result(said: str, heard: str, *, name: str = "a.wav", seconds: float = 0.5) -> Result:
    return judge(name, said, [Answer(heard, 2.0, seconds)])


def score(*results: Result, engine: str = "local", fault: str = "") -> Score:
    return Score(engine, "tiny-en", results, fault, free=engine == "local")
