"""Rules of any text under any configuration that is taken: it becomes what may be typed, within its time."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dictated.config import Config
from dictated.configrules import faults
from dictated.text.hand import Hand
from dictated.text.language import SHIPPED, language
from dictated.text.manner import Manner
from dictated.textconfig import Commands, Replacement, Text

if TYPE_CHECKING:
    from typing import Any

PHRASES = sorted({p for code in SHIPPED for p in (*language(code).commands, *language(code).punctuation)})

WORDS = st.sampled_from(
    [*PHRASES, "twenty", "five", "per cent", "Kubernetes", "insert", "a", "Ä", "猫", "ไทย", "🙂"]
)

SAID = st.lists(WORDS | st.text(max_size=6), max_size=25).map(" ".join) | st.text()

RULES = st.builds(
    Replacement,
    find=st.text(min_size=1, max_size=6) | WORDS | st.sampled_from([r"(a|aa)+$", r"(\w+) (\w+)", r"\b"]),
    put=st.text(max_size=6) | st.sampled_from([r"\1", "\n", ""]),
    match=st.sampled_from(["word", "literal", "regex"]),
    keep_case=st.booleans(),
)

SETTINGS: st.SearchStrategy[Any] = st.builds(
    Text,
    language=st.sampled_from([*SHIPPED, "xx"]),
    join=st.sampled_from(["smart", "space", "line", "none"]),
    vocabulary=st.lists(WORDS | st.text(max_size=8), max_size=4).map(tuple),
    near_miss=st.sampled_from([0, 1, 86, 100]),
    numbers=st.booleans(),
    replacements=st.lists(RULES, max_size=3).map(tuple),
    snippets=st.dictionaries(WORDS, st.text(max_size=8), max_size=2),
    commands=st.builds(
        Commands,
        when=st.sampled_from(["never", "alone", "boundary"]),
        punctuation=st.booleans(),
        enter=st.booleans(),
        words=st.dictionaries(
            st.sampled_from(sorted(SHIPPED)),
            st.dictionaries(WORDS, st.text(max_size=4), max_size=2),
            max_size=1,
        ),
    ),
)

LONGEST_S = 3.0
"""Of processor time, on whatever machine: the bounds of regular expressions, and a lot for the rest."""


@settings(max_examples=300, deadline=None)
@given(text=SETTINGS, said=SAID, before=st.text(max_size=20))
def test_any_text_under_any_configuration_that_is_taken_becomes_what_may_be_typed_in_time(
    text: Text, said: str, before: str
) -> None:
    assume(not list(faults(Config(text=text))))
    hand, manner = Hand(text), Manner(text.join, text.language, text.commands.enter)
    began = time.process_time()
    typed = manner.written(before, hand.edit(said).text) + manner.begun(before, hand.preview(said))
    assert time.process_time() - began < LONGEST_S
    breaks = {"\n"} if text.commands.enter else set()
    assert not [
        char
        for char in typed
        if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and char not in breaks
    ]
