from __future__ import annotations

from codecs import BOM_UTF8
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from dictated.wire.events import Event, Parser, TooLongError

if TYPE_CHECKING:
    from collections.abc import Iterable

# The examples of https://html.spec.whatwg.org/multipage/server-sent-events.html, and what the rules say beside.
STREAMS = [
    ("one event", b"data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10")]),
    ("a comment, an id, one space", b": test\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n", [("message", "first"), ("message", "second"), ("message", " third")]),
    ("empty data, and an end too early", b"data\n\ndata\ndata\n\ndata:", [("message", ""), ("message", "\n")]),
    ("with and without a space", b"data:test\n\ndata: test\n\n", [("message", "test"), ("message", "test")]),
    ("named events", b"event: add\ndata: 1\n\nevent: remove\ndata: 2\n\n", [("add", "1"), ("remove", "2")]),
    ("a name without data", b"event: add\n\ndata: 1\n\n", [("message", "1")]),
    ("CR alone", b"data: a\rdata: b\r\r", [("message", "a\nb")]),
    ("CR LF", b"data: a\r\ndata: b\r\n\r\n", [("message", "a\nb")]),
    ("all three", b"data: a\r\ndata: b\rdata: c\n\r\n", [("message", "a\nb\nc")]),
    ("a leading BOM", b"\xef\xbb\xbfdata: a\n\n", [("message", "a")]),
    ("a second BOM belongs to the field's name", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    ("unknown fields", b"retry: 10\nfoo: bar\nData: no\ndata : no\ndata: a\n\n", [("message", "a")]),
    ("a colon in the data", b'data: {"a": 1}\n\n', [("message", '{"a": 1}')]),
    ("other line separators are text", "data: a\u2028b\x0bc\x85d\n\n".encode(), [("message", "a\u2028b\x0bc\x85d")]),
    ("bytes that are no UTF-8", b"data: \xff\n\n", [("message", "\ufffd")]),
    ("nothing", b"", []),
]  # fmt: skip

LINES = st.one_of(
    st.sampled_from(["", "", "data", "data:", "event: x", ":", "id: 7", "retry: 1", "\ufeffdata: b"]),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])).map("data: {}".format),
)
STREAM = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n"]))).map(
    lambda lines: "".join(line + end for line, end in lines).encode()
)


def parse(pieces: Iterable[bytes], longest: int = 1 << 20) -> list[Event]:
    parser = Parser(longest)
    return [event for piece in pieces for event in parser.feed(piece)]


def read_until_refused(pieces: Iterable[bytes], longest: int) -> list[Event | None]:
    """The events before the one that is too long, and None for that one."""
    parser, seen = Parser(longest), []
    try:
        for piece in pieces:
            for event in parser.feed(piece):
                seen.append(event)  # noqa: PERF402 - what was read before the refusal is kept
    except TooLongError:
        seen.append(None)
    return seen


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[i:j] for i, j in pairwise(edges)]


@pytest.mark.parametrize(("stream", "events"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS])
def test_a_stream_is_read_as_the_standard_says(stream: bytes, events: list[tuple[str, str]]) -> None:
    assert parse([stream]) == [Event(*event) for event in events]


@pytest.mark.parametrize("stream", [row[1] for row in STREAMS], ids=[row[0] for row in STREAMS])
def test_a_stream_that_comes_byte_by_byte_gives_the_same_events(stream: bytes) -> None:
    assert parse(stream[i : i + 1] for i in range(len(stream))) == parse([stream])


@given(STREAM | st.binary(), st.lists(st.integers(min_value=0)))
def test_wherever_a_stream_is_split_it_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    assert parse(pieces(stream, cuts)) == parse([stream])


@given(STREAM, st.lists(st.integers(min_value=0)), st.integers(min_value=0, max_value=40))
def test_wherever_a_stream_is_split_it_is_too_long_at_the_same_event(
    stream: bytes, cuts: list[int], longest: int
) -> None:
    assert read_until_refused(pieces(stream, cuts), longest) == read_until_refused([stream], longest)


@given(STREAM)
def test_the_official_sdk_reads_the_same_data(stream: bytes) -> None:
    theirs = [event.data for event in SSEDecoder().iter_bytes(iter([stream.removeprefix(BOM_UTF8)]))]
    assert [event.data for event in parse([stream]) if event.data] == [data for data in theirs if data]


def test_a_line_that_never_ends_is_not_kept_for_ever() -> None:
    with pytest.raises(TooLongError):
        parse([b"x"] * 101, longest=100)


def test_data_without_end_is_not_kept_for_ever() -> None:
    with pytest.raises(TooLongError):
        parse([b"data: some more\n"] * 100, longest=1000)


def test_events_and_comments_without_end_are_read_for_ever() -> None:
    assert len(parse([b": still there\n" * 50 + b"data: words\n\n"] * 20, longest=100)) == 20
