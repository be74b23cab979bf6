"""Rules of the page of `dictated stats`: it needs nothing beside it, says in words what it shows, has no words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.commands.statspage import page
from dictated.stages import Latency, Stages

TODAY = date(2026, 11, 21)
WHEN = "in the last 7 days"
SPENT = [("day", "engine", "cost"), ("2026-11-21", "local", "$0.0000"), ("sum", "local", "$0.0000")]


def latency(whole_ms: float = 600, engine: str = "local", days_ago: int = 0) -> Latency:
    stages = Stages(pause=whole_ms / 1000, wait=0.0, delivery=0.0, sound=5.0)
    return Latency(TODAY - timedelta(days=days_ago), engine, 0.1, stages)


def made(*latencies: Latency) -> ET.Element:
    """The page, read by a parser that takes nothing ill-formed."""
    return ET.fromstring(page(SPENT, latencies, TODAY, WHEN))  # noqa: S314 (we wrote it)


def told(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(latency, st.floats(0, 1e7), st.text(max_size=9).filter(str.isprintable), st.integers(0, 1100)),
        max_size=30,
    )
)  # fmt: skip
def test_any_figures_make_a_page_that_is_well_formed(latencies: list[Latency]) -> None:
    assert made(*latencies).find("head/title").text == f"dictated: {WHEN}"


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    whole = page(SPENT, [latency()], TODAY, WHEN)
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|https?:|\bon\w+=", whole)
    assert "default-src 'none'; style-src 'unsafe-inline'" in whole


def test_the_page_says_first_what_a_user_wants_to_know() -> None:
    lead = made(*(latency(value) for value in range(501, 601))).find(".//p[@class='lead']")
    assert lead.text == "Half of 100 utterances were in their place 550 ms after the end of speech, 95 of 100 within 595 ms."  # fmt: skip


def test_each_picture_says_in_words_what_it_shows() -> None:
    pictures = made(latency(), latency(engine="openrouter")).findall(".//svg")
    assert len(pictures) == 9  # for each engine the whole and three stages, and one by day
    assert all(
        picture.get("role") == "img" and picture.find("title").text and picture.find("desc").text
        for picture in pictures
    )


def test_each_bar_is_told_with_its_count() -> None:
    whole = made(latency(601), latency(612), latency(613)).find(".//svg")
    assert [title.text for title in whole.findall("rect/title")] == ["600 – 610 ms: 1", "610 – 620 ms: 2"]  # noqa: RUF001 (what is shown)


def test_each_day_is_a_dot_on_both_lines() -> None:
    by_day = made(latency(500, days_ago=2), latency(700)).findall(".//svg")[-1]
    assert [dot.text for dot in by_day.findall("circle/title")] == [
        f"{day}, {kind}: {value} ms" for kind in ("p50", "p95") for day, value in (("2026-11-19", 500), ("2026-11-21", 700))
    ]  # fmt: skip


def test_no_picture_draws_beyond_its_edges() -> None:
    for picture in made(*(latency(value**3, days_ago=value % 7) for value in range(1, 90))).findall(".//svg"):
        width, height = map(float, picture.get("viewBox").split()[2:])
        xs = [
            float(one.get(key)) for one in picture.iter() for key in ("x", "x1", "x2", "cx") if one.get(key)
        ]
        ys = [
            float(one.get(key)) for one in picture.iter() for key in ("y", "y1", "y2", "cy") if one.get(key)
        ]
        assert 0 <= min(xs) <= max(xs) <= width
        assert 0 <= min(ys) <= max(ys) <= height
        ends = [
            float(one.get("x")) + 7 * len(one.text) for one in picture.findall("text[@text-anchor='start']")
        ]
        assert max(ends, default=0) <= width  # 7 is wide for a character of this size


def test_tables_have_captions_and_their_heads_are_heads() -> None:
    tables = made(latency()).findall(".//table")
    assert [table.find("caption").text for table in tables] == [
        "How long each stage took",
        "The same in numbers",
        "What each engine has done and cost",
    ]
    assert all(head.get("scope") == "col" for table in tables for head in table.findall("thead/tr/th"))
    assert all(row.find("th").get("scope") == "row" for table in tables for row in table.findall("tbody/tr"))


def test_the_sums_of_the_engines_stand_out() -> None:
    assert [told(row) for row in made().findall(".//tr[@class='sum']")] == ["sumlocal$0.0000"]


def test_the_name_of_an_engine_is_no_markup() -> None:
    assert made(latency(engine="<b>&'\"")).find(".//h3").text == "<b>&'\""


@pytest.mark.parametrize("spent", [SPENT, []])
def test_where_nothing_was_said_it_says_so(spent: list[tuple[str, ...]]) -> None:
    whole = page(spent, [], TODAY, WHEN)
    assert "No stages are known yet." in whole
    assert (f"No engine has been asked {WHEN}." in whole) is not bool(spent)


def test_the_page_is_light_or_dark_as_the_reader_has_it() -> None:
    style = made().find("head/style").text
    assert ("color-scheme: light dark" in style, "prefers-color-scheme: dark" in style) == (True, True)
