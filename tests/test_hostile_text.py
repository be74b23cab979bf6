"""What a service may send to do harm, dictated into a real terminal."""

from __future__ import annotations

import random
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio.to_thread
import pytest
from doubles import PLAIN
from hypothesis import given
from hypothesis import strategies as st

from dictated import outputconfig
from dictated.errors import HeldError
from dictated.sinks.type import MOST_CHARACTERS, TypeSink
from dictated.text.manner import Manner
from dictated.types import Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen

    from dictated.text.joining import Mode

ZALGO = "Z" + "\u0300\u0323\u0489\u0336" * 50 + "algo"

HOSTILE = {
    "rm -rf ~\n": "rm -rf ~",
    "rm -rf ~\r": "rm -rf ~",
    "a;\r\nreboot\v\f\n": "a; reboot",
    "rm -rf \t\t": "rm -rf",
    "\x1b[31mred\x1b[0m \x1bc": "[31mred[0m c",
    "\x1b]52;c;cm0gLXJmIH4K\x07clip": "]52;c;cm0gLXJmIH4Kclip",
    "\x1bP$q\x1b\\answer": "P$q\\answer",
    "\x1b[201~pasted\n\x1b[200~": "[201~pasted [200~",
    "\x9b31mred\x9d0;title\x9c\x90": "31mred0;title",
    "gpj\u202egnp.exe\u202c \u2066\u2067\u2069\u200e\u200f\u061c": "gpjgnp.exe",
    "nul\x00 del\x7f bell\x07 back\x08\x08\x08space": "nul del bell backspace",
    "ctrl\x03\x04\x1a\x1c\x15": "ctrl",
    "lone \ud800 and \udfff, low \udc80": "lone and , low",
    "line\u2028paragraph\u2029next\u0085end": "line paragraph next end",
    "\ue000private\U0010ffff": "private",
    "new 🩷 \U0001fae8 \U0001fae9\ufffe": "new 🩷 \U0001fae8 \U0001fae9",
    ZALGO: ZALGO,
    "👩\u200d💻 ❤\ufe0f 🏴\U000e0067\U000e0062\U000e007f": "👩\u200d💻 ❤\ufe0f 🏴\U000e0067\U000e0062\U000e007f",
    "می\u200cرود": "می\u200cرود",
}
"""What is sent, and what may reach the window."""


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(), PLAIN)
    yield made
    await made.close()


@pytest.mark.desktop
async def test_a_hostile_text_reaches_a_terminal_as_letters_alone(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    got = []
    for text, wanted in HOSTILE.items():
        await sink.deliver(transcript(text))
        got.append(await window.wait_for_text(len(wanted)))
    assert (got, await anyio.to_thread.run_sync(window.rest)) == (list(HOSTILE.values()), "")


@pytest.mark.desktop
async def test_a_megabyte_is_held_and_not_one_letter_of_it_typed(screen: Screen, sink: TypeSink) -> None:
    window = screen.window()
    with pytest.raises(HeldError, match="more than 20,000 characters"):
        await sink.deliver(transcript("so " * 350_000))
    assert await anyio.to_thread.run_sync(window.rest) == ""


@pytest.mark.desktop
async def test_the_longest_text_that_is_typed_arrives_whole(screen: Screen, sink: TypeSink) -> None:
    window, text = screen.window(), "".join(random.Random(4).choices("abcdé中", k=MOST_CHARACTERS))
    await sink.deliver(transcript(text))
    assert await window.wait_for_text(MOST_CHARACTERS) == text


@given(st.text() | st.text(st.characters(categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Zs", "Lu"])))
def test_whatever_the_text_no_control_character_is_typed(text: str) -> None:
    manner = Manner("none")
    assert all(
        unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} for char in manner.written("", text)
    )


@given(st.text() | st.text(st.characters(categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Zs", "Lu"])))
def test_where_enter_may_be_pressed_it_is_the_only_control_character(text: str) -> None:
    typed = Manner("none", enter=True).written("", text)
    assert all(char == "\n" or unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} for char in typed)


@pytest.mark.parametrize("mode", ["smart", "space", "none"])
@given(before=st.text(), text=st.text(st.characters(categories=["L", "Cc", "P", "Zs"])))
def test_no_text_presses_enter_unless_that_switch_is_on(mode: Mode, before: str, text: str) -> None:
    manner = Manner(mode)
    assert "\n" not in manner.written(before, text) + manner.begun(before, text)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"])))
def test_a_text_that_can_be_read_is_typed_as_it_is(text: str) -> None:
    assert Manner("none").written("", text) == text


def transcript(text: str) -> Transcript:
    now = datetime.now(tz=UTC)
    return Transcript(Utterance(1, Segment(b"", 0, 0, 0, 0), now, now), text, "none", 0.0)
