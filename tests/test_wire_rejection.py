from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.wire.redaction import Redaction
from dictated.wire.rejection import LONGEST_QUOTE, LONGEST_WAIT_S, read

OPENAI = {
    "error": {
        "message": "No such model",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }
}
OPENROUTER = {
    "error": {
        "code": 402,
        "message": "No credit",
        "metadata": {"error_type": "payment_required", "limit_source": "x"},
    }
}
AVAILABILITY = {
    "error": {
        "message": "Down",
        "error_type": "provider_overloaded",
        "http_status": 503,
        "availability": {"code": "full", "retry_after": 4},
    }
}
BETWEEN = {
    "error": {
        "code": 400,
        "message": "Provider returned error",
        "metadata": {"raw": '{"error":{"message":"too short"}}'},
    }
}
CLOUDFLARE = {
    "success": False,
    "errors": [{"code": 10000, "message": "Authentication error"}],
    "messages": [],
    "result": None,
}
FAILED = {"state": "Failed", "error": {"code": "provider_unavailable", "message": "Gone"}, "model": "m"}
FASTAPI = {
    "detail": [
        {"type": "missing", "loc": ["body", "file"], "msg": "Field required", "input": "what was said"}
    ]
}


@pytest.mark.parametrize(
    ("body", "code", "kind", "message"),
    [
        (OPENAI, "model_not_found", "invalid_request_error", "No such model"),
        (OPENROUTER, "402", "payment_required", "No credit"),
        (AVAILABILITY, "", "provider_overloaded", "Down"),
        (BETWEEN, "400", "", "Provider returned error: too short"),
        (CLOUDFLARE, "10000", "", "Authentication error"),
        (FAILED, "provider_unavailable", "", "Gone"),
        ({"success": False, "errors": [], "messages": [{"code": 7, "message": "odd"}]}, "7", "", "odd"),
        ({"errors": ["just text"]}, "", "", "just text"),
        (FASTAPI, "", "", "body.file: Field required"),
        ({"detail": "Not Found"}, "", "", "Not Found"),
        ({"detail": {"msg": "nested"}}, "", "", "nested"),
        ({"error": "text", "code": 429}, "429", "", "text"),
        ({"error": None, "message": "beside"}, "", "", "beside"),
        ({"error": {"error": {"message": "deep"}}}, "", "", "deep"),
        ([{"error": {"message": "in a list", "code": 1}}], "1", "", "in a list"),
        ("whisper says\n\tno", "", "", "whisper says no"),
        ('"a JSON string"', "", "", "a JSON string"),
        ("<html><head><title>502 Bad &amp; Gateway</title></head></html>", "", "", "502 Bad & Gateway"),
        ("<html>no title</html>", "", "", ""),
        ("", "", "", ""),
        (b"\xff\xfe caf\xe9", "", "", "\ufffd\ufffd caf\ufffd"),
        ({"error": {"code": True, "message": 5, "type": []}}, "", "", ""),
        ({}, "", "", ""),
        ("null", "", "", ""),
        ("[" * 100_000, "", "", "…"),
    ],
)  # fmt: skip
def test_a_refusal_is_read_whatever_its_shape(body: Any, code: str, kind: str, message: str) -> None:
    written = body if isinstance(body, bytes | str) else json.dumps(body)
    found = read(400, written, {})
    assert (found.code, found.kind, found.message) == (code, kind, message)


def test_an_object_that_is_read_already_is_taken_as_it_is() -> None:
    assert read(200, OPENROUTER, {}) == read(200, json.dumps(OPENROUTER), {})


def test_what_stands_beside_the_message_is_kept() -> None:
    assert read(402, OPENROUTER, {}).metadata["limit_source"] == "x"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "detail", "message", "metadata", "code", "loc", "raw", "availability", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_no_body_is_too_odd_to_be_read(body: Any) -> None:
    assert len(read(400, json.dumps(body), {}).message) <= LONGEST_QUOTE


@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd_to_be_read(body: bytes) -> None:
    assert len(read(400, body, {}).message) <= LONGEST_QUOTE


@given(json_values, st.sampled_from([400, 200]))
def test_no_field_repeats_what_is_hidden(body: Any, status: int) -> None:
    found = read(
        status, json.dumps({"error": body, "beside": ["a sk-secret-key"]}), {}, Redaction("sk-secret-key")
    )
    assert "sk-secret" not in repr(found)


def test_a_long_message_is_cut() -> None:
    assert len(read(400, "word " * 1000, {}).message) == LONGEST_QUOTE


DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 -0000", "date": DATE}, 30),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, LONGEST_WAIT_S),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "1e300"}, LONGEST_WAIT_S),
        ({"retry-after": "inf"}, LONGEST_WAIT_S),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_the_time_to_wait_is_seconds_or_a_date_and_bounded(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read(503, b"", headers).retry_after == seconds


def test_a_date_without_the_service_s_own_clock_is_taken_by_ours() -> None:
    assert read(503, b"", {"retry-after": "Sat, 01 Jan 2000 00:00:00 GMT"}).retry_after == 0


def test_the_body_may_tell_the_time_to_wait() -> None:
    assert read(503, AVAILABILITY, {}).retry_after == 4
