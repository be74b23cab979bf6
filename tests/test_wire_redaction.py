from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.wire.redaction import NOTHING, Redaction, told

KEY = "sk-or-v1-0123456789abcdef"
PROMPT = "Dear Ms Ashworth, the diagnosis is confirmed."


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: …"),
        ("Incorrect key: sk-or-v1-012*********cdef", "Incorrect key: …"),
        ("the key …abcdef is disabled", "the key … is disabled"),
        (f"header 'Authorization: Bearer {KEY}' is wrong", "header 'Authorization: … is wrong"),
        ("No auth credentials found", "No auth credentials found"),
    ],
)
def test_no_part_of_the_key_is_repeated(said: str, left: str) -> None:
    assert Redaction(KEY)(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Incorrect API key: sk-proj-aB3xyz",
        "token gsk_aaaabbbb",
        "got Bearer whatever",
        "key is abc*****xyz",
        "A" * 60,
    ],
)
def test_what_looks_like_a_key_is_taken_out_whosever_it_is(said: str) -> None:
    assert NOTHING(said).split()[-1].endswith("…")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"the prompt '{PROMPT}' is too long", "the prompt '…' is too long"),
        ("prompt too long: dear ms ashworth, THE DIAG…", "prompt too long: ……"),
        ("keyterm Zoltan is not supported", "keyterm … is not supported"),
        ("Zoltans are not supported", "Zoltans are not supported"),
        ("model openai/gpt-9 does not exist", "model openai/gpt-9 does not exist"),
    ],
)
def test_what_the_user_said_is_not_repeated(said: str, left: str) -> None:
    assert Redaction(told=(PROMPT, "Zoltan"))(said) == left


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_key_is_taken_out_whatever_stands_around_it(before: str, after: str) -> None:
    assert KEY not in Redaction(KEY)(before + KEY + after)


BODY = {
    "model": "m",
    "language": "en",
    "prompt": PROMPT,
    "keyterms": ["Zoltan"],
    "provider": {"options": {"groq": {"prompt": "more"}}},
    "input_audio": {"data": "A" * 10_000, "format": "wav"},
}


@pytest.mark.parametrize("what", [{"json": BODY}, {"data": BODY}], ids=["json", "data"])
def test_the_texts_of_a_request_are_found_and_its_sound_and_settings_are_not(what: dict[str, object]) -> None:
    assert set(told(what)) == {PROMPT, "Zoltan", "more"}


@pytest.mark.parametrize(
    "what", [{}, {"content": b"{not json"}, {"content": b"RIFF\xff"}, {"content": b'{"a":' * 9999}]
)
def test_a_request_without_texts_has_none(what: dict[str, object]) -> None:
    assert told(what) == ()
