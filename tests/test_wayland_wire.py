"""Rules of the wire: messages are as the protocol writes them, whole ones are read and the rest waits."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.wayland.wire import message, split

little = pytest.mark.skipif(sys.byteorder != "little", reason="written out in that order")


@little
def test_a_request_is_its_object_its_size_and_opcode_and_its_arguments() -> None:
    assert message(3, 2, 7) == bytes.fromhex("03000000 02000c00 07000000")


@little
def test_a_string_has_its_length_and_is_filled_up_to_whole_words() -> None:
    assert message(2, 0, "seat").hex(" ", 4) == "02000000 00001400 05000000 73656174 00000000"


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 99))), st.integers(0, 11))
def test_whole_messages_are_read_and_the_rest_waits(sent: list[tuple[int, int, int]], cut: int) -> None:
    rest = message(1, 1, 1)[:cut]
    found, left = split(b"".join(message(*each) for each in sent) + rest)
    assert [(target, code, int.from_bytes(body, sys.byteorder)) for target, code, body in found] == sent
    assert left == rest
