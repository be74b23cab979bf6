"""Rules of the pages we write: they fetch nothing, run nothing, and their title is plain text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from dictated.webpage import webpage


def read(page: str) -> ET.Element:
    """Read it by a parser that takes nothing ill-formed."""
    return ET.fromstring(page)  # noqa: S314 (we wrote it)


def test_a_page_allows_no_script_and_no_other_file() -> None:
    head = read(webpage("a", "b", "c")).findall("head/meta[@http-equiv='Content-Security-Policy']")
    assert [one.get("content") for one in head] == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_title_cannot_be_markup() -> None:
    assert read(webpage("<b> & </title>", "", "")).findtext("head/title") == "<b> & </title>"


def test_the_content_stands_in_the_page_as_it_is_given() -> None:
    assert read(webpage("", "", "<p>{a} <b>c</b></p>")).findtext("body/main/p/b") == "c"
