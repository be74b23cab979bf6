from __future__ import annotations

import re
from html.parser import HTMLParser

from scores import result, score

from dictated.evaluation.page import page

VOID = {"meta"}


class Nesting(HTMLParser):
    """Sees that every element that opens is closed, in the right order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_element_is_closed() -> None:
    nesting = Nesting()
    nesting.feed(page([score(result("one two", "one")), score(fault="no key")], words=True))
    assert nesting.open == []


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
