from __future__ import annotations

import tomllib
from pathlib import Path
from time import process_time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.text.replacements import ALL_S, LONGEST, RULE_S, Replaced, Replacements, Skipped, read
from dictated.textconfig import Replacement

TABLE = tomllib.loads((Path(__file__).parent / "texts/replacements.toml").read_text(encoding="utf-8"))

ENDLESS = Replacement(find=r"(a|aa)+$", put="x", match="regex")
SLOW = "a" * 100 + "b"
LATE = 0.5
"""Seconds of processor time on top: `regex` looks at the clock now and then."""

RULES = st.builds(
    Replacement,
    find=st.one_of(
        st.text(min_size=1, max_size=8), st.text("ab()[]{}*+?|^$.\\dw<>=!:RP1,2-", min_size=1, max_size=9)
    ),
    put=st.one_of(st.text(max_size=8), st.text(r"\10g<>a", max_size=6)),
    match=st.sampled_from(["word", "literal", "regex"]),
    keep_case=st.booleans(),
)


def told(rule: Replacement) -> str | None:
    try:
        read(rule)
    except ValueError as error:
        return str(error)
    return None


def rules(found: list[dict[str, Any]]) -> list[Replacement]:
    return msgspec.convert(found, list[Replacement])


@pytest.mark.parametrize(("found", "text", "becomes"), TABLE["examples"])
def test_each_rule_is_carried_out_in_order(found: list[dict[str, Any]], text: str, becomes: str) -> None:
    assert Replacements(rules(found)).replace(text) == Replaced(becomes)


@pytest.mark.parametrize(("found", "fault"), TABLE["faults"])
def test_a_rule_that_cannot_be_carried_out_is_told_in_one_line(found: dict[str, Any], fault: str) -> None:
    said = told(*rules([found])) or ""
    assert (said[: len(fault)], said.count("\n")) == (fault, 0)


def test_a_pattern_nested_too_deep_is_told() -> None:
    with pytest.raises(ValueError, match="find: is nested too deep; write it shorter"):
        read(Replacement(find="(" * 499 + "a" + ")" * 499, put="", match="regex"))


@given(st.text())
def test_without_rules_a_text_is_untouched(text: str) -> None:
    assert Replacements([]).apply(text) == text


def test_a_pattern_that_takes_for_ever_is_skipped_and_told_and_the_others_are_carried_out() -> None:
    after = Replacement(find="b", put="c", match="literal")
    assert Replacements([ENDLESS, after]).replace(SLOW) == Replaced("a" * 100 + "c", (Skipped(0, "time"),))


def test_a_pattern_that_takes_for_ever_ends_within_its_bound() -> None:
    began = process_time()
    Replacements([ENDLESS]).replace(SLOW)
    assert RULE_S * 0.5 < process_time() - began < RULE_S + LATE


def test_all_rules_together_have_a_bound_of_time() -> None:
    began = process_time()
    replaced = Replacements([ENDLESS] * 100).replace(SLOW)
    assert process_time() - began < ALL_S + LATE
    assert replaced == Replaced(SLOW, tuple(Skipped(number, "time") for number in range(100)))


def test_a_phrase_is_replaced_however_long_the_regular_expressions_before_it_took() -> None:
    after = Replacement(find="b", put="c", match="literal")
    assert Replacements([ENDLESS] * 10 + [after]).apply(SLOW) == "a" * 100 + "c"


def test_a_rule_that_makes_a_text_too_long_is_skipped_and_told() -> None:
    growing = Replacement(find="a", put="a" * 100, match="literal")
    replaced = Replacements([growing] * 10).replace("a")
    assert replaced == Replaced("a" * 10_000, tuple(Skipped(number, "length") for number in range(2, 10)))


def test_a_text_that_is_too_long_already_may_become_shorter() -> None:
    shorter = Replacement(find="aaa", put="b", match="literal")
    assert Replacements([shorter]).replace("x" * LONGEST + "aaa") == Replaced("x" * LONGEST + "b")


def test_a_thousand_rules_take_no_time_to_speak_of() -> None:
    many = Replacements([Replacement(find=f"word{number}", put="x") for number in range(1000)])
    assert many.replace("the words of a quarter of an hour " * 300).skipped == ()


@given(st.lists(RULES, max_size=4), st.text(max_size=200))
def test_whatever_the_rules_and_the_text_it_ends_and_stays_bounded(
    found: list[Replacement], text: str
) -> None:
    good = [rule for rule in found if told(rule) is None]
    assert len(Replacements(good).apply(text)) <= max(LONGEST, len(text))


@given(RULES)
def test_whatever_is_wrong_with_a_rule_its_key_is_told(rule: Replacement) -> None:
    assert (told(rule) or "put: ").startswith(("find: ", "put: "))


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=20))
def test_a_rule_that_puts_what_it_finds_changes_nothing(phrase: str, beside: str) -> None:
    same = Replacement(find=phrase, put=phrase, match="literal", keep_case=False)
    assert Replacements([same]).apply(beside + phrase) == beside + phrase
