from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from scores import result, score

from dictated.evaluation.charts import LEFT, RIGHT, WIDTH, errors_chart, latency_chart
from dictated.evaluation.words import Unit


def read(chart: str) -> ET.Element:
    return ET.fromstring(chart)  # noqa: S314 (we wrote it)


def widths(chart: str, kind: str) -> list[float]:
    return [float(mark.attrib["width"]) for mark in read(chart).iter("rect") if mark.get("class") == kind]


def test_a_bar_is_as_long_as_its_rate() -> None:
    half, whole = score(result("one two", "one too")), score(result("one two", "on too"))
    bars = widths(errors_chart([half, whole], Unit.WORDS), "substitutions")
    assert bars[1] == pytest.approx(2 * bars[0], abs=0.2)


def test_the_longest_bar_has_room() -> None:
    (bar,) = widths(errors_chart([score(result("one", "two"))], Unit.WORDS), "substitutions")
    assert 0 < bar <= WIDTH - LEFT - RIGHT


def test_each_answer_is_a_dot() -> None:
    times = [result("one", "one", seconds=time) for time in (0.1, 0.2, 0.9)]
    assert latency_chart([score(*times)]).count("<circle") == 3


@pytest.mark.parametrize("scores", [[], [score()], [score(result("one", "one", seconds=0.0))]])
def test_no_errors_and_no_answers_are_drawn_too(scores: list) -> None:
    for chart in (errors_chart(scores, Unit.WORDS), latency_chart(scores)):
        assert read(chart).attrib["role"] == "img"


def test_what_a_chart_shows_is_said_in_words() -> None:
    chart = read(errors_chart([score(result("one two", "one"))], Unit.WORDS))
    assert chart.attrib["aria-label"] == "Error rate in words for each engine: local tiny-en 50.0 %"
