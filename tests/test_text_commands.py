from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.commands import Reader
from dictated.text.intent import Intent
from dictated.text.language import SHIPPED, language
from dictated.textconfig import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).with_name("texts") / "commands.toml"


def cases() -> Iterator[object]:
    for group in tomllib.loads(TABLE.read_text(encoding="utf-8"))["group"]:
        settings = Commands(
            when=group.get("when", "boundary"),
            punctuation=group.get("punctuation", False),
            enter=group.get("enter", True),
            words=group.get("words", {}),
        )
        for heard, written, *more in group["cases"]:
            intent = Intent(written, **(more[0] if more else {}))
            name = f"{group['rule']}: {heard!a}"
            yield pytest.param(settings, group["language"], heard, intent, id=name)


@pytest.mark.parametrize(("settings", "code", "heard", "intent"), list(cases()))
def test_what_was_said_is_carried_out_as_the_table_says(
    settings: Commands, code: str, heard: str, intent: Intent
) -> None:
    read = Reader(settings, code).read(heard)
    assert (read.text, read.takes_back, read.stops) == (intent.text, intent.takes_back, intent.stops)


PHRASES = sorted({p for code in SHIPPED for p in [*language(code).commands, *language(code).punctuation]})

SPOKEN = st.lists(
    st.sampled_from([*PHRASES, "hello", "a", "The", "über", "5", "🙂", '"', "“", ".", ",", "(", ")", "\x1b"]),
    max_size=12,
).map(" ".join)

VALUES = st.text(max_size=5) | st.sampled_from(["@new-line", "@undo", "@literal", "@nonsense", "@", "\x1b\r"])

SETTINGS: st.SearchStrategy[Any] = st.builds(
    Commands,
    when=st.sampled_from(["never", "alone", "boundary"]),
    punctuation=st.booleans(),
    words=st.dictionaries(
        st.sampled_from([*SHIPPED, "xx"]),
        st.dictionaries(st.text(min_size=1, max_size=9) | st.sampled_from(PHRASES), VALUES, max_size=4),
        max_size=2,
    ),
)

CODES = st.sampled_from([*SHIPPED, "xx"])


@given(st.text() | SPOKEN, CODES)
def test_with_everything_off_a_text_is_untouched(text: str, code: str) -> None:
    assert Reader(Commands(when="never"), code).read(text) == Intent(text)


def is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


@given(st.text() | SPOKEN, SETTINGS, CODES)
def test_commands_write_no_control_character_but_line_breaks(
    text: str, settings: Commands, code: str
) -> None:
    written = Reader(settings, code).read(text).text
    assert {char for char in written if is_control(char)} - set(text) <= {"\n"}


@given(st.text() | SPOKEN)
def test_a_text_that_is_read_has_line_breaks_only_where_they_were_asked_for(text: str) -> None:
    settings = Commands(when="boundary", punctuation=True, words={"xx": {"hello": "hi"}})
    assert not any(is_control(char) for char in Reader(settings, "xx").read(text).text)


@given(st.text() | st.sampled_from(["\x1b[31m", "a\rb", "\u202eb", "\x00", "\n\x07"]))
def test_the_texts_of_the_user_s_own_words_are_written_without_control_characters(value: str) -> None:
    reader = Reader(Commands(when="alone", words={"en": {"hop": value}}), "en")
    assert {char for char in reader.read("hop").text if is_control(char)} <= {"\n"}


@given(SPOKEN, SETTINGS, CODES)
def test_no_more_texts_are_taken_back_than_commands_were_said(
    text: str, settings: Commands, code: str
) -> None:
    assert 0 <= Reader(settings, code).read(text).takes_back <= len(text.split())


@given(
    st.lists(st.sampled_from(["hello", "Peter", "is", "5", "“here”", "and,", "so.", "🙂"])).map(" ".join),
    CODES,
)
def test_prose_without_a_command_is_written_as_it_was_heard(text: str, code: str) -> None:
    assert Reader(Commands(when="boundary", punctuation=True), code).read(text) == Intent(text)


@pytest.mark.parametrize(
    "piece", ["new ", "new line ", "new line. ", "comma ", "literal ", "a comma, ", '" ', "all caps "]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    reader = Reader(Commands(when="boundary", punctuation=True), "en")
    began = process_time()
    reader.read(piece * (100_000 // len(piece)))
    assert process_time() - began < 4
