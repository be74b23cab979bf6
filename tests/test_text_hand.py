"""Rules of all that is done to a text, together: the order, and what is left alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.configfile import parse
from dictated.text.hand import Hand
from dictated.text.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Callable

OFF = '[text.commands]\nwhen = "never"\n'

ON = """
[text]
vocabulary = ["Kubernetes", "Anna Karenina"]
near_miss = 86
numbers = true
replacements = [
  { find = "btw", put = "by the way" },
  { find = '(\\d+) €', put = '€\\1', match = "regex" },
  { find = "anna karenina", put = "AK" },
]
[text.snippets]
"my address" = "1 High Street\\nHull"
[text.commands]
when = "boundary"
punctuation = true
"""


def hand(keys: str) -> Hand:
    return Hand(parse(keys, "file").text)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Insert my address.", Intent("1 High Street\nHull", verbatim=True)),
        ("It costs twenty five euros, btw.", Intent("It costs €25, by the way.")),
        ("He reads anna karenin.", Intent("He reads AK.")),
        ("Scratch that.", Intent("", takes_back=1)),
        ("Stop listening.", Intent("", stops=True)),
        ("hello comma btw", Intent("hello, by the way")),
    ],
)
def test_corrections_come_before_commands_and_replacements_last(said: str, intent: Intent) -> None:
    assert hand(ON).edit(said) == intent


def test_what_is_still_being_said_is_corrected_and_obeys_nothing() -> None:
    assert hand(ON).preview("scratch that btw kubernetis") == "scratch that by the way Kubernetes"


@given(st.text())
def test_with_everything_off_the_text_is_untouched(text: str) -> None:
    assert hand(OFF).edit(text) == Intent(text)


@pytest.fixture(scope="module")
def busy() -> Callable[[str], Intent]:
    return hand(ON).edit


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [*"abc ,.;\n\t'", "comma ", "new line ", "twenty ", "scratch that ", "euro ", "猫", "\x00", "btw"]
        ),
        max_size=60,
    ).map("".join)
    | st.text()
)
def test_any_text_takes_a_bounded_time_and_becomes_what_can_be_typed(
    busy: Callable[[str], Intent], text: str
) -> None:
    began = time.process_time()
    intent = busy(text)
    assert time.process_time() - began < 2
    assert all(
        char == "\n" or char.isprintable() or char.isspace() or ord(char) > 127 for char in intent.text
    )


def test_a_rule_that_takes_too_long_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    slow = hand("[text]\nreplacements = [{ find = '(a+)+$', put = 'b', match = 'regex' }]")
    for _ in range(2):
        slow.edit("a" * 5000 + "c")
    assert [record.getMessage() for record in caplog.records] == [
        "text.replacements[0] takes too long and is left out where it does; make it simpler"
    ]
