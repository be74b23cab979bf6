from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from scores import result, score

from dictated.evaluation.page import page


def test_every_element_is_closed() -> None:
    shown = page([score(result("one two", "one")), score(fault="no key")], words=True)
    assert ET.fromstring(shown).tag == "html"  # noqa: S314 (we wrote it)


def test_the_page_needs_nothing_else() -> None:
    shown = page([score(result("one two", "one"))], words=True)
    assert re.findall(r"<script|https?://|src=|href=|url\(|@import", shown) == []


def test_words_cannot_be_markup() -> None:
    shown = page([score(result("one <b>", "one", name="<i>.wav"), engine="<u>", fault="<s>")], words=True)
    assert re.findall(r"<[bius]>", shown) == []


def test_what_differs_is_marked() -> None:
    shown = page([score(result("ask not what you", "as not what do now then"))], words=True)
    assert (
        "<del>ask</del> <ins>as</ins> not what <ins>do</ins> <ins>now</ins> <del>you</del> <ins>then</ins>"
        in shown
    )


def test_characters_stand_without_spaces() -> None:
    assert "今日<del>は</del>" in page([score(result("今日は", "今日"))], words=True)


def test_without_words_nothing_said_or_heard_is_on_the_page() -> None:
    shown = page([score(result("secret plan", "secret clan"))], words=False)
    assert not any(word in shown for word in ("secret", "clan"))


def test_the_page_follows_light_and_dark() -> None:
    assert "prefers-color-scheme: dark" in page([], words=True)
